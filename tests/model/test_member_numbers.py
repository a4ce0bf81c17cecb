"""Numbers of a config as variables of a model, and plain ones put into it; steps are in training/programs."""

from pathlib import Path

import pytest
import tensorflow as tf

from nntrain.config.load import load
from nntrain.config.member_numbers import numbers
from nntrain.model.member_numbers import MemberNumber, put, vary
from nntrain.training.prepare import Prepared, prepare

NET = """
data: {toy_2d: {kind: moons, size: 20}}
model:
  - Repeat: {times: 2, layers: [{Dense: {units: 2, kernel_regularizer: {L2: 0.25}}}, {Dropout: 0.5}]}
  - Dense: {units: 1, activation: sigmoid}
train: {loss: {BinaryCrossentropy: {label_smoothing: 0.125}}}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    file = tmp_path_factory.mktemp("net") / "net.yaml"
    file.write_text(NET)
    return prepare(load(file))


def test_numbers_of_a_model_are_put_into_it(run: Prepared, tmp_path: Path) -> None:
    """Where a layer is repeated, into each of its copies; a saved model has them."""
    found = numbers(run.resolved.experiment)
    layers = ("model", 0, "Repeat", "layers")
    rate, penalty = (*layers, 1, "Dropout", "rate"), (*layers, 0, "Dense", "kernel_regularizer", "L2", "l2")
    put(run.resolved, run.model, {**found, rate: 0.1, penalty: 0.75})
    configs = [layer.get_config() for layer in run.model.layers]
    assert [config["rate"] for config in configs if "rate" in config] == [0.1, 0.1]
    assert [config["kernel_regularizer"]["config"] for config in configs[:3:2]] == [{"l2": 0.75}] * 2


def test_a_variable_is_read_by_what_computes_with_it_and_is_no_weight(run: Prepared) -> None:
    path = ("train", "loss", "BinaryCrossentropy", "label_smoothing")
    before, weights = float(run.model.loss([[1.0]], [[0.5]])), len(run.model.weights)
    number = vary(run.resolved, run.model, {path})[path]
    assert float(run.model.loss([[1.0]], [[0.9]])) == pytest.approx(-0.9375 * 1.0 * _log(0.9) - 0.0625 * _log(0.1))
    number.variable.assign(0.5)
    assert float(run.model.loss([[1.0]], [[0.9]])) == pytest.approx(-0.75 * _log(0.9) - 0.25 * _log(0.1))
    assert float(run.model.loss([[1.0]], [[0.5]])) == pytest.approx(before) and len(run.model.weights) == weights


def _log(x: float) -> float:
    return float(tf.math.log(x))


def test_a_number_keeps_the_digits_of_python_and_refuses_what_needs_its_value() -> None:
    number, tensor = MemberNumber(0.999), tf.constant(2.0)
    assert float(1 - number) == pytest.approx(0.001, rel=1e-6), "not of 0.999 as float32"
    found = [number + 1, 1 + number, number - tensor, tensor - number, number * 2, tensor * number, -number]
    assert list(map(float, found)) == pytest.approx([1.999, 1.999, -1.001, 1.001, 1.998, 1.998, -0.999])
    assert [float(number / tensor), float(2 / number)] == pytest.approx([0.4995, 2 / 0.999])
    assert number and number > 0 and number != 0
    assert (1 - number).dtype == tf.float32 == tf.convert_to_tensor(number).dtype
    with pytest.raises(TypeError, match="each member of a stack has its own"):
        number.__eq__(1)
    with pytest.raises(TypeError):
        float(number)  # type: ignore[arg-type]
