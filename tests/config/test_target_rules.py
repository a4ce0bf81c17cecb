"""What is fitted to the labels or targets stands where it can be, or is refused."""

from typing import Any

import pytest

from nntrain.config import rules
from nntrain.config.data_schema import Schema
from nntrain.config.experiment import Experiment
from nntrain.config.resolve import resolve

CLASSES, NUMBERS = Schema((4,), ("a", "b", "c")), Schema((4,), target_count=1)
COUNTS = Schema((4,), target_count=1, counts=True)
BIAS = {"bias_initializer": "ClassShares"}
SOFTMAX = {"Dense": {"units": 3, "activation": "softmax", **BIAS}}


def found(model: list[Any], schema: Schema, **train: Any) -> list[str]:
    experiment = Experiment.model_validate({"data": "iris", "model": model, "train": train})
    return [problem.message for problem in rules.problems(experiment, resolve(experiment, schema))]


@pytest.mark.parametrize(
    ("model", "schema", "train"),
    [
        (["Flatten", SOFTMAX], CLASSES, {}),
        (["Flatten", {"Dense": {"units": 3, **BIAS}}, "Softmax"], CLASSES, {}),
        ([{"Dense": 8}, {"Dense": 1}, "TargetNormalization"], NUMBERS, {}),
        ([{"Dense": 8}, {"Dense": 1}, "TargetNormalization"], NUMBERS, {"loss": "huber"}),
        (["Flatten"], CLASSES, {"oversample": True}),
        ([{"Dense": 8}, {"Dense": 1}, "LogLink"], NUMBERS, {}),
        ([{"Dense": 8}, {"Dense": 1}, "LogLink"], COUNTS, {"loss": "poisson"}),
        ([{"Dense": {"units": 1, "activation": "softplus"}}], COUNTS, {}),
        ([{"Dense": 8}, {"Dense": 1}, "TargetNormalization"], COUNTS, {"loss": "huber"}),
    ],
)
def test_they_are_taken_where_they_fit(model: list[Any], schema: Schema, train: Any) -> None:
    assert found(model, schema, **train) == []


@pytest.mark.parametrize(
    ("model", "schema", "train", "message"),
    [
        (
            [{"Dense": {"units": 3, "activation": "relu", **BIAS}}],
            CLASSES,
            {},
            "`ClassShares` is the initial bias of the",
        ),
        (
            [{"Dense": {"units": 3, "activation": "softmax", "kernel_initializer": "ClassShares"}}],
            CLASSES,
            {},
            "`ClassShares` is the initial bias of the output layer",
        ),
        ([{"Dense": {"units": 1, **BIAS}}], NUMBERS, {}, "`ClassShares` is for classes, but the data have numbers"),
        (
            [SOFTMAX],
            CLASSES,
            {"class_weight": "balanced"},
            "`ClassShares` begins with the shares of the rows, which `cl",
        ),
        (
            [SOFTMAX],
            CLASSES,
            {"oversample": True},
            "`ClassShares` begins with the shares of the rows, which `oversample`",
        ),
        (["TargetNormalization"], CLASSES, {}, "`TargetNormalization` is for numbers, but the data have classes"),
        (
            ["TargetNormalization", {"Dense": 1}],
            NUMBERS,
            {},
            "`TargetNormalization` brings predictions to the units of",
        ),
        (
            [{"Dense": 8}, "TargetNormalization"],
            NUMBERS,
            {},
            "`TargetNormalization` brings predictions to the units of",
        ),
        (
            [{"Dense": 1}, "TargetNormalization"],
            NUMBERS,
            {"loss": "poisson"},
            "`Poisson` is for counts, and a standard",
        ),
        (["LogLink"], CLASSES, {}, "`LogLink` is for numbers, but the data have classes"),
        (["LogLink", {"Dense": 1}], COUNTS, {}, "`LogLink` brings predictions to the units of"),
        (
            [{"Dense": {"units": 1, "activation": "softplus"}}, "LogLink"],
            COUNTS,
            {},
            "`LogLink` takes e^x of the output layer, which is `softplus` already",
        ),
        ([{"Dense": 1}, "TargetNormalization"], COUNTS, {}, "the target holds counts, and a standardized target is"),
        ([{"Dense": 1}], NUMBERS, {"oversample": True}, "`oversample` is for classes, but the data have numbers"),
        (
            ["Flatten"],
            CLASSES,
            {"oversample": True, "class_weight": "balanced"},
            "`oversample` and `class_weight` would",
        ),
        (
            ["Flatten"],
            CLASSES,
            {"oversample": True, "shuffle": False},
            "`oversample` draws the rows, so it needs `shuffle`",
        ),
    ],
)
def test_they_are_refused_where_they_do_not(model: list[Any], schema: Schema, train: Any, message: str) -> None:
    assert any(each.startswith(message) for each in found(model, schema, **train))
