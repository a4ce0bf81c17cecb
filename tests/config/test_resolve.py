from typing import Any

import pytest

from nntrain.config.data_schema import Schema
from nntrain.config.experiment import Experiment
from nntrain.config.named import to_tree
from nntrain.config.output_layer import find_output_layer
from nntrain.config.resolve import Resolved, resolve

IRIS = Schema((4,), tuple("012"))
TWO = Schema((2,), tuple("01"))
NUMBERS = Schema((2,))
THREE_NUMBERS = Schema((2,), target_count=3)
IMAGES = Schema((28, 28, 1), tuple("0123456789"))


def whole(layers: list[Any], schema: Schema, data: Any = "iris", **train: Any) -> Resolved:
    return resolve(Experiment.model_validate({"data": data, "model": layers, "train": train}), schema)


def resolved(layers: list[Any], schema: Schema, data: Any = "iris", **train: Any) -> dict[str, Any]:
    return to_tree(whole(layers, schema, data, **train).experiment)  # type: ignore[no-any-return]


def dense(units: int, activation: str) -> dict[str, Any]:
    return {"Dense": {"units": units, "activation": activation}}


@pytest.mark.parametrize(
    ("schema", "output", "loss"),
    [
        (IRIS, dense(3, "softmax"), "SparseCategoricalCrossentropy"),
        (TWO, dense(2, "softmax"), "SparseCategoricalCrossentropy"),
        (TWO, dense(1, "sigmoid"), "BinaryCrossentropy"),
        (IRIS, dense(3, "sigmoid"), "BinaryCrossentropy"),
        (NUMBERS, dense(1, "linear"), "MeanSquaredError"),
        (NUMBERS, dense(1, "relu"), "MeanSquaredError"),
        (IRIS, dense(3, "linear"), {"SparseCategoricalCrossentropy": {"from_logits": True}}),
        (TWO, dense(1, "linear"), {"BinaryCrossentropy": {"from_logits": True}}),
        (TWO, dense(2, "linear"), {"SparseCategoricalCrossentropy": {"from_logits": True}}),
    ],
)
def test_the_loss_fits_the_output_layer_as_the_lectures_teach_it(schema: Schema, output: Any, loss: Any) -> None:
    assert resolved([output], schema)["train"]["loss"] == loss


@pytest.mark.parametrize(
    ("schema", "output", "loss"),
    [
        (IRIS, dense(3, "softmax"), "SparseCategoricalCrossentropy"),
        (TWO, dense(1, "sigmoid"), "BinaryCrossentropy"),
        (NUMBERS, dense(1, "linear"), "MeanSquaredError"),
        (THREE_NUMBERS, dense(3, "linear"), "MeanSquaredError"),
    ],
)
def test_a_missing_output_layer_is_made_for_the_data(schema: Schema, output: Any, loss: str) -> None:
    tree = resolved([dense(8, "relu")], schema)
    assert tree["model"] == [dense(8, "relu"), output]
    assert tree["train"]["loss"] == loss


@pytest.mark.parametrize(
    ("layers", "flattened"),
    [
        ([{"Conv2D": {"filters": 4, "kernel_size": 3, "activation": "relu"}}], True),
        ([{"Conv2D": {"filters": 4, "kernel_size": 3}}, "GlobalAveragePooling2D"], False),
        ([{"Conv2D": {"filters": 4, "kernel_size": 3}}, {"GlobalMaxPooling2D": {"keepdims": True}}], True),
        (["Flatten", {"Dense": {"units": 8, "activation": "relu"}}], False),
        (["Flatten", {"Reshape": [28, 28, 1]}, "ReLU"], True),
    ],
)
def test_a_made_output_layer_sees_all_of_an_image(layers: list[Any], flattened: bool) -> None:
    model = resolved(layers, IMAGES, "fashion_mnist")["model"]
    assert model[-1] == dense(10, "softmax")
    assert ("Flatten" in model[len(layers) :]) is flattened


@pytest.mark.parametrize(("schema", "metric"), [(IRIS, "Accuracy"), (TWO, "Accuracy"), (NUMBERS, "MeanAbsoluteError")])
def test_the_metric_fits_the_data(schema: Schema, metric: str) -> None:
    assert resolved([dense(8, "relu")], schema)["train"]["metrics"] == [metric]


def test_ten_epochs_are_the_rule_unless_epochs_or_steps_are_given() -> None:
    assert resolved(["Flatten"], IRIS)["train"]["epochs"] == 10
    assert resolved(["Flatten"], IRIS, epochs=3)["train"]["epochs"] == 3
    assert "epochs" not in resolved(["Flatten"], IRIS, steps=100)["train"]


@pytest.mark.parametrize(
    ("data", "train", "monitor"),
    [
        ("iris", {}, "val_loss"),
        ({"iris": {"validation": 0}}, {}, "loss"),
        ("iris", {"callbacks": [{"EarlyStopping": {"monitor": "val_accuracy", "patience": 3}}]}, "val_accuracy"),
        ("iris", {"callbacks": [{"EarlyStopping": 3}], "monitor": "accuracy"}, "accuracy"),
        ("iris", {"callbacks": [{"ReduceLROnPlateau": {"monitor": "loss", "patience": 3}}]}, "val_loss"),
    ],
)
def test_the_best_epoch_is_judged_by_what_early_stopping_watches(data: Any, train: Any, monitor: str) -> None:
    assert resolved(["Flatten"], IRIS, data, **train)["train"]["monitor"] == monitor


def test_what_the_user_wrote_is_left_as_it_is() -> None:
    written = {
        "epochs": 3,
        "loss": {"CategoricalCrossentropy": {"label_smoothing": 0.1}},
        "metrics": [{"TopK": {"k": 2}}],
        "monitor": "loss",
        "batch_size": 16,
    }
    tree = resolved([dense(3, "softmax")], IRIS, **written)["train"]
    assert {name: tree[name] for name in written} == written


def test_resolving_twice_changes_nothing() -> None:
    experiment = Experiment.model_validate({"data": "iris", "model": [dense(8, "relu")]})
    once = resolve(experiment, IRIS).experiment
    assert resolve(once, IRIS).experiment == once
    assert Experiment.model_validate(to_tree(once)) == once


@pytest.mark.parametrize(
    "layers", [[dense(8, "relu")], ["Flatten", {"Reshape": [2, 2]}], [{"Repeat": {"times": 2, "layers": ["ReLU"]}}]]
)
@pytest.mark.parametrize("schema", [IRIS, TWO, NUMBERS, THREE_NUMBERS, IMAGES])
def test_an_added_output_layer_is_the_one_that_a_search_of_the_model_finds(layers: list[Any], schema: Schema) -> None:
    found = whole(layers, schema)
    assert found.added == tuple(found.experiment.model[len(layers) :]) != ()
    assert find_output_layer(found.experiment.model, schema) == found.output


@pytest.mark.parametrize(
    ("schema", "units", "loss", "labels"),
    [
        (NUMBERS, 1, "mse", "number"),
        (TWO, 1, "binary_crossentropy", "binary"),
        (TWO, 1, "mse", "binary"),
        (IRIS, 3, "sparse_categorical_crossentropy", "index"),
        (IRIS, 3, "categorical_crossentropy", "one_hot"),
        (IRIS, 3, "mse", "one_hot"),
        (IRIS, 3, "binary_crossentropy", "one_hot"),
    ],
)
def test_labels_come_in_the_form_that_the_loss_takes(schema: Schema, units: int, loss: str, labels: str) -> None:
    assert whole([dense(units, "linear")], schema, loss=loss).labels == labels


def test_only_a_linear_output_layer_whose_loss_knows_it_gives_logits() -> None:
    logits = {"SparseCategoricalCrossentropy": {"from_logits": True}}
    assert whole([dense(3, "linear")], IRIS, loss=logits).are_logits
    assert not whole([dense(3, "softmax")], IRIS, loss=logits).are_logits
    assert not whole([dense(3, "linear")], IRIS, loss="mse").are_logits


def test_a_batch_is_never_larger_than_the_training_split() -> None:
    sizes = [whole(["Flatten"], IRIS, batch_size=size).batch_size(50) for size in (16, 64, "full")]
    assert sizes == [16, 50, 50]


def test_the_last_step_of_an_epoch_may_have_fewer_rows() -> None:
    resolved = [whole(["Flatten"], IRIS, batch_size=size) for size in (16, 25, 64, "full")]
    assert [each.steps_per_epoch(50) for each in resolved] == [4, 2, 1, 1]


def test_features_of_a_table_are_a_layer_behind_its_encoding() -> None:
    schema = Schema((2,), tuple("01"), ("age", "fare"), sizes=(0, 0))
    data = {"table": {"path": "t.csv", "target": "z", "features": ["x", "xy"]}}
    found = whole([dense(4, "tanh")], schema, data)
    names = [layer.called() for layer in found.experiment.model]
    assert names == ["TableEncoding", "PlaneFeatures", "Dense", "Dense"]
    again = resolve(Experiment.model_validate(to_tree(found.experiment)), schema)
    assert [layer.called() for layer in again.experiment.model] == names
