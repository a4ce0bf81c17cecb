"""Which early stopping decides which epoch is the best, and how it counts."""

from typing import Any

import pytest

from nntrain.config.kept_epoch import Improvement, default_save, improvement, judge
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
