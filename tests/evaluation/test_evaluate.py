"""A run that is looked at again gives the metrics that it ended with, or refuses with a reason."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain import backend
from nntrain.errors import ConfigError, DataError, Diverged, NNTrainError
from nntrain.storage import run_files
from nntrain.storage.run_files import RunDir

backend.start("cpu")

from nntrain.config.load import load  # noqa: E402
from nntrain.data import dataset  # noqa: E402
from nntrain.evaluation import evaluate  # noqa: E402
from nntrain.runs import experiment  # noqa: E402  # the backend chooses the device first
from nntrain.terminal import Terminal  # noqa: E402
from nntrain.training.prepare import prepare  # noqa: E402
from nntrain.training.scorer import class_weights  # noqa: E402

# NumPy 2 asks `__array__` for an argument `copy` that TensorFlow 2.21's variables lack, wherever Keras reads a weight.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

Trained = Callable[[str], RunDir]
FLOWERS = "sepal_length,sepal_width,petal_length,petal_width"


def copied(run: RunDir, folder: Path) -> RunDir:
    """The run in a folder of its own, to be changed."""
    return RunDir(Path(shutil.copytree(run.path, folder / run.path.name)))


@pytest.mark.parametrize("name", ["iris", "moons", "smooth", "plane"])
def test_eval_gives_the_figures_that_the_training_ended_with(trained: Trained, name: str) -> None:
    run = trained(name)
    summary = run.read_json(run_files.SUMMARY)
    found = evaluate.evaluate(run, None, with_baselines=False)
    assert (found.split, found.rows) == ("test", summary["rows"]["test"])
    assert found.metrics == summary["metrics"]["test"]
    scorer, data = evaluate.restore(run).scorer, dataset.load_data(load(run.path / run_files.RESOLVED))
    metrics = {name: scorer.metrics(split) for name, split in data.splits.items()}
    assert metrics == summary["metrics"] and list(metrics) == ["train", "validation", "test"]


def test_eval_in_a_fresh_process_gives_the_same_figures_in_json(trained: Trained, command: Any) -> None:
    run = trained("iris")
    done = command(run.path.parent.parent, "eval", "iris", "--json", "--split", "validation")
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    said = json.loads(line)
    assert said["version"] == 1 and said["event"] == "eval" and said["split"] == "validation"
    assert said["figures"] == run.read_json(run_files.SUMMARY)["metrics"]["validation"]


@pytest.mark.parametrize("name", ["iris", "moons", "smooth"])
def test_predictions_sum_to_one_and_agree_with_accuracy_and_confusion_matrix(trained: Trained, name: str) -> None:
    run = trained(name)
    restored = evaluate.restore(run)
    split = dataset.load_data(load(run.path / run_files.RESOLVED)).test
    assert split is not None
    outputs = restored.scorer.outputs(split.x)
    classes = len(restored.saved.schema.classes)
    assert outputs.shape == (len(split), classes)
    assert outputs.sum(axis=1) == pytest.approx(1, abs=1e-6) and outputs.min() >= 0
    found = evaluate.evaluate(run, "test", with_baselines=False)
    counted = np.zeros((classes, classes), int)
    for true, row in zip(split.y, outputs, strict=True):
        counted[true, row.argmax()] += 1
    assert found.confusion is not None and (found.confusion == counted).all()
    share = np.trace(counted) / counted.sum()
    assert found.value == share == pytest.approx(found.metrics["accuracy"], abs=1e-6)
    assert found.interval[0] <= share <= found.interval[1]
    assert [score.support for score in found.classes] == counted.sum(axis=1).tolist()


def test_a_regression_is_scored_as_scikit_learn_scores_it(trained: Trained) -> None:
    from sklearn.metrics import mean_absolute_error, r2_score

    from nntrain.data import dataset

    run = trained("plane")
    split = dataset.load_data(load(run.path / run_files.RESOLVED)).test
    assert split is not None
    predicted = evaluate.restore(run).scorer.outputs(split.x)
    found = evaluate.evaluate(run, "test", with_baselines=True)
    assert predicted.shape == (20, 1) and found.confusion is None and found.classes == []
    assert found.metrics["mean_absolute_error"] == pytest.approx(mean_absolute_error(split.y, predicted), abs=1e-6)
    assert found.regression["r2_score"] == pytest.approx(r2_score(split.y, predicted), abs=1e-6)
    assert found.metrics["r2_score"] == pytest.approx(found.regression["r2_score"], abs=1e-4)
    assert [baseline.name for baseline in found.baselines][:2] == ["mean", "linear regression"]
    assert found.baselines[1].score > 0.99


def test_a_flipped_bit_in_the_model_is_refused(trained: Trained, tmp_path: Path) -> None:
    run = copied(trained("moons"), tmp_path)
    content = bytearray(run.model.read_bytes())
    content[len(content) // 2] ^= 1
    run.model.write_bytes(content)
    with pytest.raises(NNTrainError, match="is not the file that was saved: its SHA-256 differs") as raised:
        evaluate.evaluate(run, None, with_baselines=False)
    assert raised.value.exit_code == 1


def test_facts_of_another_model_and_a_model_that_is_gone_are_refused(trained: Trained, tmp_path: Path) -> None:
    run = copied(trained("moons"), tmp_path)
    shutil.copy(trained("plane").path / run_files.MODEL_FACTS, run.path)
    with pytest.raises(NNTrainError, match="SHA-256 differs"):
        evaluate.restore(run)
    run.model.unlink()
    with pytest.raises(NNTrainError, match=r"model.keras` cannot be read: No such file"):
        evaluate.restore(run)
    (run.path / run_files.MODEL_FACTS).unlink()
    with pytest.raises(NNTrainError, match="the model of `.*` was not kept"):
        evaluate.restore(run)


def test_a_model_and_facts_of_another_net_do_not_fit_the_spec(trained: Trained, tmp_path: Path) -> None:
    run = copied(trained("moons"), tmp_path)
    for name in (run_files.MODEL_FACTS, run_files.MODEL):
        shutil.copy(trained("iris").path / name, run.path)
    with pytest.raises(NNTrainError) as raised:
        evaluate.restore(run)
    assert "does not fit" in str(raised.value) or "the data have 3 classes" in str(raised.value)


def test_data_that_were_edited_after_the_run_are_refused(fit: Any, tmp_path: Path) -> None:
    table = tmp_path / "points.csv"
    lines = ["u,v,side", *(f"{i % 5},{i % 3},{'left' if i % 2 else 'right'}" for i in range(60))]
    table.write_text("\n".join(lines) + "\n")
    text = f"data: {{csv_table: {{path: {table}, label: side}}}}\nmodel: [{{Dense: 2}}]\ntrain: {{epochs: 1}}\n"
    run = fit(text)
    assert evaluate.evaluate(run, None, with_baselines=False).rows == 12
    table.write_text("\n".join([lines[0], "4,2,left", *lines[2:]]) + "\n")
    with pytest.raises(DataError, match="the data are not those that .* was trained on") as raised:
        evaluate.evaluate(run, None, with_baselines=False)
    assert raised.value.exit_code == 4
    table.unlink()
    with pytest.raises(DataError, match="there is no file"):
        evaluate.evaluate(run, None, with_baselines=False)


def test_a_split_that_is_not_there_is_named_with_one_that_is(fit: Any) -> None:
    text = "data: {toy_2d: {kind: moons, size: 40, validation: none, test: none}}\nmodel: [{Dense: 2}]\n"
    run = fit(text + "train: {epochs: 1}\n")
    assert evaluate.evaluate(run, None, with_baselines=False).split == "train"
    with pytest.raises(ConfigError, match="the run has no test split") as raised:
        evaluate.evaluate(run, "test", with_baselines=False)
    assert raised.value.problems[0].help == "use `--split train`" and raised.value.exit_code == 2


def test_the_last_good_model_of_a_diverged_run_can_be_scored(tmp_path: Path) -> None:
    rate = "{PiecewiseConstantDecay: {boundaries: [3], values: [0.01, 1.0e+38]}}"
    config = tmp_path / "wild.yaml"
    config.write_text(
        "data: {toy_2d: {kind: reg_plane, size: 100}}\n"
        "model: [{Dense: {units: 4, activation: relu}}, {Dense: 1}]\n"
        f"train: {{epochs: 9, optimizer: {{SGD: {{learning_rate: {rate}}}}}}}\n"
    )
    run = RunDir.create(tmp_path, "wild")
    with pytest.raises(Diverged):
        experiment.run(prepare(load(config)), run, Terminal(quiet=True), b"")
    told = run.read_json(run_files.SUMMARY)["metrics"]
    assert evaluate.evaluate(run, "test", with_baselines=False).metrics == told["test"]


def table_of(run: RunDir, file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(evaluate.predict(run, file))))


def test_columns_are_found_by_name_in_any_order_and_others_are_left_alone(trained: Trained, tmp_path: Path) -> None:
    run = trained("iris")
    restored = evaluate.restore(run)
    assert ",".join(restored.saved.schema.features) == FLOWERS
    plain, mixed = tmp_path / "plain.csv", tmp_path / "mixed.csv"
    plain.write_text(f"{FLOWERS}\n5.1,3.5,1.4,0.2\n6.3,2.9,5.6,1.8\n")
    mixed.write_text(
        "note,petal_width,sepal_width,petal_length,sepal_length\nfirst,0.2,3.5,1.4,5.1\n=2,1.8,2.9,5.6,6.3\n"
    )
    found = table_of(run, plain)
    assert found == table_of(run, mixed) and len(found) == 2
    expected = restored.scorer.outputs(np.array([[5.1, 3.5, 1.4, 0.2], [6.3, 2.9, 5.6, 1.8]], "float32"))
    for row, probabilities in zip(found, expected, strict=True):
        shown = [float(row[f"probability_{name}"]) for name in restored.saved.schema.classes]
        assert shown == pytest.approx(probabilities.tolist(), rel=1e-6) and sum(shown) == pytest.approx(1, abs=1e-5)
        assert row["class"] == restored.saved.schema.classes[int(np.argmax(shown))]
    np.savez(tmp_path / "rows.npz", x=np.array([[5.1, 3.5, 1.4, 0.2], [6.3, 2.9, 5.6, 1.8]]))
    assert table_of(run, tmp_path / "rows.npz") == found


def test_numbers_are_predicted_under_the_name_of_the_target(trained: Trained, tmp_path: Path) -> None:
    run = trained("plane")
    np.savez(tmp_path / "rows.npz", x_test=np.array([[1, 2], [-3, 0.5]]))
    found = table_of(run, tmp_path / "rows.npz")
    expected = evaluate.restore(run).scorer.outputs(np.array([[1, 2], [-3, 0.5]], "float32"))
    assert [list(row) for row in found] == [["label"]] * 2
    assert [float(row["label"]) for row in found] == pytest.approx(expected[:, 0].tolist(), rel=1e-6)


def test_files_that_do_not_fit_the_model_are_refused_with_a_reason(trained: Trained, tmp_path: Path) -> None:
    run, file = trained("iris"), tmp_path / "rows.csv"

    def refused(path: Path = file) -> str:
        with pytest.raises(DataError) as raised:
            evaluate.predict(run, path)
        assert raised.value.exit_code == 4
        return str(raised.value.problems[0].message)

    file.write_text("sepal_length,sepal_width,petal_length\n1,2,3\n")
    assert refused() == "there is no column `petal_width`"
    file.write_text(f"{FLOWERS}\n1,2,3,wide\n")
    assert "`wide`, which is not a number" in refused()
    npz = tmp_path / "rows.npz"
    for x, reason in {
        "shape": (np.zeros((2, 5)), "holds rows of the shape (5,), the model takes (4,)"),
        "number": (np.float32(3), "holds a single number"),
        "none": (np.zeros((0, 4)), "holds rows of the shape (4,), the model takes (4,)"),
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
        assert "is broken, or no .npz file" in refused(npz)
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
    found = evaluate.predict(pixels, tmp_path / "bytes.npz")
    assert evaluate.predict(pixels, tmp_path / "floats.npz") == found
    assert evaluate.predict(pixels, tmp_path / "flat.npz") == found
    for values in (x / 255, x.astype("int32") - 256, x.astype("int32") + 256):
        np.savez(tmp_path / "scaled.npz", x=values)
        with pytest.raises(DataError, match="holds no pixels, but the model was trained on pixels"):
            evaluate.predict(pixels, tmp_path / "scaled.npz")
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="is no .npz, but the model takes arrays of 4 x 4 x 1"):
        evaluate.predict(pixels, tmp_path / "rows.csv")


def test_class_names_that_would_run_in_a_spreadsheet_are_defused(pixels: RunDir, tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", x=np.random.default_rng(2).integers(0, 256, (20, 4, 4, 1), dtype="uint8"))
    lines = evaluate.predict(pixels, tmp_path / "rows.npz").splitlines()
    assert lines[0] == "class,probability_=cmd,probability_-1"
    assert {line.split(",")[0] for line in lines[1:]} <= {"'=cmd", "'-1"}
    assert all(line[0] == "'" for line in lines[1:])


def test_class_weights_are_by_name_and_else_by_index(tmp_path: Path) -> None:
    y = np.array([0, 1, 1, 2], "int32")

    def weights(written: str, classes: tuple[str, ...]) -> list[float]:
        config = tmp_path / "net.yaml"
        config.write_text(f"data: iris\nmodel: [{{Dense: 3}}]\ntrain: {{class_weight: {written}}}\n")
        found = class_weights(load(config).experiment, y, classes)
        assert found is not None and found.dtype == np.float32
        return found.tolist()  # type: ignore[no-any-return]

    assert weights("{b: 3.0}", ("a", "b", "c")) == [1, 3, 3, 1]
    assert weights("{1: 3.0, c: 0.5}", ("a", "b", "c")) == [1, 3, 3, 0.5]
    assert weights("{1: 5.0}", ("1", "2", "3")) == [5, 1, 1, 1]
    assert weights("balanced", ("a", "b", "c")) == pytest.approx([4 / 3, 4 / 6, 4 / 6, 4 / 3])
