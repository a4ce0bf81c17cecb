"""The numbers of the lectures' exercises as `nntrain explain` computes them in float64 from the shipped configs."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain import backend
from nntrain.config.load import load

pytestmark = pytest.mark.trains  # or rather, builds networks

CONFIGS = Path(__file__).parents[2] / "configs"
SOLUTION = CONFIGS.parent / "docs" / "backprop_exercise_solution.json"
EXPLAINED = sorted(file for file in CONFIGS.rglob("*.yaml") if "nntrain explain " in file.read_text().splitlines()[0])


@cache
def explained(file: Path, *assignments: str, **wish: Any) -> dict[str, Any]:
    """The JSON of an explanation."""
    backend.start("cpu")
    from nntrain.explain import example, explained_model

    found = example.explain(explained_model.of_config(load(file, assignments)), example.Wish(**wish))
    return dict(found.content)


def close(found: Any, expected: Any, digits: int = 16) -> None:
    """Equal to 1e-9, or to half of the last of so many printed digits after the point."""
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=0.5 * 10.0**-digits)


# a1; h; a2; y; L; ∂L/∂y; db2; dW2; ∂L/∂h; db1; dW1, the rows of W as in the lectures; L after steps of 0.1, 0.5, 1.
EXERCISE: dict[str, tuple[int, list[Any]]] = {
    "backprop_exercise": (
        16,
        [
            [0.445, 0.505],
            [0.6094497836283251, 0.623633628298226],
            [1.1244150461855318, 1.247723387378187],
            [0.7548067435409049, 0.7769055198526518],
            0.30007317134663797,
            [0.7448067435409049, -0.21309448014734822],
            [0.1378440083135158, -0.03693424555905108],
            [[0.08400900104113325, 0.08596415904372867], [-0.02250956796443911, -0.023033437566448666]],
            [0.036670480545880776, 0.04171596868360401],
            [0.008728335094040833, 0.00979135215747009],
            [[0.004364167547020416, 0.0008728335094040833], [0.004895676078735045, 0.0009791352157470091]],
            (0.29645755410408653, 0.2818332273141128, 0.2632732640079768),
        ],
    ),
    "backprop_exercise_printed": (
        12,
        [
            [0.45, 0.48],
            [0.610639233949222, 0.617747874769249],
            [1.153129630964, 1.245080948098],
            [0.760082092466, 0.776447188372],
            0.304113974396477,
            [0.750082092466, -0.213552811628],
            [0.136782949045, -0.037067846142],
            [[0.083525035222, 0.084497376077], [-0.022635081172, -0.022898583177]],
            [0.036179256547, 0.048004159144],
            [0.008601942407, 0.011335483145],
            [[0.004300971203, 0.000860194241], [0.005667741572, 0.001133548314]],
            (0.300555505, 0.286152024, 0.267845665),
        ],
    ),
    "backprop_exercise_transposed": (
        12,
        [
            [0.445, 0.505],
            [0.609449783628, 0.623633628298],
            [1.155596727600, 1.247723387378],
            [0.760531696845, 0.776905519853],
            0.304353542719061,
            [0.750531696845, -0.213094480147],
            [0.136689260554, -0.036934245559],
            [[0.083305240269, 0.085244019509], [-0.022509567964, -0.023033437566]],
            [0.036208581442, 0.048030795219],
            [0.008618393525, 0.011273534937],
            [[0.004309196763, 0.000861839353], [0.005636767469, 0.001127353494]],
            (0.300789598, 0.286362124, 0.268021481),
        ],
    ),
}


@pytest.mark.parametrize("name", EXERCISE)
def test_the_worked_exercise(name: str) -> None:
    found = explained(CONFIGS / f"{name}.yaml")
    digits, (*expected, after) = EXERCISE[name]
    layers, gradients = found["layers"], {path: np.array(each) for path, each in found["gradients"].items()}
    assert [(each["layer"], each["symbol"]) for each in layers] == [
        ("dense", "a"),
        ("dense", "h"),
        ("dense_1", "a"),
        ("dense_1", "h"),
    ]
    computed = [
        *(each["output"] for each in layers),
        found["loss"],
        layers[3]["g"],
        gradients["dense_1/bias"],
        gradients["dense_1/kernel"].T,
        layers[1]["g"],
        gradients["dense/bias"],
        gradients["dense/kernel"].T,
    ]
    for one, other in zip(computed, expected, strict=True):
        close(one, other, digits)
    np.testing.assert_array_equal(layers[2]["g"], gradients["dense_1/bias"])  # ∂L/∂a is the gradient of the bias
    close(found["loss_after"], after[1], 16 if digits == 16 else 9)


@pytest.mark.parametrize(("rate", "loss"), [(0.1, 0.29645755410408653), (1, 0.2632732640079768)])
def test_the_loss_after_a_step_of_another_rate(rate: float, loss: float) -> None:
    found = explained(CONFIGS / "backprop_exercise.yaml", f"train.optimizer.SGD.learning_rate={rate}")
    close(found["loss_after"], loss)


def test_the_wrong_layer_of_the_published_solution_is_named() -> None:
    compared = explained(CONFIGS / "backprop_exercise.yaml", compare=SOLUTION)["compared"]
    assert [each["entry"].partition("[")[0] for each in compared["differences"]] == 4 * ["dense/kernel"] + 2 * [
        "dense/bias"
    ]
    first = compared["differences"][0]
    assert (first["entry"], first["theirs"]) == ("dense/kernel[0, 0]", 0.00439386)
    assert first["ours"] == pytest.approx(0.00436417, abs=5e-9)
    assert compared["entries"] == 12


def test_the_published_solution_is_what_its_mistakes_give() -> None:
    def logistic(a: Any) -> Any:
        return 1 / (1 + np.exp(-a))

    x, second = np.array([0.5, 0.1]), np.array([[0.40, 0.45], [0.50, 0.55]])
    h, g = np.array(EXERCISE["backprop_exercise"][1][1]), np.array(EXERCISE["backprop_exercise"][1][6])
    wrong = (second @ g) * logistic(h) * (1 - logistic(h))
    assert wrong[0] * x[0] == pytest.approx(0.00439386, abs=5e-9)


def test_central_differences_and_forward_mode_agree_with_the_exercise() -> None:
    found = explained(CONFIGS / "backprop_exercise.yaml", check=True, forward=True)
    assert (found["check"]["compared"], found["check"]["entries"]) == (12, 12)
    assert found["check"]["absolute"] < 5e-11
    assert found["forward_mode"]["jvp"] == pytest.approx(found["forward_mode"]["vjp"], rel=1e-12)
    assert found["forward_mode"]["comparison"]["relative"] < 1e-12


def test_four_neurons_in_a_chain() -> None:
    found = explained(CONFIGS / "vanishing" / "chain.yaml")["gradients"]
    biases = [gradient[0] for path, gradient in found.items() if path.endswith("bias")]
    close(biases, [-0.00092353330, -0.00392986687, -0.01729191907, -0.07675314033], 11)
    assert biases[0] / biases[2] == pytest.approx(0.0534, abs=5e-5)
    assert biases[0] / biases[2] < 1 / 16


def test_three_sigmoids_are_below_a_quarter_cubed() -> None:
    found = explained(CONFIGS / "vanishing" / "three_sigmoids.yaml")
    close(found["loss"], 0.6626302265, 10)
    close(found["gradients"]["dense/kernel"], [[0.009641584541509552]])
    assert found["gradients"]["dense/kernel"][0][0] <= 1 / 4**3


def test_the_derivative_of_relus_is_the_product_of_the_weights() -> None:
    found = explained(CONFIGS / "vanishing" / "relu_product.yaml")
    assert found["gradients"]["dense/kernel"] == [[1.5 * 3 * 2]]
    assert found["loss"] == 0.5 * 1.5 * 3 * 2


@cache
def layers(file: Path) -> list[dict[str, Any]]:
    """The flow through the layers before training."""
    backend.start("cpu")
    from nntrain.explain import explained_model, gradients

    return list(gradients.explain(explained_model.of_config(load(file)), None, 0).content["moments"][0]["layers"])


VANISHING = [
    file for file in CONFIGS.glob("vanishing/*.yaml") if "`explain" in " ".join(file.read_text().split("\n# "))
]
DEEP = sorted(CONFIGS.glob("depth/*.yaml"))


@pytest.mark.parametrize("file", VANISHING, ids=[file.stem for file in VANISHING])
def test_the_ratio_of_the_norms_in_the_header_of_a_cure(file: Path) -> None:
    (number,) = re.findall(r"first kernel has (\S+) times the norm", " ".join(file.read_text().split("\n# ")))
    found = layers(file)
    assert found[0]["gradient"] / found[-1]["gradient"] == pytest.approx(float(number), rel=0.01)


@pytest.mark.parametrize("file", DEEP, ids=[file.stem for file in DEEP])
def test_the_variances_in_the_header_of_a_deep_net(file: Path) -> None:
    numbers = re.search(r"variance of a (\S+) in layer 1, (\S+) in layer 50", file.read_text())
    assert numbers is not None
    found = layers(file)
    assert len(found) == 51
    for layer, number in ((found[0], numbers[1]), (found[49], numbers[2])):
        assert layer["variance"] == pytest.approx(float(number), rel=0.01)


def test_half_of_the_values_behind_a_relu_are_0() -> None:
    (file,) = (file for file in DEEP if file.stem == "relu_50_he")
    (share,) = re.findall(r"of the values are 0: (\S+) in layer 1", file.read_text())
    assert layers(file)[0]["zeros"] == pytest.approx(float(share), abs=5e-4)


def test_these_configs_are_explained() -> None:
    assert (len(EXPLAINED), len(VANISHING), len(DEEP)) == (9, 6, 2)


EXERCISES = [file for file in EXPLAINED if file not in DEEP]


@pytest.mark.parametrize("file", EXERCISES, ids=[file.stem for file in EXERCISES])
def test_the_header_has_the_numbers_that_its_command_gives(file: Path) -> None:
    score = next(line for line in file.read_text().splitlines() if line.startswith("# about "))
    found = explained(file)
    for name, number in re.findall(r"(loss|dense/kernel\[0, 0\]|dense/bias\[0\]) (-?\d+\.\d+)", score):
        path = name.partition("[")[0]
        value = found["loss"] if name == "loss" else np.ravel(found["gradients"][path])[0]
        close(value, float(number), len(number.partition(".")[2]))
