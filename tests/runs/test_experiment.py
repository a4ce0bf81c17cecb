"""What a run leaves behind, and that it can be repeated from it."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from nntrain.cli import summary
from nntrain.config.load import load
from nntrain.document import yaml_file
from nntrain.errors import ConfigError, Diverged, NNTrainError
from nntrain.model import custom
from nntrain.runs import experiment
from nntrain.runs.experiment import Training
from nntrain.storage import inside, run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.prepare import prepare


def rows(run: RunDir, without: str = "") -> list[dict[str, str]]:
    with (run.path / run_files.METRICS).open(newline="") as file:
        return [{name: cell for name, cell in row.items() if name != without} for row in csv.DictReader(file)]


def weights(run: RunDir) -> list[np.ndarray]:
    return keras.saving.load_model(run.model, compile=False).get_weights()  # type: ignore[no-any-return]


def same(first: list[np.ndarray], second: list[np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_every_file_is_there_and_no_other(trained: Any) -> None:
    run = trained("iris")
    files = {str(path.relative_to(run.path)) for path in run.path.rglob("*") if path.is_file()}
    plots = {"plots/learning_curves.png", "plots/confusion_matrix.png"}
    named = "config.yaml resolved.yaml environment.json metrics.csv summary.json model.keras model.json log.txt"
    named += " diagnosis.json report.html"
    assert files >= {*named.split(), *plots}
    assert {file for file in files if not file.startswith("checkpoint/")} == {*named.split(), *plots}


def test_the_config_is_kept_byte_for_byte(fit: Any) -> None:
    text = "# grüße \n\ndata:   iris\nmodel: [{Dense: 3}]   # a comment\ntrain: {epochs: 1, batch_size: full}\n\n\n"
    run = fit(text)
    assert (run.path / run_files.CONFIG).read_bytes() == text.encode()


def test_metrics_hold_a_row_an_epoch_with_the_names_of_keras(trained: Any) -> None:
    found = rows(trained("iris"))
    names = ["loss", "accuracy", "auc", "regularization_loss"]
    assert list(found[0])[:3] == ["epoch", "seconds", "learning_rate"]
    assert set(found[0]) == {"epoch", "seconds", "learning_rate", *names, *(f"val_{name}" for name in names)}
    assert [row["epoch"] for row in found] == [str(epoch) for epoch in range(1, len(found) + 1)]
    assert len(found) == trained("iris").read_json(run_files.SUMMARY)["epochs"]
    assert all(row["learning_rate"] == "0.02" for row in found)


def test_the_summary_agrees_with_metrics_data_and_model(trained: Any) -> None:
    run = trained("iris")
    summary, found = run.read_json(run_files.SUMMARY), rows(run)
    best = found[summary["best_epoch"] - 1]
    assert summary["monitor"] == "val_accuracy" and summary["save"] == "best"
    assert summary["best_value"] == float(best["val_accuracy"]) == max(float(row["val_accuracy"]) for row in found)
    kept = {f"val_{name}": value for name, value in summary["metrics"]["validation"].items()}
    assert kept == {name: float(value) for name, value in best.items() if name.startswith("val_")}
    assert summary["rows"] == {"train": 96, "validation": 24, "test": 30}
    assert summary["parameters"] == {
        **{"trainable": 4 * 8 + 8 + 8 * 3 + 3, "constants": 9, "total": 4 * 8 + 8 + 8 * 3 + 3 + 9},
        **{"frozen": 0, "statistics": 0},
    }
    assert summary["stopped"] in (
        "all epochs are done",
        "early stopping: val_accuracy has not improved for 3 epochs",
    )
    assert list(summary["metrics"]) == ["train", "validation", "test"]


def test_the_plots_are_png_files(trained: Any) -> None:
    from matplotlib.image import imread

    for path in sorted((trained("iris").path / run_files.PLOTS).iterdir()):
        pixels = imread(path)
        assert pixels.shape[0] > 200 and pixels.shape[1] > 200 and len(np.unique(pixels)) > 10


def test_the_log_holds_what_was_printed(fit: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "net.yaml"
    config.write_text("data: {toy_2d: {kind: moons, size: 40}}\nmodel: [{Dense: 2}]\ntrain: {epochs: 2}\n")
    prepared = prepare(load(config))
    terminal = Terminal()
    experiment.report(prepared, terminal)
    run = RunDir.create(tmp_path / "runs", "net")
    summary.show_run(experiment.run(Training(prepared, run, terminal)).summary, run, terminal)
    out, err = capsys.readouterr()
    logged = run.read_log()
    printed = [line.rstrip() for line in (out + err).splitlines()]
    assert len(printed) > 6 and set(printed) <= set(logged)
    assert "epoch 1/2  " in "\n".join(logged)


@pytest.mark.parametrize(
    "text",
    [
        """
        seed: 0
        data: {iris: {fold: {index: 2, count: 5}}}
        model:
          - Normalization
          - Repeat: {times: 2, layers: [{Dense: {units: 4, activation: tanh}}, {Dropout: 0.1}]}
        train: {epochs: 2, batch_size: 32, class_weight: {setosa: 2.0, "1": 0.5}}
        """,
        """
        seed: 4
        data: {toy_2d: {kind: circle, size: 120, features: [x, x2]}}
        model:
          - Dense: {units: 4, activation: relu, kernel_initializer: {VarianceScaling: {scale: 0.5}}}
        train:
          steps: 5
          class_weight: balanced
          optimizer: {SGD: {learning_rate: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 5}}}}
        """,
    ],
    ids=["fold, Repeat, class_weight, no output layer", "schedule, steps, balanced, no output layer"],
)
def test_the_resolved_config_trains_to_the_same_metrics_and_weights(fit: Any, text: str) -> None:
    first = fit(text)
    resolved = (first.path / run_files.RESOLVED).read_text()
    second = fit(resolved)
    assert (second.path / run_files.RESOLVED).read_text() == resolved
    assert rows(first, without="seconds") == rows(second, without="seconds") and len(rows(first)) == 2
    assert same(weights(first), weights(second))
    one, two = first.read_json(run_files.SUMMARY), second.read_json(run_files.SUMMARY)
    assert one["metrics"] == two["metrics"]
    hashes = [run.read_json(run_files.ENVIRONMENT)["data_sha256"] for run in (first, second)]
    assert hashes[0] == hashes[1]


def test_seed_and_set_land_in_the_resolved_config_and_not_in_the_config(fit: Any) -> None:
    text = "seed: 1\ndata: iris\nmodel: [{Dense: 3}]\ntrain: {epochs: 9}\n"
    run = fit(text, "train.epochs=1", "train.optimizer=SGD", "model.0.Dense.activation=softmax", seed=0)
    tree = yaml_file.read(run.path / run_files.RESOLVED).tree
    assert tree["seed"] == 0 and tree["train"]["epochs"] == 1 and tree["train"]["optimizer"] == "SGD"
    assert tree["model"] == [{"Dense": {"units": 3, "activation": "softmax"}}]
    assert (run.path / run_files.CONFIG).read_text() == text
    assert run.read_json(run_files.SUMMARY)["seed"] == 0


OURS = "data: iris\nmodel: [{Reshape: [2, 2, 1]}, {RandomCrop: {height: 1, width: 2}}, Flatten, RReLU, {Dense: %s}]\n"


def test_the_model_loads_in_plain_keras_and_predicts_the_same_and_with_a_layer_of_ours_after_an_import(
    trained: Any, command: Any, prepare: Any, tmp_path: Path
) -> None:
    dense = "{units: 3, kernel_regularizer: L2Norm, bias_initializer: {Values: [1, 2, 3]}}"
    prepare(OURS % dense).model.plain().save(tmp_path / "ours.keras")
    run = trained("iris")
    rows_of = load(run.path / run_files.RESOLVED).experiment.data
    from nntrain.data import dataset
    from nntrain.model.restore import load_model
    from nntrain.training.scorer import Scorer

    x = dataset.load(rows_of).test
    assert x is not None
    np.save(tmp_path / "x.npy", x.x)
    code = f"""
import sys, numpy as np, keras
model = keras.saving.load_model({str(run.model)!r})
np.save("predicted.npy", model.predict(np.load("x.npy"), verbose=0))
print("nntrain" in sys.modules, type(model).__name__)
try:
    keras.models.load_model("ours.keras")
except TypeError:
    import nntrain.model.custom
print(type(keras.models.load_model("ours.keras")).__name__)
"""
    done = command(tmp_path, "-c", code, python=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["False", "Sequential", "Sequential"]
    expected = Scorer.restored(load_model(run)).outputs(x.x)
    assert np.load(tmp_path / "predicted.npy") == pytest.approx(expected, abs=1e-6)


def test_the_reference_names_every_class_of_a_model_that_plain_keras_lacks() -> None:
    kinds = (keras.layers.Layer, keras.initializers.Initializer, keras.regularizers.Regularizer)
    own = {c for c in vars(custom).values() if isinstance(c, type) and c.__module__ == custom.__name__}
    names = sorted(c.__name__ for c in own if issubclass(c, kinds) and not issubclass(c, keras.Model))
    reference = (Path(__file__).parents[2] / "docs/reference.md").read_text()
    (row,) = [line for line in reference.splitlines() if line.startswith("| `model.keras`")]
    assert "only after `import nntrain.model.custom`" in row
    assert [name for name in names if not re.search(rf"^\| `{name}` \|", reference, re.MULTILINE)] == []


def test_a_run_is_evaluated_and_resumed_from_another_folder(
    in_process: Any, trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub/data").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    table = "a,b,y\n" + "".join(f"{i % 7},{i % 5},{'no' if i % 2 else 'yes'}\n" for i in range(40))
    for name in ("rows", "test"):
        (tmp_path / f"sub/data/{name}.csv").write_text(table)
    data = "{table: {path: data/rows.csv, target: y, test: {file: data/test.csv}}}"
    (tmp_path / "sub/net.yaml").write_text(f"data: {data}\nmodel: [{{Dense: 2}}]\ntrain: {{epochs: 1}}\n")
    assert in_process(tmp_path, "fit", "sub/net.yaml", "-q", "--no-plots", "--runs-dir", "runs").returncode == 0
    assert (
        in_process(tmp_path / "sub", "fit", "net.yaml", "-q", "--no-plots", "--init-from", "../runs/net").returncode
        == 0
    )
    for run in ("../runs/net", "../sub/runs/net"):
        tree = yaml_file.read(tmp_path / "elsewhere" / run / run_files.RESOLVED).tree
        source = tree["data"]["table"]
        assert all(Path(path).is_absolute() for path in (source["path"], source["test"]["file"]["path"]))
        assert Path(tree["train"].get("init_from", "/")).is_absolute()
        assert in_process(tmp_path / "elsewhere", "eval", run).returncode == 0
        longer = in_process(tmp_path / "elsewhere", "resume", run, "--set", "train.epochs=2", "-q", "--no-plots")
        assert (longer.returncode, longer.stderr) == (0, "")


DIVERGES = """
    data: {toy_2d: {kind: reg_plane, size: 100}}
    model: [{Dense: {units: 4, activation: relu}}, {Dense: 1}]
    train:
      epochs: 9
      optimizer: {SGD: {learning_rate: %s}}
    """


def diverged(folder: Path, rate: str) -> tuple[RunDir, Diverged]:
    config = folder / "wild.yaml"
    config.write_text(DIVERGES % rate)
    run = RunDir.create(folder / "runs", "wild")
    with pytest.raises(Diverged) as raised:
        experiment.run(Training(prepare(load(config)), run, Terminal(quiet=True)))
    return run, raised.value


def test_a_divergence_writes_the_results_so_far_and_names_epoch_and_layer(tmp_path: Path) -> None:
    run, error = diverged(tmp_path, "{PiecewiseConstantDecay: {boundaries: [3], values: [0.01, 1.0e+38]}}")
    message = error.problems[0].message
    assert error.exit_code == 5
    assert message.startswith("the training diverged in epoch 3: `dense/kernel` holds values that are not finite; ")
    assert message.endswith(f"; 2 epochs were finished; the model of epoch 2 is in {run}")
    summary = run.read_json(run_files.SUMMARY)
    assert summary["epochs"] == summary["best_epoch"] == len(rows(run)) == 2
    assert "diverged in epoch 3" in summary["stopped"]
    assert all(np.isfinite(weight).all() for weight in weights(run))
    assert summary["metrics"]["validation"]["loss"] == float(rows(run)[1]["val_loss"])
    assert run.read_json(run_files.ENVIRONMENT)["exit_status"] == 5
    assert "diverged in epoch 3" in (run.path / run_files.LOG).read_text()


def test_a_divergence_in_the_first_epoch_leaves_no_model(tmp_path: Path) -> None:
    run, error = diverged(tmp_path, "1.0e+38")
    assert "no epoch was finished" in error.problems[0].message
    assert not run.model.exists() and not (run.path / run_files.METRICS).exists()
    summary = run.read_json(run_files.SUMMARY)
    assert summary["epochs"] == 0 and summary["best_value"] is None and "metrics" not in summary
    assert summary["seconds"] > 0


def test_a_test_loss_that_is_not_finite_is_a_warning_with_the_column_and_null_in_json(fit: Any, tmp_path: Path) -> None:
    """The loss on a test split that is far away is infinite in 32 bits, which is no fault of the training."""
    values = [*range(20), *[1e30] * 4]
    data = tmp_path / "far.csv"
    data.write_text("x,y\n" + "".join(f"{i % 7},{value}\n" for i, value in enumerate(values)))
    run = fit(
        f"""
        data: {{table: {{path: {data}, target: y, test: {{last: 4}}}}}}
        model: [{{Dense: 1}}]
        train: {{epochs: 1}}
        """
    )
    metrics = json.loads((run.path / run_files.SUMMARY).read_text())["metrics"]
    assert metrics["test"]["loss"] is None and metrics["train"]["loss"] > 0
    log = (run.path / run_files.LOG).read_text()
    assert "warning: the loss on the test split is inf: `y` goes up to 1e+30 there, and to 19 in the training" in log


def test_a_last_update_that_leaves_no_finite_loss_is_a_divergence(tmp_path: Path) -> None:
    config = tmp_path / "last.yaml"
    config.write_text(
        "data: {toy_2d: {kind: reg_plane, size: 40, validation: none, test: none}}\n"
        "model: [{Dense: 1}]\n"
        "train: {epochs: 1, batch_size: full, optimizer: {SGD: {learning_rate: 1.0e+25}}}\n"
    )
    run = RunDir.create(tmp_path / "runs", "last")
    with pytest.raises(
        Diverged, match="diverged in epoch 1: the loss on the training split is inf at its end"
    ) as raised:
        experiment.run(Training(prepare(load(config)), run, Terminal(quiet=True)))
    assert raised.value.problems[0].message.endswith(f"; 1 epoch was finished; the model of epoch 1 is in {run}")
    summary = run.read_json(run_files.SUMMARY)
    assert summary["metrics"]["train"]["loss"] is None and summary["stopped"].startswith("the training diverged")
    assert run.read_json(run_files.ENVIRONMENT)["exit_status"] == 5


def test_a_class_weight_for_a_class_that_is_not_there_is_an_error_at_its_place(tmp_path: Path) -> None:
    config = tmp_path / "net.yaml"
    config.write_text("data: iris\nmodel: [{Dense: 3}]\ntrain:\n  class_weight: {setosa: 2, virginca: 3}\n")
    with pytest.raises(ConfigError, match="unknown class `virginca`") as raised:
        prepare(load(config))
    span = raised.value.problems[0].span
    assert span is not None and span.line == 4


def test_a_full_disk_is_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "net.yaml"
    config.write_text("data: {toy_2d: {kind: moons, size: 40}}\nmodel: [{Dense: 2}]\ntrain: {epochs: 1}\n")
    prepared = prepare(load(config))
    run = RunDir.create(tmp_path / "runs", "net")
    monkeypatch.setattr(inside, "temporary_name", lambda name, suffix="": f".{name}{suffix}")
    (run.path / ".model.keras").mkdir()  # where the model would be written
    with pytest.raises(NNTrainError, match="cannot write `.*model.keras`"):
        experiment.run(Training(prepared, run, Terminal(quiet=True)))
    assert run.read_json(run_files.ENVIRONMENT)["exit_status"] == 1
