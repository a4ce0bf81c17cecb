"""Steps of a stack: those of each member trained alone, but for the rounding of sums."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.load import load, put_value
from nntrain.config.member_numbers import differing, numbers
from nntrain.training.prepare import Prepared, prepare
from nntrain.training.program_cache import Programs
from nntrain.training.programs.arrays import Arrays, epoch_order
from nntrain.training.programs.resident import Program
from nntrain.training.programs.stacked import StackedData, joined, of_member, taken
from nntrain.training.scorer import Scorer, training_weights

TOLERANCE = 1e-5
DENSE = """
  - Normalization
  - Dense: {units: 8, kernel_regularizer: {L2: 1e-2}, kernel_constraint: {MaxNorm: 0.9}, activity_regularizer: L2}
  - BatchNormalization
  - PReLU
  - Dropout: 0.3
  - Dense: {units: 6, activation: gelu}
  - LayerNormalization
  - GaussianNoise: 0.1
  - RReLU
  - Dense: {units: 3, activation: softmax}
"""
PLAIN = """
  - Dense: {units: 5, activation: tanh}
  - AlphaDropout: 0.2
  - GaussianDropout: 0.2
"""
IMAGES = """
  - Reshape: [2, 2, 1]
  - Conv2D: {filters: 4, kernel_size: 2, padding: same, activation: tanh}
  - MaxPooling2D: {pool_size: 2, strides: 1, padding: same}
  - Conv2D: {filters: 4, kernel_size: 2, padding: same, groups: 2, dilation_rate: 2}
  - DepthwiseConv2D: {kernel_size: 2, padding: same}
  - SpatialDropout2D: 0.2
  - SeparableConv2D: {filters: 3, kernel_size: 2, padding: same, activation: tanh}
  - AveragePooling2D: {pool_size: 2, strides: 1}
  - GlobalMaxPooling2D
"""
ADAM = "optimizer: {Adam: {learning_rate: 0.01, clipnorm: 0.5, weight_decay: 0.01}}, metrics: [accuracy, F1Score]"
SGD = (
    "optimizer: {SGD: {momentum: 0.9, global_clipnorm: 1.0, nesterov: true, learning_rate: "
    "{CosineDecay: {initial_learning_rate: 0.1, decay_steps: 20}}}}, class_weight: balanced, regularizer: {L1: 1e-3}, "
    "loss: {SparseCategoricalCrossentropy: {label_smoothing: 0.1}}"
)
RMSPROP = (
    "optimizer: {RMSprop: {rho: 0.95, momentum: 0.9, centered: true, clipvalue: 0.4, epsilon: 1e-4}}, regularizer: "
    "{L2Norm: 0.1}, loss: {CategoricalCrossentropy: {label_smoothing: 0.1}}"
)
OF_DENSE = {
    "model.1.Dense.kernel_regularizer.L2.l2": 0.05,
    "model.1.Dense.activity_regularizer.L2.l2": 0.02,
    "model.1.Dense.kernel_constraint.MaxNorm.max_value": 0.7,
    "model.4.Dropout.rate": 0.6,
    "model.7.GaussianNoise.stddev": 0.3,
    "train.optimizer.Adam.clipnorm": 0.2,
    "train.optimizer.Adam.weight_decay": 0.1,
    "train.optimizer.Adam.beta_1": 0.6,
    "train.optimizer.Adam.beta_2": 0.9,
    "train.optimizer.Adam.epsilon": 1e-3,
}
OF_PLAIN = {
    "model.1.AlphaDropout.rate": 0.4,
    "model.2.GaussianDropout.rate": 0.1,
    "train.optimizer.SGD.momentum": 0.5,
    "train.optimizer.SGD.global_clipnorm": 0.3,
    "train.regularizer.L1.l1": 1e-2,
    "train.loss.SparseCategoricalCrossentropy.label_smoothing": 0.3,
}
OF_RMSPROP = {
    "model.5.SpatialDropout2D.rate": 0.4,
    "train.optimizer.RMSprop.rho": 0.8,
    "train.optimizer.RMSprop.momentum": 0.6,
    "train.optimizer.RMSprop.clipvalue": 0.01,
    "train.optimizer.RMSprop.epsilon": 1e-3,
    "train.regularizer.L2Norm.l2": 0.01,
    "train.loss.CategoricalCrossentropy.label_smoothing": 0.3,
}


def prepared(folder: Path, layers: str, train: str, changes: dict[str, float]) -> list[Prepared]:
    text = f"data: iris\nmodel:{layers}train: {{batch_size: 9, {train}}}\n"
    (folder / "net.yaml").write_text(text)
    first = load(folder / "net.yaml")
    second = put_value(first, "seed", 8)
    for path, value in changes.items():
        second = put_value(second, path, value)
    return [prepare(first), prepare(second)]


def scorer(run: Prepared) -> Scorer:
    rows = len(run.data.train)
    return Scorer.of(run.resolved, run.model, run.data.train.x, run.resolved.batch_size(rows))


def order(run: Prepared, epoch: int) -> np.ndarray:
    return epoch_order(run.resolved.experiment.seed, epoch, len(run.data.train), shuffle=True)


def alone(program: Program, run: Prepared, training: Arrays, validation: Arrays) -> list[dict[str, float]]:
    rows = []
    for epoch in (1, 2):
        metrics = program.train(training, order(run, epoch), 0, program.steps(training)).metrics
        program.model.reset_metrics()
        rows.append({**metrics, **{f"val_{name}": value for name, value in program.evaluate(validation).items()}})
    return rows


@pytest.mark.parametrize(
    ("layers", "train", "changes"),
    [(DENSE, ADAM, OF_DENSE), (PLAIN, SGD, OF_PLAIN), (IMAGES, RMSPROP, OF_RMSPROP)],
    ids=["dense", "plain", "images"],
)
def test_each_member_learns_as_alone(tmp_path: Path, layers: str, train: str, changes: dict[str, float]) -> None:
    """22 steps, the last of each epoch with fewer rows; the members train together, and again one of them alone.

    Each has its own seed and its own value of every number that may differ.
    """
    runs = prepared(tmp_path, layers, train, changes)
    own = differing([numbers(run.resolved.experiment) for run in runs])
    assert {".".join(map(str, path)) for path in own} == set(changes)
    second, data = scorer(runs[1]), runs[0].data
    training = second.arrays(data.train, training_weights(runs[1].resolved, data.train))
    validation = second.arrays(data.validation) if data.validation else pytest.fail("no validation")
    both, one = StackedData([training, training]), StackedData([training])
    program = Programs().stacked(runs[0], own)[1]
    start = program.initial([run.model for run in runs], numbers=[numbers(run.resolved.experiment) for run in runs])

    def epochs(values: Any, of: StackedData, members: list[Prepared]) -> list[list[dict[str, float]]]:
        rows = []
        for epoch in (1, 2):
            orders = np.stack([order(run, epoch) for run in members])
            values = program.train(values, of, orders, (0, second.program.steps(training)))
            results, finite = program.results(values)
            assert finite.all()
            values = program.without_counts(values)
            split = StackedData([validation] * len(members))
            places = np.tile(np.arange(len(validation), dtype="int32"), (len(members), 1))
            found = {f"val_{name}": value for name, value in program.evaluate(values, split, places).items()}
            rows.append([of_member({**results, **found}, place) for place in range(len(members))])
        return rows

    together, apart = epochs(start, both, runs), epochs(taken(start, [1]), one, runs[1:])
    for epoch, expected in enumerate(alone(second.program, runs[1], training, validation)):
        found = together[epoch][1]
        assert list(expected) == [name for name in found if name != "learning_rate"]
        assert {name: found[name] for name in expected} == pytest.approx(expected, rel=TOLERANCE)
        assert apart[epoch][0] == pytest.approx(found, rel=TOLERANCE)
        assert together[epoch][0]["val_loss"] != pytest.approx(found["val_loss"], rel=1e-3)
    assert program._train.experimental_get_tracing_count() == 1, "a stack of another size is not traced again"


def test_values_are_taken_and_joined() -> None:
    values = (np.arange(3), np.arange(6).reshape(3, 2))
    parts = [taken(values, [2]), taken(values, [0, 1])]
    back = taken(joined(parts), np.argsort([2, 0, 1]))
    assert all((one.numpy() == other).all() for one, other in zip(back, values, strict=True))


def test_equal_data_are_held_once() -> None:
    first, second = (Arrays(np.full((size, 2), size, "float32"), np.zeros(size, "int32")) for size in (3, 4))
    shared, both = StackedData([first, first]), StackedData([first, second, first])
    assert shared.is_shared and len(shared.tensors[0]) == 3 and list(shared.starts) == [0, 0]
    assert not both.is_shared and len(both.tensors[0]) == 7
    assert list(both.starts) == [0, 3, 0] and list(both.sizes) == [3, 4, 3]
