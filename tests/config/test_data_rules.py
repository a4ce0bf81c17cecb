"""What the rules that need the data let pass."""

from typing import Any

import pytest

from nntrain.config import rules
from nntrain.config.data_schema import Schema
from nntrain.config.experiment import Experiment
from nntrain.config.resolve import resolve

IRIS = Schema((4,), tuple("012"))
TWO = Schema((2,), tuple("01"))
NUMBERS = Schema((2,))


def found(layers: list[Any], schema: Schema | None = IRIS, data: Any = "iris", **train: Any) -> list[str]:
    experiment = Experiment.model_validate({"data": data, "model": layers, "train": train})
    return [problem.message for problem in rules.problems(experiment, schema and resolve(experiment, schema))]


def dense(units: int, activation: str = "linear", **options: Any) -> dict[str, Any]:
    return {"Dense": {"units": units, "activation": activation, **options}}


@pytest.mark.parametrize(
    ("layers", "schema", "train"),
    [
        ([dense(3, "softmax")], IRIS, {"loss": "sparse_categorical_crossentropy"}),
        ([dense(3, "softmax")], IRIS, {"loss": "categorical_crossentropy"}),
        ([dense(3, "softmax")], IRIS, {"loss": "mse"}),
        ([dense(3, "sigmoid")], IRIS, {"loss": "binary_crossentropy"}),
        ([dense(3, "sigmoid")], IRIS, {"loss": "HalfSquaredError"}),
        ([dense(3)], IRIS, {"loss": {"SparseCategoricalCrossentropy": {"from_logits": True}}}),
        ([dense(1, "sigmoid")], TWO, {"loss": "bce"}),
        ([dense(1)], TWO, {"loss": {"BinaryCrossentropy": {"from_logits": True}}}),
        ([dense(1, "tanh")], TWO, {"loss": "hinge"}),
        ([dense(2, "softmax")], TWO, {"loss": "sparse_categorical_crossentropy"}),
        ([dense(1)], NUMBERS, {"loss": "huber", "metrics": ["rmse", "r2"]}),
        ([dense(1, "exponential")], NUMBERS, {"loss": "poisson"}),
        ([dense(8, "relu")], IRIS, {"loss": "sparse_categorical_crossentropy"}),
        ([dense(8, "relu"), {"Dropout": 0.5}], TWO, {"loss": "bce"}),
    ],
)
def test_losses_that_fit_pass(layers: list[Any], schema: Schema, train: dict[str, Any]) -> None:
    assert found(layers, schema, **train) == []


def test_without_a_schema_only_what_the_config_shows_is_checked() -> None:
    assert found([dense(7, "softmax")], None, metrics=["mae"]) == []
    assert found([dense(7, "softmax")], None, loss="bce") == [
        "`BinaryCrossentropy` fits a `sigmoid` output, but the output is `softmax`"
    ]
    assert found(["Flatten"], None, monitor="val_anything") == []


def test_equal_weights_are_allowed_where_there_is_nothing_to_keep_equal() -> None:
    zeros = {"kernel_initializer": "zeros"}
    assert found([dense(3, "softmax", **zeros)]) == []
    assert found([dense(1, "tanh", **zeros), dense(3, "softmax")]) == []
    assert found([dense(8, "relu", bias_initializer="zeros"), dense(3, "softmax")]) == []
    assert found([dense(8, "relu", **zeros), dense(3, "softmax")]) == [
        "with `Zeros` all units of this hidden layer stay equal"
    ]


def test_every_column_of_the_run_can_be_monitored() -> None:
    penalized = [dense(3, "softmax", kernel_regularizer={"L2": 0.1})]
    for name in ("loss", "accuracy", "regularization_loss"):
        assert found(penalized, monitor=name) == []
        assert found(penalized, monitor=f"val_{name}") == []
    assert found([dense(3, "softmax")], monitor="regularization_loss") != []
    assert found([dense(3, "softmax")], metrics=[{"TopK": {"name": "two", "k": 2}}], monitor="val_two") == []
    assert found([dense(3, "softmax")], metrics=["acc"], monitor="val_precision") != []


def test_one_wrong_number_of_units_is_one_error() -> None:
    wrong = found([dense(1, "sigmoid")], IRIS, loss="sparse_categorical_crossentropy")
    assert wrong == ["the output layer has 1 unit, but the data have 3 classes"]


def test_metrics_of_different_names_may_be_of_one_kind() -> None:
    metrics = [{"Precision": {"class_id": 0, "name": "a"}}, {"Precision": {"class_id": 2, "name": "b"}}]
    assert found([dense(3, "softmax")], metrics=metrics) == []


TABLE = {"table": {"path": "t.csv", "target": "z", "features": ["x", "x2"]}}
PLANE = Schema((2,), tuple("01"), ("age", "fare"), sizes=(0, 0))


def test_features_of_a_table_are_those_of_two_numeric_columns() -> None:
    assert found([dense(1, "sigmoid")], PLANE, TABLE) == []
    three = Schema((3,), tuple("01"), tuple("abc"), sizes=(0, 0, 0))
    words = Schema((2,), tuple("01"), tuple("ab"), sizes=(0, 4))
    [message] = found([dense(1, "sigmoid")], three, TABLE)
    assert message == "`features` are those of two numeric columns, but the table has 3 columns"
    [message] = found([dense(1, "sigmoid")], words, TABLE)
    assert message.endswith("but the table has 2 columns, of which not all hold numbers")


def test_features_come_behind_the_scaling_that_a_model_has_itself() -> None:
    scaled = ["TableEncoding", dense(1, "sigmoid")]
    [message] = found(scaled, PLANE, TABLE)
    assert message == "`features` come behind `TableEncoding`, which the model has itself"
    assert found(["TableEncoding", {"PlaneFeatures": ["x", "x2"]}, dense(1, "sigmoid")], PLANE, TABLE) == []
