"""The files of a training: metrics.csv while it runs, and the number of weights."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.errors import NNTrainError
from nntrain.runs import results
from nntrain.runs.results import RowWriter
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal

ROWS = [{"epoch": epoch, "seconds": 0.5, "loss": 1 / epoch} for epoch in (1, 2, 3)]


@pytest.fixture
def writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RowWriter:
    """A writer that resumes after the first row, and for which metrics.csv is always due."""
    monkeypatch.setattr(results, "METRICS_SECONDS", -1.0)
    writer = RowWriter(Terminal(quiet=True), RunDir(tmp_path / "net"), ROWS[:1])
    writer.run_dir.path.mkdir()
    writer.begin(3, 10)
    return writer


def epochs(writer: RowWriter) -> list[str]:
    return [row["epoch"] for row in writer.run_dir.read_rows()]


def test_metrics_csv_holds_the_rows_before_the_training_was_resumed_and_each_new_one(writer: RowWriter) -> None:
    writer.epoch(ROWS[1])
    assert epochs(writer) == ["1", "2"]
    writer.epoch(ROWS[2])
    assert epochs(writer) == ["1", "2", "3"]


def test_metrics_csv_is_not_rewritten_before_it_is_due(writer: RowWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    writer.epoch(ROWS[1])
    monkeypatch.setattr(results, "METRICS_SECONDS", 100.0)
    writer.epoch(ROWS[2])
    assert epochs(writer) == ["1", "2"]


def test_a_removed_run_directory_ends_the_training(writer: RowWriter) -> None:
    shutil.rmtree(writer.run_dir.path)
    for report in (lambda: writer.piece(2, 1, {}), lambda: writer.epoch(ROWS[1])):
        with pytest.raises(NNTrainError, match="is gone: it was removed or moved"):
            report()


def test_a_plot_that_fails_is_a_warning_and_the_results_are_there(
    fit: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(_: object) -> bytes:
        raise RuntimeError("no glyph\nfor it")

    monkeypatch.setattr(results.learning_curves, "draw", fail)
    run = fit("data: iris\nmodel: [Dense: 3]\ntrain: {epochs: 1}\n")
    assert run.read_json("summary.json")["metrics"]["test"]
    assert [path.name for path in (run.path / "plots").iterdir()] == ["confusion_matrix.png"]
    assert "warning: cannot draw plots/learning_curves.png: no glyph\\nfor it" in run.read_log()


@pytest.mark.parametrize(
    ("assignment", "marked"),
    [("train.save=best", True), ("train.save=last", False), ("data.iris.validation=none", False)],
)
def test_the_last_epoch_is_not_marked_as_the_best(
    assignment: str, marked: bool, fit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, drawn = results.learning_curves.draw, []
    monkeypatch.setattr(results.learning_curves, "draw", lambda options: drawn.append(options) or draw(options))
    fit("data: iris\nmodel: [Dense: 3]\ntrain: {epochs: 2}\n", assignment)
    assert [options.best_epoch in options.epochs for options in drawn] == [marked]


def test_many_classes_get_their_most_frequent_mistakes_in_place_of_the_matrix(fit: Any, tmp_path: Path) -> None:
    classes, rows = 61, np.random.default_rng(0).normal(size=(61 * 8, 2)).astype("float32")
    np.savez(tmp_path / "many.npz", x=rows, y=np.repeat(np.arange(classes), 8))
    data = f"npz_file: {{path: {tmp_path}/many.npz}}"
    run = fit(f"data: {{{data}}}\nmodel: [Dense: {{units: 4, activation: relu}}]\ntrain: {{epochs: 1}}\n")
    assert {path.name for path in (run.path / "plots").iterdir()} == {"confused_pairs.png", "learning_curves.png"}
