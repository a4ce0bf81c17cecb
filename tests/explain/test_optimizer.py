"""Keras's optimizers on one weight, beside the formulas."""

import json
from typing import Any

import pytest

from nntrain import backend
from nntrain.config.load import from_document
from nntrain.document import yaml_file
from nntrain.errors import ConfigError
from nntrain.terminal import Terminal


@pytest.fixture(scope="module", autouse=True)
def started() -> None:
    backend.start("cpu")


def moved(optimizer: str, gradients: tuple[float, ...] = (1.0, 0.5, -0.2)) -> Any:
    """The explanation of an optimizer from the weight 1."""
    from nntrain.explain import optimizer as explained

    text = f"data: iris\nmodel: [{{Dense: 3}}]\ntrain: {{optimizer: {optimizer}}}\n"
    spec = from_document(yaml_file.parse(text, "c.yaml")).experiment.train.optimizer
    return explained.explain("c.yaml", spec, 1.0, gradients)


def column(found: Any, name: str) -> list[float]:
    return [step[name] for step in json.loads(json.dumps(found.content))["steps"]]


EQUAL = [
    "{SGD: {learning_rate: 0.1}}",
    "{SGD: {learning_rate: 0.1, momentum: 0.9}}",
    "{SGD: {learning_rate: 0.1, momentum: 0.9, clipvalue: 0.3}}",
    "{SGD: {learning_rate: 0.1, weight_decay: 0.1}}",
    "{SGD: {learning_rate: {ExponentialDecay: {initial_learning_rate: 0.1, decay_steps: 1, decay_rate: 0.5}}}}",
    "{Adagrad: {learning_rate: 0.1, initial_accumulator_value: 0, epsilon: 1e-10}}",
    "{RMSprop: {learning_rate: 0.1, rho: 0.9, momentum: 0.9, epsilon: 1e-10}}",
    "{Adam: {learning_rate: 0.1, epsilon: 0}}",
    "{AdamW: {learning_rate: 0.1, epsilon: 0}}",
    "{Adadelta: {learning_rate: 0.5}}",
    "{Adamax: {learning_rate: 0.1, epsilon: 0}}",
    "{Lion: {learning_rate: 0.1}}",
]


@pytest.mark.parametrize("optimizer", EQUAL)
def test_keras_is_the_formula_where_nothing_differs(optimizer: str) -> None:
    found = moved(optimizer)
    assert column(found, "keras") == pytest.approx(column(found, "lecture"), rel=1e-12)


@pytest.mark.parametrize("name", ["SGD", "Adam", "Adadelta"])
def test_gradients_that_are_too_large_for_a_float_are_refused(name: str) -> None:
    with pytest.raises(
        ConfigError, match="step [12] with the gradient 1e.300 gives a number that is too large"
    ) as caught:
        moved(f"{{{name}: {{learning_rate: 1e10}}}}", (1e300, 1e300))
    assert caught.value.problems[0].help.startswith("give smaller numbers with `--given`")


def test_nadam_is_the_formula_but_for_a_constant_of_32_bits() -> None:
    import keras

    keras.Variable(0.0)  # Keras numbers variables without a name
    found = moved("{Nadam: {learning_rate: 0.1}}")
    assert column(found, "keras") == pytest.approx(column(found, "lecture"), rel=1e-8)
    assert column(found, "slots")[0]["product of μ"] == pytest.approx(0.468, rel=1e-7)


def test_momentum_is_exact() -> None:
    assert column(moved(EQUAL[1]), "keras") == pytest.approx([0.9, 0.76, 0.654], rel=1e-15)


def test_keras_keeps_the_look_ahead_point_of_nesterov() -> None:
    found = moved("{SGD: {learning_rate: 0.1, momentum: 0.9, nesterov: true}}")
    assert column(found, "keras") == pytest.approx(column(found, "ahead"), rel=1e-14)
    assert column(found, "lecture") == pytest.approx([0.9, 0.76, 0.654], rel=1e-14)
    assert any("look-ahead" in note for note in found.notes)


def test_adagrad_begins_at_a_tenth_in_keras() -> None:
    found = moved("{Adagrad: {learning_rate: 0.1}}")
    assert column(found, "keras")[0] == pytest.approx(1 - 0.1 / (1.1 + 1e-7) ** 0.5, rel=1e-14)
    assert column(found, "lecture")[0] == pytest.approx(1 - 0.1 / (1 + 1e-7) ** 0.5, rel=1e-14)
    assert column(found, "slots")[0] == {"accumulator": pytest.approx(1.1)}


def test_adams_epsilon_is_outside_the_root_in_keras() -> None:
    found = moved("{Adam: {learning_rate: 0.1, epsilon: 1e-8}}")
    assert column(found, "lecture") == pytest.approx([0.9000000005, 0.806782037365, 0.747110934412], abs=1e-12)
    scaled = 1e-8 / 0.001**0.5  # what √(1 - β2) makes of it in the first step
    assert column(found, "keras")[0] == pytest.approx(1 - 0.1 / (1 + scaled), rel=1e-9)


def test_what_is_shown() -> None:
    found = moved("{SGD: {learning_rate: 0.1, momentum: 0.9, clipnorm: 0.4, use_ema: true}}")
    kept = Terminal(as_json=True)
    for table in found.tables:
        kept.table(*table)
    text = "\n".join(kept.log)
    assert text.startswith("SGD of c.yaml, in float64")
    assert "clipped" in text and "Keras's momentum" in text and "formula" in text
    assert "the formula leaves `use_ema` out" in found.notes
    other = moved("{Adam: {amsgrad: true}}")
    assert other.notes == ["there is no formula of the lectures for this optimizer"]
    assert other.content["steps"][0]["lecture"] is None
