"""The flow through the layers: the vanishing of sigmoids, the constant size of He's ReLUs, and after some steps."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.load import load
from nntrain.errors import ConfigError
from nntrain.explain import gradients
from nntrain.explain.explained_model import ExplainedModel, of_config

CONFIGS = Path(__file__).parents[2] / "configs"

DEEP = """
data: {toy_2d: {kind: moons, size: 200}}
model:
  - Repeat: {times: TIMES, layers: [{Dense: {units: 50, activation: ACTIVATION, kernel_initializer: INITIALIZER}}]}
  - Dense: {units: 1, activation: sigmoid}
"""


def deep(times: int, activation: str, initializer: str) -> str:
    text = DEEP.replace("TIMES", str(times)).replace("ACTIVATION", activation)
    return text.replace("INITIALIZER", initializer)


def content(subject: ExplainedModel, rows: int | None = None, steps: int = 0) -> Any:
    return json.loads(json.dumps(gradients.explain(subject, rows, steps).content))


def test_five_sigmoid_layers_lose_the_gradient_and_he_keeps_it(subject_of: Any) -> None:
    ratios = {}
    for activation, initializer in (("sigmoid", "glorot_uniform"), ("relu", "he_normal")):
        (moment,) = content(subject_of(deep(5, activation, initializer)))["moments"]
        hidden = [layer["back"] for layer in moment["layers"][:-1]]
        ratios[activation] = hidden[0] / hidden[-1]
        zeros = [layer["zeros"] for layer in moment["layers"]]
        assert all(0.3 < share < 0.7 for share in zeros[:-1]) if activation == "relu" else not any(zeros)
    assert ratios["sigmoid"] < 0.01
    assert 0.3 < ratios["relu"] < 3


def test_a_standard_deviation_of_one_explodes_in_depth_and_he_does_not(subject_of: Any) -> None:
    sizes = {}
    for initializer in ("he_normal", "{RandomNormal: {stddev: 1}}"):
        (moment,) = content(subject_of(deep(20, "relu", initializer)))["moments"]
        layers = moment["layers"]
        sizes[initializer] = layers[19]["variance"] / layers[0]["variance"]
    he, one = sizes.values()
    assert 0.01 < he < 100
    assert one > 1e15


def test_the_chain_of_the_lectures() -> None:
    (moment,) = content(of_config(load(CONFIGS / "vanishing" / "chain.yaml")))["moments"]
    expected = [0.00092353330, 0.00392986687, 0.01729191907, 0.07675314033]
    assert [layer["back"] for layer in moment["layers"]] == pytest.approx(expected, rel=1e-8)
    assert moment["ratio"] == pytest.approx(expected[0] / expected[3], rel=1e-8)


def test_after_some_steps_it_is_the_model_of_the_training(prepare: Any, subject_of: Any) -> None:
    text = deep(2, "tanh", "glorot_uniform") + "train: {steps: 7, batch_size: 32, save: last}\n"
    subject = subject_of(text)
    found = content(subject, steps=7)
    training = prepare(text)
    training.fit()
    for ours, theirs in zip(subject.model.get_weights(), training.weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert [moment["title"] for moment in found["moments"]] == ["initial weights", "after 7 steps"]
    assert found["moments"][1]["layers"][0]["weight"] == pytest.approx(float(np.linalg.norm(training.weights()[0])))


def test_a_training_that_diverges_is_said_to(subject_of: Any) -> None:
    text = deep(30, "relu", "{RandomNormal: {stddev: 1}}") + "train: {optimizer: {SGD: {learning_rate: 1}}}\n"
    found = gradients.explain(subject_of(text), 50, 3)
    assert found.notes[1] == "after 3 steps: diverged, the loss or a gradient is not finite"
    assert found.draw("png").startswith(b"\x89PNG\r\n")


def test_the_activations_are_what_the_next_layer_gets(subject_of: Any) -> None:
    subject = subject_of("data: iris\nmodel: [{Dense: 4}, BatchNormalization, ReLU, {Dense: 3}]")
    (moment,) = content(subject, 10)["moments"]
    first, last = moment["layers"]
    assert (first["name"], last["name"]) == ("dense", "dense_1")
    assert first["activations"]["edges"][0] == 0  # of the ReLU
    assert sum(first["activations"]["counts"]) == 40
    assert sum(last["adjoints"]["counts"]) == 30


def test_what_cannot_be_measured_is_refused(subject_of: Any) -> None:
    subject = subject_of("data: iris\nmodel: [{Dense: 3}]")
    with pytest.raises(ConfigError, match="`--batch 97` is more than the 96 rows"):
        gradients.explain(subject, 97, 0)


def test_a_histogram_counts_what_is_not_finite_apart() -> None:
    found = gradients.histogram(np.array([1.0, 2.0, np.nan, np.inf]))
    assert (sum(found["counts"]), found["not_finite"]) == (2, 2)
    assert len(found["edges"]) == gradients.BINS + 1
