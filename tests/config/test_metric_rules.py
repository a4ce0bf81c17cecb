"""What the rules about metrics let pass, and what they refuse before a graph would crash."""

from typing import Any

import pytest

from nntrain.config import rules
from nntrain.config.data_schema import Schema
from nntrain.config.experiment import Experiment
from nntrain.config.keras.metrics import RESERVED_COLUMNS
from nntrain.config.load import from_document
from nntrain.config.resolve import resolve
from nntrain.document import yaml_file

IRIS = Schema((4,), ("setosa", "versicolor", "virginica"))
TWO = Schema((2,), ("ok", "fault"))
SOFTMAX = {"Dense": {"units": 3, "activation": "softmax"}}
SIGMOID = {"Dense": {"units": 1, "activation": "sigmoid"}}


def found(metric: Any, schema: Schema | None = IRIS, layer: Any = "Flatten") -> list[tuple[str, str]]:
    """The severity and the message of each problem."""
    experiment = Experiment.model_validate({"data": "iris", "model": [layer], "train": {"metrics": [metric]}})
    problems = rules.problems(experiment, schema and resolve(experiment, schema))
    return [(problem.severity, problem.message) for problem in problems]


@pytest.mark.parametrize(
    ("metric", "schema"),
    [
        ({"TopK": 2}, IRIS),
        ({"TopK": 1}, TWO),
        ({"Precision": {"top_k": 2, "thresholds": 0.3}}, IRIS),
        ({"Recall": {"class_id": 1}}, TWO),
        ({"Recall": {"class_id": 2}}, IRIS),
        ({"F1Score": {"class_id": "virginica"}}, IRIS),
        ({"AUC": {"class_id": "ok", "curve": "PR"}}, TWO),
        ({"AUC": {"name": "losses"}}, TWO),
        ({"AUC": {"name": "area of the curve"}}, TWO),
    ],
)
def test_options_that_fit_the_classes_pass(metric: Any, schema: Schema) -> None:
    assert found(metric, schema) == []


@pytest.mark.parametrize("name", ["Precision", "Recall"])
def test_top_k_must_leave_a_class_out(name: str) -> None:
    for schema, k in ((IRIS, 3), (IRIS, 5), (TWO, 2)):
        count = f"{len(schema.classes)} classes"
        assert found({name: {"top_k": k}}, schema) == [
            ("error", f"`top_k: {k}` predicts every class: there are {count}")
        ]


def test_a_top_k_accuracy_that_is_always_1_is_a_warning() -> None:
    assert found("TopK") == [("warning", "`k: 5` makes `TopK` 1 for every network: there are 3 classes")]
    assert found({"TopK": 2}, TWO) == [("warning", "`k: 2` makes `TopK` 1 for every network: there are 2 classes")]


@pytest.mark.parametrize("name", ["Precision", "Recall", "F1Score", "AUC"])
def test_the_class_of_a_metric_must_be_one_of_the_data(name: str) -> None:
    assert found({name: {"class_id": 3}}) == [("error", "`class_id: 3` is not a class: there are 3, counted from 0")]
    assert found({name: {"class_id": 2}}, TWO) == [
        ("error", "`class_id: 2` is not a class: there are 2, counted from 0")
    ]
    assert found({name: {"class_id": "iris"}}) == [("error", "unknown class `iris`")]


def test_an_index_that_is_the_name_of_another_class_is_refused() -> None:
    """A class is called `1` and is counted as 0: the name in quotes says which is meant."""
    numbers = Schema((4,), ("1", "2", "3"))
    message = "`class_id: 1` counts from 0, so it is class `2`, not class `1`"
    assert found({"Recall": {"class_id": 1}}, numbers) == [("error", message)]
    assert found({"Recall": {"class_id": 0}}, numbers) == found({"Recall": {"class_id": "1"}}, numbers) == []
    assert found({"Recall": {"class_id": 1}}, Schema((4,), ("0", "1", "2"))) == []


def test_without_a_schema_the_output_layer_shows_the_number_of_classes() -> None:
    assert found({"Recall": {"class_id": 2}}, None, SIGMOID) != []
    assert found({"Recall": {"class_id": 1}}, None, SIGMOID) == []
    assert found({"Recall": {"class_id": "ok"}}, None, SIGMOID) == []
    assert found({"Precision": {"top_k": 3}}, None, SOFTMAX) != []
    assert found({"Precision": {"top_k": 3}}, None) == []
    assert found("mae", None, SIGMOID) == []


@pytest.mark.parametrize("name", [*RESERVED_COLUMNS, "val_loss", "val_", " ", "a\nb"])
def test_names_of_other_columns_are_refused(name: str) -> None:
    (only,) = found({"AUC": {"name": name}})
    assert only[0] == "error"


def test_thresholds_of_many_classes_are_bounded() -> None:
    many = Schema((4,), tuple(f"c{index}" for index in range(1000)))
    options = {"AUC": {"num_thresholds": 20_000}}
    assert found(options, many) == [("error", "`num_thresholds: 20000` is too many for 1,000 classes")]
    assert found({"AUC": {"num_thresholds": 10_000}}, many) == found(options) == []


def test_the_class_and_an_average_exclude_each_other() -> None:
    for name in ("Precision", "Recall", "F1Score"):
        options = {"class_id": 0, "average": "micro"}
        assert found({name: options}) == [("error", "`average` and `class_id` exclude each other")]


def test_a_run_of_an_older_version_with_such_a_name_can_be_read() -> None:
    text = "data: iris\nmodel: [Flatten]\ntrain: {metrics: [{AUC: {name: epoch}}]}\n"
    config = from_document(yaml_file.parse(text, "runs/old/resolved.yaml"))
    assert [warning.message for warning in config.warnings] == ["`epoch` is a name that nntrain uses itself"]


def test_what_only_the_data_show_is_a_late_warning() -> None:
    text = "data: {table: {path: a.csv, target: y}}\nmodel: [Flatten]\ntrain: {metrics: [TopK]}\n"
    config = from_document(yaml_file.parse(text, "net.yaml"))
    assert config.warnings == ()
    (late,) = config.late_warnings(config.resolve(IRIS))
    assert (late.severity, late.span is not None) == ("warning", True)
    known = from_document(yaml_file.parse(text.replace("{table: {path: a.csv, target: y}}", "iris"), "net.yaml"))
    assert known.known is not None and len(known.warnings) == 1 and known.late_warnings(known.known) == []
