"""Which early stopping decides which epoch is the best, how it counts, and which epoch that is."""

import math
from typing import Any

import pytest

from nntrain.config.kept_epoch import Improvement, best_row, default_save, improvement, judge, keeps_best
from nntrain.config.keras.callbacks import Callback
from nntrain.config.train import Train


def stopping(**options: Any) -> Callback:
    return Callback.parse({"EarlyStopping": {"patience": 3, **options}})


def test_the_one_that_restores_the_best_weights_decides_else_the_first() -> None:
    first, second = stopping(monitor="loss"), stopping(restore_best_weights=True)
    assert judge([first, second]) is second
    assert judge([Callback.parse("SwapEMAWeights"), first, stopping()]) is first
    assert judge([Callback.parse("SwapEMAWeights")]) is None


@pytest.mark.parametrize(
    ("callbacks", "saved"),
    [
        ([], "best"),
        ([stopping()], "best"),
        ([stopping(restore_best_weights=True)], "best"),
        ([stopping(restore_best_weights=False)], "last"),
    ],
)
def test_the_best_epoch_is_kept_unless_early_stopping_is_not_to_restore_it(callbacks: list[Any], saved: str) -> None:
    assert default_save(callbacks) == saved


def test_an_epoch_is_better_as_early_stopping_counts_it_where_it_watches_the_same_metric() -> None:
    callback = stopping(monitor="val_accuracy", min_delta=0.1, start_from_epoch=4)
    train = Train(callbacks=[callback], monitor="val_accuracy")
    assert improvement(train) == Improvement(0.1, 4)
    assert improvement(train.model_copy(update={"monitor": "val_loss"})) == Improvement(0.0, 0)
    assert improvement(Train()) == Improvement(0.0, 0)


def test_without_a_validation_split_the_best_epoch_is_kept_only_where_early_stopping_restores_it() -> None:
    best = Train(save="best")
    assert keeps_best(best, has_validation=True) and not keeps_best(best, has_validation=False)
    assert keeps_best(Train(save="best", callbacks=[stopping(restore_best_weights=True)]), has_validation=False)
    assert not keeps_best(Train(save="last"), has_validation=True)


def rows(*values: float) -> list[dict[str, float]]:
    return [{"epoch": epoch, "val_loss": value, "val_accuracy": value} for epoch, value in enumerate(values, start=1)]


@pytest.mark.parametrize(
    ("options", "values", "epoch"),
    [
        ({"monitor": "val_loss"}, [3, 1, 2, 1], 2),
        ({"monitor": "val_accuracy", "metrics": ["accuracy"]}, [0.1, 0.3, 0.2, 0.3], 2),
        ({"monitor": "val_loss"}, [math.nan, 2, 3], 2),
        ({"monitor": "val_loss", "callbacks": [stopping(monitor="val_loss", min_delta=0.5)]}, [3, 2.6, 2.4, 2.2], 3),
        ({"monitor": "val_loss", "callbacks": [stopping(monitor="val_loss", start_from_epoch=2)]}, [1, 2, 3, 4], 3),
    ],
)
def test_the_best_row_is_the_first_with_the_best_value(options: Any, values: list[float], epoch: int) -> None:
    best = best_row(Train.model_validate(options), rows(*values))
    assert best is not None and best["epoch"] == epoch


def test_without_rows_none_is_the_best() -> None:
    assert best_row(Train(monitor="val_loss"), []) is None
