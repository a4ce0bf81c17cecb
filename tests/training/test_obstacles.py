"""What keeps a training from learning is a warning before its first step; a training that can learn has none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.runs import experiment
from nntrain.terminal import Terminal

MOONS = """
    data: {toy_2d: {kind: moons, size: 200, test: none, validation: 0.2}}
    model: MODEL
    train: {epochs: 10, batch_size: 16, TRAIN}
    """
NORM = "[{Dense: 8}, BatchNormalization, ReLU]"
DENSE = "[{Dense: {units: 4, activation: relu}}]"


def found(prepare: Any, model: str = DENSE, train: str = "shuffle: true", *assignments: str) -> list[str]:
    net = prepare(MOONS.replace("MODEL", model).replace("TRAIN", train), *assignments)
    assert all(problem.severity == "warning" and problem.span for problem in net.prepared.obstacles)
    return [problem.message for problem in net.prepared.obstacles]


def adam(options: str) -> str:
    return f"optimizer: {{Adam: {{{options}}}}}"


def rate(schedule: str) -> str:
    return adam(f"learning_rate: {{{schedule}}}")


GOOD = [
    (DENSE, adam("gradient_accumulation_steps: 100")),  # of 100 steps
    (DENSE, adam("use_ema: true, ema_momentum: 0.97")),
    (DENSE, rate("CosineDecay: {initial_learning_rate: 0.1, decay_steps: 100}")),
    (DENSE, rate("OneCycle: {max_learning_rate: 0.1, total_steps: 100}")),
    (DENSE, rate("CosLog: {max_learning_rate: 0.1}")),
    (DENSE, rate("CosineDecay: {initial_learning_rate: 0, decay_steps: 90, warmup_target: 0.1, warmup_steps: 10}")),
    (DENSE, rate("PolynomialDecay: {initial_learning_rate: 0.1, decay_steps: 20}")),
    (DENSE, rate("ExponentialDecay: {initial_learning_rate: 0.1, decay_steps: 10, decay_rate: 0.5}")),
    (NORM.replace("BatchNormalization", "{BatchNormalization: {momentum: 0.97}}"), "shuffle: true"),
    (NORM.replace("BatchNormalization", "LayerNormalization"), "shuffle: true"),
    (NORM.replace("BatchNormalization", "{BatchNormalization: {trainable: false}}"), "shuffle: true"),
]


@pytest.mark.parametrize(("model", "train"), GOOD)
def test_a_training_that_can_learn_has_no_warning(prepare: Any, model: str, train: str) -> None:
    assert found(prepare, model, train) == []


BAD = [
    (
        NORM,
        "shuffle: true",
        "after 100 steps the moving averages of `BatchNormalization` are still 37 % of their initial",
    ),
    (
        DENSE,
        adam("gradient_accumulation_steps: 101"),
        "no weight is ever updated: the gradients of 101 steps are accumulated for one update, but ",
    ),
    (DENSE, adam("use_ema: true"), "after 100 updates the averaged weights are still 37 % of the initial ones"),
    (
        DENSE,
        adam("use_ema: true, ema_momentum: 0.9, gradient_accumulation_steps: 20"),
        "after 5 updates the averaged weights are still 59 % of the initial ones",
    ),
    (
        DENSE,
        rate("CosineDecay: {initial_learning_rate: 0.1, decay_steps: 20}"),
        "the learning rate of `CosineDecay` is 0 in 80 % of the training",
    ),
    (
        DENSE,
        rate("ExponentialDecay: {initial_learning_rate: 0.1, decay_steps: 1, decay_rate: 0.5}"),
        "the learning rate of `ExponentialDecay` is almost 0 in 85 % of the training",
    ),
    (
        DENSE,
        rate("OneCycle: {max_learning_rate: 0.1, total_steps: 10}"),
        "the learning rate of `OneCycle` is almost 0 in 90 % of the training",
    ),
    (
        DENSE,
        rate("PiecewiseConstantDecay: {boundaries: [10], values: [0.1, 1e-9]}"),
        "the learning rate of `PiecewiseConstantDecay` is almost 0 in 90 % of the training",
    ),
    (
        DENSE,
        rate("OneCycle: {max_learning_rate: 0.1, total_steps: 1000}"),
        "the learning rate of `OneCycle` rises for 300 updates, until the end",
    ),
    (
        DENSE,
        rate("CosineDecay: {initial_learning_rate: 0, decay_steps: 90, warmup_target: 0.1, warmup_steps: 100}"),
        "the learning rate of `CosineDecay` rises for 100 updates, until the end",
    ),
    ("[{Dense: {units: 1, activation: sigmoid, trainable: false}}]", "shuffle: true", "no layer has a weight that is"),
]


@pytest.mark.parametrize(("model", "train", "message"), BAD)
def test_a_training_that_cannot_learn_has_a_warning(prepare: Any, model: str, train: str, message: str) -> None:
    (warning,) = found(prepare, model, train)
    assert warning.startswith(message)


def test_a_batch_of_one_row_has_no_statistics(prepare: Any) -> None:
    same = "`BatchNormalization` gives the same numbers for every row in a batch of one row"
    assert found(prepare, NORM, "shuffle: true", "train.batch_size=1") == [same]
    last = "the last batch of every epoch has one row, for which `BatchNormalization` gives always the same"
    assert found(prepare, NORM, "shuffle: true", "train.batch_size=53", "train.epochs=100") == [last]  # of 160 rows


def test_the_help_for_moving_averages_is_enough(prepare: Any) -> None:
    text = MOONS.replace("MODEL", NORM).replace("TRAIN", "shuffle: true")
    assert prepare(text).prepared.obstacles[0].help == "write `momentum: 0.95`, or train 230 steps"
    for assignment in ("model.1.BatchNormalization.momentum=0.95", "train.epochs=23"):
        assert prepare(text, assignment).prepared.obstacles == ()


@pytest.fixture
def images(tmp_path: Path) -> Path:
    x = np.random.default_rng(0).integers(0, 256, (40, 3, 12, 12)).astype("uint8")
    np.savez(tmp_path / "first.npz", x=x, y=np.arange(40) % 2)
    np.savez(tmp_path / "last.npz", x=np.moveaxis(x, 1, -1), y=np.arange(40) % 2)
    return tmp_path


IMAGES = """
    data: {npz_file: {path: FILE, test: none, validation: none}}
    model: [{Rescaling: 1/255}, {Conv2D: {filters: 4, kernel_size: 3}}, BatchNormalization, ReLU, Flatten]
    train: {epochs: 400, batch_size: 1}
    """


def test_images_with_their_channels_first_are_noticed(prepare: Any, images: Path) -> None:
    """A batch of one image has statistics: it has many pixels."""
    assert prepare(IMAGES.replace("FILE", str(images / "last.npz"))).prepared.obstacles == ()
    (problem,) = prepare(IMAGES.replace("FILE", str(images / "first.npz"))).prepared.obstacles
    assert problem.message.endswith(
        "for images of 3 x 12 pixels with 12 channels, but the channels seem to be first"
    ) and problem.message.startswith("`Conv2D` takes its input of 3 x 12 x 12")
    assert "numpy.moveaxis(x, 1, -1)" in problem.help


def test_the_warnings_are_printed_before_a_training(prepare: Any, capsys: pytest.CaptureFixture[str]) -> None:
    experiment.report(prepare(MOONS.replace("MODEL", NORM).replace("TRAIN", "shuffle: true")).prepared, Terminal())
    printed = capsys.readouterr().err
    assert "warning: after 100 steps the moving averages" in printed and "(model.1.BatchNormalization)" in printed
