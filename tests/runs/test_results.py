"""The files of a training: metrics.csv while it runs, and the number of weights."""

import shutil
from pathlib import Path

import pytest

from nntrain.errors import NNTrainError
from nntrain.runs import results
from nntrain.runs.logs import of_run
from nntrain.runs.results import RowWriter
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal

ROWS = [{"epoch": epoch, "seconds": 0.5, "loss": 1 / epoch} for epoch in (1, 2, 3)]


@pytest.fixture
def writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RowWriter:
    """A writer that resumes after the first row, and for which metrics.csv is always due."""
    monkeypatch.setattr(results, "METRICS_SECONDS", -1.0)
    run_dir, terminal = RunDir(tmp_path / "net"), Terminal(quiet=True)
    logs = of_run([], run_dir, {"run_key": "a"}, (), terminal)
    writer = RowWriter(terminal, run_dir, ROWS[:1], logs)
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
