"""The plan that a config and its data give to the loop."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.quick

Prepare = Callable[..., Any]

MOONS = """
    data: {toy_2d: {kind: moons, size: 100, test: none}}
    model: [{Dense: {units: 4, activation: tanh}}]
    train: {epochs: 4, batch_size: 16}
    """


def test_steps_are_rounded_up_to_epochs(prepare: Prepare) -> None:
    plan = prepare(MOONS.replace("epochs: 4", "steps: 11")).plan  # of 80 rows, an epoch has 5 steps
    assert (plan.epochs, plan.steps, plan.batch_size) == (3, 11, 16)


def test_a_full_batch_has_all_rows_of_the_training_split(prepare: Prepare) -> None:
    assert prepare(MOONS, "train.batch_size=full").plan.batch_size == 80


@pytest.mark.parametrize(
    ("assignments", "monitor", "mode"),
    [
        ([], "val_loss", "min"),
        (["train.monitor=val_accuracy"], "val_accuracy", "max"),
        (["data.toy_2d.validation=none"], "loss", "min"),
    ],
)
def test_the_monitor_has_the_direction_of_its_metric(
    prepare: Prepare, assignments: list[str], monitor: str, mode: str
) -> None:
    plan = prepare(MOONS, *assignments).plan
    assert (plan.monitor, plan.mode) == (monitor, mode)


STOP = "train.callbacks=[{EarlyStopping: {monitor: loss, patience: 2, restore_best_weights: %s}}]"


@pytest.mark.parametrize(
    ("assignments", "saved"),
    [
        ([], "best"),
        (["train.save=last"], "last"),
        (["data.toy_2d.validation=none"], "last"),
        (["data.toy_2d.validation=none", STOP % "true"], "best"),
        (["data.toy_2d.validation=none", STOP % "false"], "last"),
    ],
)
def test_the_best_epoch_is_kept_where_something_judges_it(prepare: Prepare, assignments: list[str], saved: str) -> None:
    assert prepare(MOONS, *assignments).plan.save == saved
