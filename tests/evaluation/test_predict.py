"""Predictions for files: columns by name, arrays, images; files that do not fit the model are refused."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.load import load
from nntrain.data import table_pieces
from nntrain.data.dataset import load_data
from nntrain.errors import ConfigError, DataError, NNTrainError
from nntrain.evaluation.labelled import read_labelled
from nntrain.evaluation.predict import Parts, PredictOptions, predict
from nntrain.evaluation.predictions import Predictions
from nntrain.model.restore import load_model
from nntrain.storage.run_dir import RunDir
from nntrain.training.scorer import Scorer

Trained = Callable[[str], RunDir]
FLOWERS = "sepal_length,sepal_width,petal_length,petal_width"


def table_of(run: RunDir, file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(str(predict(run, file)))))


def test_columns_are_found_by_name_in_any_order_and_others_are_left_alone(trained: Trained, tmp_path: Path) -> None:
    run = trained("iris")
    saved = load_model(run)
    assert ",".join(saved.resolved.schema.features) == FLOWERS
    plain, mixed = tmp_path / "plain.csv", tmp_path / "mixed.csv"
    plain.write_text(f"{FLOWERS}\n5.1,3.5,1.4,0.2\n6.3,2.9,5.6,1.8\n")
    mixed.write_text(
        "note,petal_width,sepal_width,petal_length,sepal_length\nfirst,0.2,3.5,1.4,5.1\n=2,1.8,2.9,5.6,6.3\n"
    )
    found = table_of(run, plain)
    assert found == table_of(run, mixed) and len(found) == 2
    expected = Scorer.restored(saved).outputs(np.array([[5.1, 3.5, 1.4, 0.2], [6.3, 2.9, 5.6, 1.8]], "float32"))
    for row, probabilities in zip(found, expected, strict=True):
        shown = [float(row[f"probability_{name}"]) for name in saved.resolved.schema.classes]
        assert shown == pytest.approx(probabilities.tolist(), rel=1e-6) and sum(shown) == pytest.approx(1, abs=1e-5)
        assert row["class"] == saved.resolved.schema.classes[int(np.argmax(shown))]
    np.savez(tmp_path / "rows.npz", x=np.array([[5.1, 3.5, 1.4, 0.2], [6.3, 2.9, 5.6, 1.8]]))
    assert table_of(run, tmp_path / "rows.npz") == found


def test_numbers_are_predicted_under_the_name_of_the_target(trained: Trained, tmp_path: Path) -> None:
    run = trained("plane")
    np.savez(tmp_path / "rows.npz", x_test=np.array([[1, 2], [-3, 0.5]]))
    found = table_of(run, tmp_path / "rows.npz")
    expected = Scorer.restored(load_model(run)).outputs(np.array([[1, 2], [-3, 0.5]], "float32"))
    assert [list(row) for row in found] == [["label"]] * 2
    assert [float(row["label"]) for row in found] == pytest.approx(expected[:, 0].tolist(), rel=1e-6)


def test_files_that_do_not_fit_the_model_are_refused_with_a_reason(trained: Trained, tmp_path: Path) -> None:
    run, file = trained("iris"), tmp_path / "rows.csv"

    def refused(path: Path = file) -> str:
        with pytest.raises(DataError) as raised:
            predict(run, path)
        assert raised.value.exit_code == 4
        return str(raised.value.problems[0].message)

    file.write_text("sepal_length,sepal_width,petal_length\n1,2,3\n")
    assert refused().startswith("there is no column `petal_width` in `")
    file.write_text(f"{FLOWERS}\n1,2,3,wide\n")
    assert "`wide`, which is not a number" in refused()
    npz = tmp_path / "rows.npz"
    for x, reason in {
        "shape": (np.zeros((2, 5)), "holds rows of the shape (5,), but the model expects (4,)"),
        "number": (np.float32(3), "holds a single number"),
        "none": (np.zeros((0, 4)), "holds no rows"),
        "nan": (np.full((2, 4), np.nan), "holds values that are not finite numbers"),
        "text": (np.array([["a"] * 4]), "holds values that are not finite numbers"),
        "large": (np.full((1, 4), 1e300), "holds numbers that are too large for a 32-bit float"),
    }.values():
        np.savez(npz, x=x)
        assert reason in refused(npz)
    np.savez(npz, y=np.zeros((2, 4)))
    assert "has no array `x`" in refused(npz)
    np.savez(npz, x=np.zeros((2, 4)))
    whole = npz.read_bytes()
    for broken in (whole[:-30], whole[:150] + b"\x55" + whole[151:], b"hello", b""):
        npz.write_bytes(broken)
        assert "is broken or not an .npz file" in refused(npz)
    np.save(tmp_path / "single.npy", np.zeros((2, 4)))
    assert "holds a single array" in refused((tmp_path / "single.npy").rename(npz))
    assert "there is no file" in refused(tmp_path / "gone.npz")
    assert "there is no file" in refused(tmp_path / "gone.csv")


@pytest.fixture(scope="session")
def pixels(fit: Any, tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    """A run on images of 4 x 4 pixels in two classes."""
    x = np.random.default_rng(0).integers(0, 256, (40, 4, 4, 1), dtype="uint8")
    file = tmp_path_factory.mktemp("pixels") / "images.npz"
    np.savez(file, x=x, y=np.arange(40) % 2)
    return fit(  # type: ignore[no-any-return]
        f"""
        data: {{npz_file: {{path: {file}, classes: [=cmd, "-1"]}}}}
        model: [Flatten, {{Rescaling: 1/255}}]
        train: {{epochs: 1}}
        """
    )


def test_pixels_are_whole_numbers_to_255_whatever_their_dtype(pixels: RunDir, tmp_path: Path) -> None:
    x = np.random.default_rng(1).integers(0, 256, (3, 4, 4, 1), dtype="uint8")
    np.savez(tmp_path / "bytes.npz", x=x)
    np.savez(tmp_path / "floats.npz", x=x.astype("float64"))
    np.savez(tmp_path / "flat.npz", x=x.reshape(3, 16))
    found = str(predict(pixels, tmp_path / "bytes.npz"))
    assert str(predict(pixels, tmp_path / "floats.npz")) == found
    assert str(predict(pixels, tmp_path / "flat.npz")) == found
    for values in (x / 255, x.astype("int32") - 256, x.astype("int32") + 256):
        np.savez(tmp_path / "scaled.npz", x=values)
        with pytest.raises(DataError, match="are not pixels, but the model was trained on pixels"):
            predict(pixels, tmp_path / "scaled.npz")
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="is not an .npz file, but the model expects arrays of 4 x 4 x 1"):
        predict(pixels, tmp_path / "rows.csv")


def test_class_names_that_a_spreadsheet_would_run_get_an_apostrophe(pixels: RunDir, tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", x=np.random.default_rng(2).integers(0, 256, (20, 4, 4, 1), dtype="uint8"))
    lines = str(predict(pixels, tmp_path / "rows.npz")).splitlines()
    assert lines[0] == "class,probability_=cmd,probability_-1"
    assert {line.split(",")[0] for line in lines[1:]} <= {"'=cmd", "-1"}


@pytest.mark.parametrize(
    ("train", "columns", "values"),
    [
        ("{loss: hinge}", "score", {-3.0: (3.0, -3.0, "negative"), 0.2: (-0.2, 0.2, "positive")}),
        ("{loss: mse}", "score", {-3.0: (4.0, -3.0, "negative"), 0.2: (0.8, 0.2, "negative")}),
        ("{loss: {BinaryCrossentropy: {from_logits: true}}}", "probability", {0.0: (0.5, 0.5, "negative")}),
    ],
)
def test_only_probabilities_are_called_so(prepare: Any, train: str, columns: str, values: dict[float, Any]) -> None:
    """The scores of hinge mirror each other at 0, which decides; those of the labels 0 and 1 at one half."""
    net = prepare(f"data: {{toy_2d: {{kind: moons, size: 40}}}}\nmodel: [{{Dense: 1}}]\ntrain: {train}\n")
    net.model.set_weights([np.array([[1.0], [0.0]]), np.zeros(1)])
    outputs = net.scorer.outputs(np.array([[x, 0] for x in values], "float32"))
    rows = list(csv.DictReader(io.StringIO(str(Predictions.of(net.scorer, outputs)))))
    found = [(float(r[f"{columns}_negative"]), float(r[f"{columns}_positive"]), r["class"]) for r in rows]
    assert [pytest.approx(row[:2]) for row in found] == [row[:2] for row in values.values()]
    assert [row[2] for row in found] == [row[2] for row in values.values()]


def test_the_columns_of_the_input_stand_before_the_predictions(trained: Trained, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(f"id,{FLOWERS},class,\n a7 ,5.1,3.5,1.4,0.2,=x,1\n\n-3,6.3,2.9,5.6,1.8,y,2\n")
    plain, found = (str(predict(trained("iris"), file, kept)).splitlines() for kept in (False, True))
    own = plain[0].replace("class", "predicted_class", 1)
    assert found[0] == f"id,{FLOWERS},class,,{own}"
    assert found[1] == f"a7,5.1,3.5,1.4,0.2,'=x,1,{plain[1]}"
    assert found[2] == f"-3,6.3,2.9,5.6,1.8,y,2,{plain[2]}"


def test_arrays_have_no_columns_to_keep(trained: Trained, tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", x=np.zeros((2, 4)))
    with pytest.raises(DataError, match="`--with-input` keeps the columns of a table"):
        predict(trained("iris"), tmp_path / "rows.npz", with_input=True)


def test_a_table_of_any_columns_is_predicted_as_it_was_trained(fit: Any, in_process: Any, tmp_path: Path) -> None:
    rows = [f"{n % 7 if n % 5 else ''},{'uvw'[n % 3]},{n % 2},note {n}" for n in range(60)]
    (tmp_path / "t.csv").write_text("a,c,k,text\n" + "\n".join(rows) + "\n")
    data = f"data: {{table: {{path: {tmp_path / 't.csv'}, target: k, test: none, validation: none}}}}"
    run = fit(f"{data}\nmodel: [{{Dense: {{units: 4, activation: relu}}}}]\ntrain: {{epochs: 1}}\n")
    saved = load_model(run)
    split = load_data(load(run.path / "resolved.yaml")).train
    found = predict(run, tmp_path / "t.csv")
    assert np.array_equal(found.outputs, Scorer.restored(saved).outputs(split.x)) and found.notes == ()
    (tmp_path / "new.csv").write_text("more,c,a\nx,u,\ny,new,2\n")
    done = in_process(tmp_path, "predict", str(run.path), "new.csv")
    assert len(done.stdout.splitlines()) == 3
    assert "note: column `c` of `new.csv`: 1 row with a category that no training row has" in done.stderr
    assert "which are ignored: `more`" in done.stderr
    (run.path / "schema.json").write_text("{}")
    with pytest.raises(NNTrainError, match=r"schema.json` has an invalid `columns`"):
        load_model(run)


def test_a_file_in_parts_is_predicted_as_eval_predicts_it(
    fit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{n % 7 if n % 5 else ''},{'uvw'[n % 3]},{'no' if n % 2 else 'yes'}" for n in range(60)]
    (tmp_path / "t.csv").write_text("a,c,k\n" + "\n".join(rows) + "\n")
    data = f"data: {{table: {{path: {tmp_path / 't.csv'}, target: k}}}}"
    run = fit(f"{data}\nmodel: [{{Dense: {{units: 4, activation: relu}}}}]\ntrain: {{epochs: 1}}\n")
    split = read_labelled(load_model(run), tmp_path / "t.csv")
    scorer = Scorer.restored(load_model(run), split.x)
    whole = predict(run, tmp_path / "t.csv")
    monkeypatch.setattr(table_pieces, "ROWS", 16)
    monkeypatch.setattr(table_pieces, "WHOLE_BYTES", 0)
    parts = list(Parts(load_model(run), scorer, tmp_path / "t.csv", PredictOptions()))
    assert [len(part) for part in parts] == [16, 16, 16, 12] and parts[-1].done == 1
    classes = [scorer.resolved.schema.classes[index] for index in scorer.predicted(split.x)]
    assert list(whole.classes) == [name for part in parts for name in part.classes] == classes
    assert np.array_equal(whole.outputs, scorer.outputs(split.x))
    assert np.allclose(np.concatenate([part.outputs for part in parts]), whole.outputs, atol=1e-6)
    (tmp_path / "new.csv").write_text("a,c\n" + "1,new\n" * 20)
    assert predict(run, tmp_path / "new.csv").notes == (
        f"column `c` of `{tmp_path / 'new.csv'}`: 20 rows with a category that no training row has",
    )


def test_arrays_in_parts_are_predicted_as_a_whole(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, x = trained("iris"), np.random.default_rng(0).normal(size=(50, 4))
    np.savez_compressed(tmp_path / "rows.npz", x=x)
    whole = predict(run, tmp_path / "rows.npz")
    monkeypatch.setattr("nntrain.evaluation.predict.ROWS", 20)
    saved = load_model(run)
    parts = list(Parts(saved, Scorer.restored(saved), tmp_path / "rows.npz", PredictOptions()))
    assert [(len(part), part.done) for part in parts] == [(20, 0.4), (20, 0.8), (10, 1.0)]
    assert np.allclose(np.concatenate([part.outputs for part in parts]), whole.outputs, atol=1e-6)


def test_mc_dropout_gives_mean_and_spread(trained: Trained, tmp_path: Path) -> None:
    run, file = trained("iris"), tmp_path / "rows.csv"
    file.write_text(f"{FLOWERS}\n5.1,3.5,1.4,0.2\n6.3,2.9,5.6,1.8\n")
    found, plain = predict(run, file, samples=100), predict(run, file)
    assert found.spread is not None and found.spread.shape == plain.outputs.shape
    assert (found.spread > 0).any() and np.allclose(found.outputs.sum(axis=1), 1, atol=1e-4)
    assert np.abs(found.outputs - plain.outputs).max() < 0.3
    assert np.array_equal(found.outputs, predict(run, file, samples=100).outputs)
    assert found.names[-3:] == ["spread_setosa", "spread_versicolor", "spread_virginica"]


def test_options_that_do_not_fit_the_model_are_refused(trained: Trained, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`--top 4` is more than the 3 classes of the run"):
        predict(trained("iris"), tmp_path / "rows.csv", top=4)
    with pytest.raises(ConfigError, match="`--top` lists classes, and the run predicts numbers"):
        predict(trained("plane"), tmp_path / "rows.csv", top=1)
    with pytest.raises(ConfigError, match="`--mc-dropout` needs a model with dropout"):
        predict(trained("plane"), tmp_path / "rows.csv", samples=2)
