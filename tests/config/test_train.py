"""The section `train`: what a value in metrics.csv can be."""

from math import inf
from typing import Any

import pytest

from nntrain.config.keras.losses import Loss
from nntrain.config.keras.metrics import Metric
from nntrain.config.train import Train


@pytest.mark.parametrize(
    ("options", "column", "bounds"),
    [
        ({}, "loss", (0, inf)),
        ({"loss": "Poisson"}, "loss", (-inf, inf)),
        ({}, "regularization_loss", (0, inf)),
        ({}, "accuracy", (0, 1)),
        ({}, "mean_absolute_error", (0, inf)),
        ({"metrics": ["r2"]}, "r2_score", (-inf, 1)),
        ({"metrics": [{"RootMeanSquaredError": {"name": "error"}}]}, "error", (0, inf)),
        ({"metrics": [{"AUC": {"name": "loss_of_area"}}]}, "loss_of_area", (0, 1)),
    ],
)
def test_the_bounds_of_a_column(options: dict[str, Any], column: str, bounds: tuple[float, float]) -> None:
    assert Train.model_validate(options).bounds(column) == bounds


def test_the_bounds_of_errors_and_of_shares_differ() -> None:
    assert {name for name, member in Metric.members().items() if member.bounds[1] == inf} == {
        name for name, member in Metric.members().items() if member.better == "min"
    }
    assert [name for name, member in Loss.members().items() if member.least < 0] == ["Poisson"]
