"""The names that users give to metrics: `val_acc` or `validation.accuracy` for the column `val_accuracy`."""

import contextlib
import re
from collections.abc import Collection

from pydantic import ValidationError

from nntrain.config.keras.metrics import Metric
from nntrain.nearest import nearest

_SPLITS = {"val": "validation", "valid": "validation", "training": "train"}


def own_column(name: str) -> str:
    """Return the column of the metric that a config calls so: `mean_absolute_error` for `mae`; any other name as is."""
    with contextlib.suppress(ValidationError):
        return Metric.parse(name).column
    return name


def split_and_metric(name: str) -> tuple[str, str]:
    """Return the split and the metric in `val_loss` or `test.loss`; the split is empty where the name has none."""
    match = re.fullmatch(r"(?:best_)?(val|valid|validation|test|train|training)[_.](.+)", name)
    return (_SPLITS.get(match[1], match[1]), match[2]) if match else ("", name)


def meant_column(name: str, columns: Collection[str]) -> str:
    """Return the column of metrics.csv that a wrong name means, or nothing; never one of the test split."""
    split, metric = split_and_metric(name)
    if split == "validation" and split_and_metric(metric)[0]:  # `val_test_loss`
        split, metric = split_and_metric(metric)
    column = own_column(metric)
    found = [column, f"val_{column}"] if split in ("", "train") else [f"val_{column}", column]
    return next((one for one in found if one in columns), nearest(name, columns))
