"""What users call a metric, and the column that they mean."""

import pytest

from nntrain.config.metric_names import meant_column, own_column, split_and_metric

COLUMNS = ["loss", "accuracy", "mean_absolute_error", "val_loss", "val_accuracy", "val_mean_absolute_error"]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("mae", "mean_absolute_error"),
        ("MeanAbsoluteError", "mean_absolute_error"),
        ("acc", "accuracy"),
        ("TopK", "top_k_accuracy"),
        ("AUC", "auc"),
        ("loss", "loss"),
        ("my own", "my own"),
    ],
)
def test_a_metric_has_one_column_however_it_is_written(name: str, column: str) -> None:
    assert own_column(name) == column


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("val_loss", ("validation", "loss")),
        ("validation.loss", ("validation", "loss")),
        ("best_val_loss", ("validation", "loss")),
        ("test_auc", ("test", "auc")),
        ("training_auc", ("train", "auc")),
        ("loss", ("", "loss")),
        ("tested_loss", ("", "tested_loss")),
        ("val_", ("", "val_")),
    ],
)
def test_the_split_of_a_name(name: str, found: tuple[str, str]) -> None:
    assert split_and_metric(name) == found


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("test_accuracy", "val_accuracy"),
        ("val_test_accuracy", "val_accuracy"),
        ("test.acc", "val_accuracy"),
        ("validation_mae", "val_mean_absolute_error"),
        ("mae", "mean_absolute_error"),
        ("train_mae", "mean_absolute_error"),
        ("acuracy", "accuracy"),
        ("foo", ""),
    ],
)
def test_a_wrong_name_means_a_column_that_exists(name: str, column: str) -> None:
    assert meant_column(name, COLUMNS) == column


def test_where_only_the_validation_split_counts_every_name_means_one_of_its_columns() -> None:
    assert meant_column("train_acc", [name for name in COLUMNS if name.startswith("val_")]) == "val_accuracy"
