"""The list of runs as values: conditions, order, columns. How it is printed is tested with `nntrain runs`."""

from pathlib import Path

import pytest

from nntrain.errors import ConfigError
from nntrain.runs.run_list import list_runs
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for name, optimizer, accuracy in (("a", "SGD", 0.7), ("b", "Adam", 0.9), ("c", "Adam", 0.8)):
        run = RunDir.create(tmp_path, name)
        run.write(run_files.RESOLVED, f"data: iris\nmodel: [Dense: 3]\ntrain: {{optimizer: {optimizer}}}\n")
        run.write_json(run_files.ENVIRONMENT, {"start": "2026-01-01T10:00:00+00:00", "exit_status": 0})
        metrics = {"validation": {"accuracy": accuracy}}
        run.write_json(run_files.SUMMARY, {"kind": "run", "metrics": metrics, "epochs": 3, "save": "last"})
    return tmp_path


def test_the_best_is_first_and_conditions_choose(runs: Path) -> None:
    found = list_runs(runs, "optimizer=Adam", "val_accuracy", members=False)
    assert [Path(row["run"]).name for row in found.rows] == ["b", "c"]
    assert (found.metric, found.paths, found.total) == ("validation.accuracy", [], 3)


def test_a_flat_row_has_metrics_and_what_differs(runs: Path) -> None:
    rows = list_runs(runs, None, "val_accuracy", members=False).flat()
    assert [(row["validation.accuracy"], row["train.optimizer"]) for row in rows] == [
        (0.9, "Adam"),
        (0.8, "Adam"),
        (0.7, "SGD"),
    ]


def test_an_empty_folder_has_no_runs_and_a_bad_condition_is_an_error_all_the_same(tmp_path: Path) -> None:
    assert list_runs(tmp_path, None, None, members=False).total == 0
    with pytest.raises(ConfigError, match="`--where` cannot read `optimizer`"):
        list_runs(tmp_path, "optimizer", None, members=False)
