"""What the rules let pass; tests/messages/rules holds what they refuse."""

from pathlib import Path
from typing import Any

import pytest

from nntrain.config import rules
from nntrain.config.data_rules import Subject
from nntrain.config.data_schema import Schema
from nntrain.config.experiment import Experiment
from nntrain.config.resolve import resolve
from nntrain.document.yaml_file import parse
from nntrain.errors import ConfigError

IRIS = Schema((4,), tuple("012"))
TWO = Schema((2,), tuple("01"))
NUMBERS = Schema((2,))


def found(layers: list[Any], schema: Schema | None = IRIS, data: Any = "iris", **train: Any) -> list[str]:
    experiment = Experiment.model_validate({"data": data, "model": layers, "train": train})
    return [problem.message for problem in rules.problems(experiment, schema and resolve(experiment, schema))]


def dense(units: int, activation: str = "linear", **options: Any) -> dict[str, Any]:
    return {"Dense": {"units": units, "activation": activation, **options}}


def test_every_rule_has_an_exact_message(tmp_path: Path) -> None:
    """Each message of tests/messages/rules comes from one rule; each rule must have given some."""
    folder = Path(__file__).parents[1] / "messages" / "rules"
    speakers: set[str] = set()
    for file in folder.glob("*.txt"):
        config, _, expected = file.read_text().partition("$ nntrain check")
        experiment = Experiment.model_validate(parse(config, "c.yaml").tree)
        schema = experiment.data.known_schema
        subject = Subject.of(experiment, schema and resolve(experiment, schema))
        for rule in rules.RULES:
            messages = [problem.message for problem in rule(subject)]
            if any(f": {message}\n" in expected for message in messages):
                speakers.add(rule.__name__)
    assert speakers == {rule.__name__ for rule in rules.RULES}


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


def test_patience_must_be_shorter_than_the_training() -> None:
    def stopping(patience: int, **train: Any) -> list[str]:
        return found(["Flatten"], callbacks=[{"EarlyStopping": patience}], **train)

    assert stopping(4, epochs=5) == []
    assert stopping(5, epochs=5) == ["`patience: 5` can never take effect in 5 epochs"]
    assert stopping(9) == []
    assert stopping(10) == ["`patience: 10` can never take effect in 10 epochs"]
    assert stopping(1000, steps=5) == []


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


def test_bounds_that_touch_pass() -> None:
    assert found([{"RandomRotation": [0.1, 0.1]}, "Flatten"], Schema((8, 8, 1), tuple("012"))) == []
    assert found([{"RReLU": {"lower": 0.2, "upper": 0.2}}]) == []
    norm = {"MinMaxNorm": {"min_value": 1, "max_value": 1}}
    assert found([dense(3, "softmax", kernel_constraint=norm)]) == []


def test_a_moving_average_is_allowed_with_its_options() -> None:
    optimizer = {"Adam": {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 10}}
    assert found(["Flatten"], optimizer=optimizer, callbacks=["SwapEMAWeights"]) == []


def test_layers_without_a_name_never_clash() -> None:
    assert found([{"Repeat": {"times": 3, "layers": [dense(8, "relu")]}}, dense(3, "softmax")]) == []


def test_every_shipped_config_passes() -> None:
    from nntrain.config.load import load

    configs = sorted((Path(__file__).parents[2] / "configs").rglob("*.yaml"))
    assert len(configs) >= 2
    for file in configs:
        try:
            load(file)
        except ConfigError as error:
            pytest.fail(f"{file}: {error}")
