"""The compiled loops against Keras's own way, and the order of the rows."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nntrain.training.programs.arrays import EVALUATION_BATCH, epoch_order

IRIS = """
    seed: 5
    data: {iris: {test: none}}
    model:
      - Dense: {units: 8, activation: relu, kernel_regularizer: {L2: 0.01}}
      - BatchNormalization
      - Dropout: 0.3
      - Dense: {units: 3, activation: softmax}
    train: {epochs: 3, batch_size: 16, metrics: [accuracy, AUC]}
    """


@pytest.fixture(scope="module", params=["engine=resident", "compile=xla", "engine=streamed", "engine=keras"])
def net(
    request: pytest.FixtureRequest, prepare_in: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """A net for each program, which the tests leave with the weights that it has."""
    options = (f"train.{request.param}", "train.batch_size=16", "train.metrics=[accuracy]")
    return prepare_in(tmp_path_factory.mktemp("net"), IRIS, *options)


@pytest.mark.parametrize("options", [[], ["train.compile=xla", "train.metrics=[accuracy]"]], ids=["graph", "xla"])
def test_an_epoch_in_one_call_and_step_by_step_gives_equal_bits(
    prepare_compiled: Callable[..., Any], options: list[str]
) -> None:
    once, stepwise = (prepare_compiled(IRIS, "train.batch_size=16", *options) for _ in range(2))
    order = epoch_order(5, 1, len(once.data.train), True)
    steps = once.scorer.program.steps(once.arrays)
    once.scorer.program.train(once.arrays, order, 0, steps)  # the last one of 8 rows
    metrics, weights = once.scorer.program.metrics(), once.weights()
    assert steps == once.model.optimizer.iterations == 8
    stepwise.model.reset_metrics()
    for step in range(steps):
        stepwise.scorer.program.train(stepwise.arrays, order, step, step + 1)
    assert stepwise.model.optimizer.iterations == steps
    assert stepwise.scorer.program.metrics() == metrics
    assert all((a == b).all() for a, b in zip(stepwise.weights(), weights, strict=True))


def test_no_step_more_shows_what_the_last_one_has_left(net: Any) -> None:
    """A training that was stopped between its last step and the validation is gone on with so."""
    program, order = net.scorer.program, epoch_order(5, 1, len(net.data.train), True)
    steps = program.steps(net.arrays)
    last = program.train(net.arrays, order, 0, steps)
    before = net.weights()
    again = program.train(net.arrays, order, steps, steps)
    assert last.finite and last == again
    assert all((a == b).all() for a, b in zip(before, net.weights(), strict=True))


def test_a_weight_that_is_not_finite_is_seen_behind_a_finite_loss(net: Any) -> None:
    before = net.weights()
    net.model.layers[1].moving_mean.assign(np.full(8, np.nan, "float32"))  # which the training does not read
    seen = net.scorer.program.train(net.arrays, epoch_order(5, 1, len(net.data.train), True), 0, 1)
    assert np.isfinite(seen.metrics["loss"]) and not seen.finite
    net.model.set_weights(before)


def test_steps_count_the_shorter_last_batch(prepare: Callable[..., Any]) -> None:
    net = prepare(IRIS, "train.batch_size=7")
    assert len(net.data.train) == 120
    assert net.scorer.program.steps(net.arrays) == 18


def test_evaluate_gives_what_keras_evaluate_gives(prepare: Callable[..., Any]) -> None:
    net = prepare(IRIS)
    split = net.scorer.arrays(net.data.train)
    ours = net.scorer.program.evaluate(split)
    keras = net.model.evaluate(split.x, split.y, batch_size=len(split), verbose=0, return_dict=True)
    near = {"auc": 0.01}  # which Keras's loop counts in intervals
    assert ours == {name: pytest.approx(value, abs=near.get(name, 1e-6)) for name, value in keras.items()}
    assert set(ours) == {"loss", "accuracy", "auc", "regularization_loss"}


@pytest.mark.parametrize("wanted", ["engine=resident", "compile=xla", "engine=streamed", "engine=keras"])
@pytest.mark.parametrize("size", [60, EVALUATION_BATCH + 1])
def test_evaluate_starts_and_ends_with_reset_metrics(prepare: Callable[..., Any], wanted: str, size: int) -> None:
    data = f"data={{toy_2d: {{kind: gauss, size: {size}, validation: none, test: none}}}}"
    net = prepare(IRIS, f"train.{wanted}", data, "model.3=Dense: {units: 1, activation: sigmoid}")
    first, second = (net.scorer.program.evaluate(net.arrays) for _ in range(2))
    assert first == second and math.isfinite(first["loss"])
    assert not any(np.any(variable) for metric in net.model.metrics for variable in metric.variables)


def test_evaluate_and_predict_cover_more_rows_than_a_batch(prepare: Callable[..., Any]) -> None:
    net = prepare(
        f"""
        data: {{toy_2d: {{kind: gauss, size: {EVALUATION_BATCH + 77}, validation: none, test: none}}}}
        model: [{{Dense: {{units: 3, activation: relu}}}}, {{Dense: {{units: 1, activation: sigmoid}}}}]
        train: {{epochs: 1}}
        """
    )
    predicted = net.scorer.program.predict(net.data.train.x)
    assert predicted.shape == (EVALUATION_BATCH + 77, 1)
    assert predicted == pytest.approx(net.model.predict(net.data.train.x, verbose=0), abs=1e-6)
    right = (predicted[:, 0] > 0.5) == net.data.train.y
    assert net.scorer.evaluate(net.data.train)["accuracy"] == pytest.approx(right.mean(), abs=1e-6)


def test_evaluation_leaves_weights_and_moving_averages_as_they_are(prepare: Callable[..., Any]) -> None:
    net = prepare(IRIS)
    before = net.weights()
    first, second = net.scorer.evaluate(net.data.train), net.scorer.evaluate(net.data.train)
    assert first == second
    assert all((a == b).all() for a, b in zip(before, net.weights(), strict=True))
