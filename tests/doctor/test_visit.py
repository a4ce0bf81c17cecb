"""A config with errors is mended and examined, so that a second fault does not hide behind the first one."""

from pathlib import Path

import numpy as np
import pytest

from nntrain.config.load import Config, read
from nntrain.doctor import checkup, visit
from nntrain.doctor.checkup import Diagnosis
from nntrain.doctor.finding import Finding
from nntrain.errors import NNTrainError
from nntrain.training.prepare import prepare


def _found(folder: Path, text: str) -> list[Finding]:
    path = folder / "net.yaml"
    path.write_text(text)
    return list(visit.of_document(read(path), lambda config: checkup.before(prepare(config)))[0])


def test_what_hides_behind_an_error_is_found_with_the_lines_of_both(tmp_path: Path) -> None:
    model = "[{Dense: {units: 4, activation: relu}}, {Dense: {units: 3, activation: sigmoid}}]"
    found = _found(tmp_path, f"data: iris\nmodel: {model}\ntrain: {{epochs: 1, loss: categorical_crossentropy}}\n")
    assert [one.disease for one in found[:2]] == ["loss_does_not_fit", "too_few_epochs"]
    assert found[0].set == ("model.1.Dense.activation=softmax",)
    assert found[1].message.startswith("seen once the errors are mended: ")
    assert found[1].set == (*found[0].set, "train.epochs=167")


def test_errors_that_the_data_show_are_mended_too(tmp_path: Path) -> None:
    """What a table predicts is known when it is read: the softmax first, then the loss, then the range of a sigmoid."""
    lines = [f"{at},{at * 10}" for at in range(1, 60)]
    (tmp_path / "t.csv").write_text("\n".join(["x,y", *lines]))
    table = f"{{table: {{path: {tmp_path / 't.csv'}, target: y, encode: false}}}}"
    model = "[Normalization, {Dense: {units: 4, activation: tanh}}, {Dense: {units: 1, activation: softmax}}]"
    found = _found(tmp_path, f"data: {table}\nmodel: {model}\ntrain: {{epochs: 90, loss: binary_crossentropy}}\n")
    first = [one.disease for one in found[:3]]
    assert first == ["softmax_over_one_unit", "loss_does_not_fit", "output_cannot_reach_targets"]
    assert found[2].set == (
        "model.2.Dense.activation=sigmoid",
        "train.loss=mean_squared_error",
        "model.2.Dense.activation=linear",
    )


def test_a_loss_that_the_data_show_to_be_wrong_is_not_named_twice(tmp_path: Path) -> None:
    lines = [f"{at},{at / 30}" for at in range(1, 60)]
    (tmp_path / "t.csv").write_text("\n".join(["x,y", *lines]))
    table = f"{{table: {{path: {tmp_path / 't.csv'}, target: y, encode: false}}}}"
    model = "[Normalization, {Dense: 1}]"
    found = _found(tmp_path, f"data: {table}\nmodel: {model}\ntrain: {{epochs: 300, loss: categorical_crossentropy}}\n")
    assert [(one.disease, one.set) for one in found if one.severity == "error"] == [
        ("loss_does_not_fit", ("train.loss=mean_squared_error",))
    ]


def test_an_error_without_a_line_ends_the_visit(tmp_path: Path) -> None:
    found = _found(tmp_path, "data: iris\nmodel: [{Dense: {unit: 3}}]\ntrain: {epochs: 1}\n")
    assert [(one.disease, one.set) for one in found] == [("invalid_config", ())]


def test_labels_that_were_scaled_come_before_the_errors_that_follow_from_them(tmp_path: Path) -> None:
    labels = np.arange(120) % 3
    np.savez(tmp_path / "d.npz", x=np.eye(3, dtype="float32")[labels], y=(labels / 255).astype("float32"))
    model = "[{Dense: {units: 3, activation: softmax}}]"
    train = "{epochs: 300, loss: sparse_categorical_crossentropy, metrics: [accuracy]}"
    found = _found(tmp_path, f"data: {{npz_file: {{path: {tmp_path / 'd.npz'}}}}}\nmodel: {model}\ntrain: {train}\n")
    assert [one.disease for one in found[:2]] == ["classes_as_numbers", "wrong_output_units"]
    assert "divided by 255" in found[0].message


def _looked_at(config: Config) -> Diagnosis:
    return checkup.before(prepare(config))


@pytest.mark.parametrize(
    ("model", "train", "diseases"),
    [
        # Both cures of the model: a new list would undo the activation, whose place moves behind a new layer.
        ("softmax", "{epochs: 300, loss: binary_crossentropy}", ["softmax_over_one_unit", "unscaled_inputs"]),
        # Two options beside each other, and a list of layers.
        (
            "sigmoid",
            "{epochs: 300, optimizer: {SGD: {learning_rate: 99}}, loss: binary_crossentropy}",
            ["learning_rate_too_high", "unscaled_inputs"],
        ),
    ],
)
def test_the_lines_of_all_causes_together_end_all_of_them(
    tmp_path: Path, model: str, train: str, diseases: list[str]
) -> None:
    rows = [f"{at},{at * 70 % 997},{int(at > 50)}" for at in range(100)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,y", *rows]))
    table = f"{{table: {{path: {tmp_path / 't.csv'}, target: y, encode: false}}}}"
    layers = f"[{{Dense: {{units: 8, activation: relu}}}}, {{Dense: {{units: 1, activation: {model}}}}}]"
    (tmp_path / "net.yaml").write_text(f"data: {table}\nmodel: {layers}\ntrain: {train}\n")
    document = read(tmp_path / "net.yaml")
    findings, _ = visit.of_document(document, _looked_at)
    assert set(diseases) <= {one.disease for one in findings}
    lines = visit.together(document, findings, _looked_at)
    mended = read(tmp_path / "net.yaml", lines)
    after, diagnosis = visit.of_document(mended, _looked_at)
    assert diagnosis is not None and [one.disease for one in after if one.severity != "note"] == []
    assert "Normalization" in mended.tree["model"]


def test_one_cause_needs_no_lines_together(tmp_path: Path) -> None:
    model = "[{Dense: {units: 4, activation: relu}}, {Dense: 3}]"
    (tmp_path / "net.yaml").write_text(f"data: iris\nmodel: {model}\ntrain: {{epochs: 1}}\n")
    document = read(tmp_path / "net.yaml")
    findings, _ = visit.of_document(document, _looked_at)
    assert len({one.disease for one in findings if one.severity != "note"}) == 1
    assert visit.together(document, findings, _looked_at) == ()


def test_what_keeps_the_mended_config_from_being_examined_does_not_hide_the_errors(tmp_path: Path) -> None:
    model, loss = "[{Dense: {units: 3, activation: sigmoid}}]", "categorical_crossentropy"
    (tmp_path / "net.yaml").write_text(f"data: iris\nmodel: {model}\ntrain: {{epochs: 1, loss: {loss}}}\n")

    def examined(_: Config) -> Diagnosis:
        raise NNTrainError("no memory is left")

    findings, found = visit.of_document(read(tmp_path / "net.yaml"), examined)
    assert found is None and [one.disease for one in findings] == ["loss_does_not_fit"]
    (tmp_path / "net.yaml").write_text("data: iris\nmodel: [{Dense: 3}]\ntrain: {epochs: 1}\n")
    with pytest.raises(NNTrainError, match="no memory is left"):
        visit.of_document(read(tmp_path / "net.yaml"), examined)
