"""What `runs` knows of a run: the same as its metrics.csv, however the run ended."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from nntrain.runs.run_rows import run_rows
from nntrain.storage import run_files
from nntrain.storage.journal import Journal
from nntrain.storage.run_dir import RunDir


def ended(run: RunDir, runs: Path, status: int | None, **summary: Any) -> RunDir:
    """A copy of a run as it is left by another end; without a summary it was killed."""
    copy = RunDir(runs / run.path.name)
    shutil.copytree(run.path, copy.path)
    copy.write_json(run_files.ENVIRONMENT, {**copy.read_json(run_files.ENVIRONMENT), "exit_status": status})
    (copy.path / run_files.SUMMARY).unlink()
    if summary:
        copy.write_json(run_files.SUMMARY, summary)
    return copy


@pytest.mark.parametrize("name", ["iris", "moons", "plane"])
@pytest.mark.parametrize(
    ("status", "state"),
    [
        (None, "killed"),
        (129, "stopped by SIGHUP"),
        (130, "stopped by SIGINT"),
        (143, "stopped by SIGTERM"),
        (1, "failed with exit code 1"),
    ],
)
def test_a_run_without_a_summary_agrees_with_its_metrics_csv(
    name: str, status: int | None, state: str, trained: Any, tmp_path: Path
) -> None:
    run = trained(name)
    summary = run.read_json(run_files.SUMMARY)
    ended(run, tmp_path, status)
    (row,) = run_rows(tmp_path)
    assert row["state"] == state
    assert {key: row[key] for key in ("epochs", "best_epoch", "monitor", "best_value")} == {
        key: summary[key] for key in ("epochs", "best_epoch", "monitor", "best_value")
    }
    validation = {f"validation.{key}": value for key, value in summary["metrics"]["validation"].items()}
    assert row["figures"] == pytest.approx(validation)


def test_a_summary_that_is_older_than_metrics_csv_does_not_count(trained: Any, tmp_path: Path) -> None:
    run = trained("iris")
    ended(run, tmp_path, None, epochs=1, best_epoch=1, best_value=0.1, stopped="stopped by SIGINT")
    (row,) = run_rows(tmp_path)
    summary = run.read_json(run_files.SUMMARY)
    assert (row["state"], row["epochs"], row["best_value"]) == ("killed", summary["epochs"], summary["best_value"])


def test_a_stopped_run_shows_what_its_summary_says_and_its_validation(trained: Any, tmp_path: Path) -> None:
    ended(trained("moons"), tmp_path, 130, epochs=2, stopped="stopped by SIGINT", seconds=1.0)
    (row,) = run_rows(tmp_path)
    assert (row["state"], row["epochs"]) == ("stopped by SIGINT", 2)
    assert set(row["figures"]) == {"validation.loss", "validation.accuracy"}


def test_a_run_that_keeps_the_last_epoch_has_no_best_one(trained: Any, tmp_path: Path) -> None:
    copy = ended(trained("moons"), tmp_path, None)
    resolved = copy.path / run_files.RESOLVED
    resolved.write_text(resolved.read_text().replace("save: best", "save: last"))
    (row,) = run_rows(tmp_path)
    assert (row["epochs"], row["best_epoch"], row["best_value"]) == (2, "", "")
    last = {name: float(cell) for name, cell in copy.read_rows()[-1].items()}
    assert row["figures"] == {f"validation.{name}": last[f"val_{name}"] for name in ("loss", "accuracy")}
    copy.write_json(run_files.ENVIRONMENT, {"exit_status": 0})
    copy.write_json(run_files.SUMMARY, {"epochs": 2, "best_epoch": 2, "save": "last", "metrics": {}})
    assert [row["best_epoch"] for row in run_rows(tmp_path)] == [""]


def test_a_run_whose_config_was_edited_still_shows_its_epochs(trained: Any, tmp_path: Path) -> None:
    copy = ended(trained("moons"), tmp_path, None)
    (copy.path / run_files.RESOLVED).write_text("data: iris\n")
    (row,) = run_rows(tmp_path)
    assert (row["state"], row["epochs"], row["best_epoch"], row["figures"]) == ("killed", 2, "", {})


def test_a_run_before_its_first_epoch_shows_none(trained: Any, tmp_path: Path) -> None:
    copy = ended(trained("moons"), tmp_path, 143)
    (copy.path / run_files.METRICS).unlink()
    (row,) = run_rows(tmp_path)
    assert (row["state"], row["epochs"], row["best_epoch"], row["figures"]) == ("stopped by SIGTERM", "", "", {})


def test_a_search_that_was_stopped_is_told_from_one_that_runs_or_was_killed(tmp_path: Path) -> None:
    journal = Journal.create(RunDir.create(tmp_path, "net"), {"search_sha256": "0" * 64, "start": "2026-01-01"})
    assert [row["state"] for row in run_rows(tmp_path)] == ["search, 0 trials; killed"]
    with RunDir(tmp_path / "net").locked():
        assert [row["state"] for row in run_rows(tmp_path)] == ["search, 0 trials; running"]
    journal.add({"event": "pause", "spent": 1.5})
    assert [row["state"] for row in run_rows(tmp_path)] == ["search, 0 trials; stopped"]
