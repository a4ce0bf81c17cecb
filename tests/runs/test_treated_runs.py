"""Which runs belong to a treatment, as environment.json of each says."""

from pathlib import Path
from typing import Any

import pytest

from nntrain.config.load import load
from nntrain.errors import NNTrainError
from nntrain.runs import treated_runs
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir

TEXT = "data: {table: {path: rows.csv, target: y}}\nmodel: [{Dense: 4}]\ntrain: {epochs: 5, on_disease: cure}\n"
CURE = {"disease": "plateau", "set": ["train.epochs=9"]}


def run(folder: Path, name: str, **noted: Any) -> RunDir:
    made = RunDir.create(folder, name)
    made.write_json(run_files.ENVIRONMENT, {"run_key": f"key of {name}", **noted})
    return made


@pytest.fixture
def first(tmp_path: Path) -> RunDir:
    (tmp_path / "rows.csv").write_text("x,y\n1,a\n2,b\n")
    (tmp_path / "net.yaml").write_text(TEXT)
    config = load(tmp_path / "net.yaml", ["model.0.Dense.units=7"], seed=3)
    made = run(tmp_path / "runs", "net", **treated_runs.given(config, "net"))
    made.write(run_files.CONFIG, TEXT)
    return made


def test_the_config_is_the_one_that_was_given(first: RunDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `--set`, without what nntrain has added, and with the path of the data from another working folder."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    config = treated_runs.config_of(first)
    again = load(tmp_path / "net.yaml", ["model.0.Dense.units=7"], seed=3)
    assert config.experiment == again.experiment
    assert config.document.tree == again.document.tree and config.document.data == TEXT.encode()


def test_the_first_run_is_found_from_each(first: RunDir) -> None:
    runs = first.path.parent
    second = run(runs, "net-2", **treated_runs.cure_of(first, CURE))
    third = run(runs, "net-3", **treated_runs.cure_of(second, CURE))
    assert [treated_runs.first_of(each) for each in (first, second, third)] == [first] * 3
    assert treated_runs.first_of(run(runs, "other")) is None
    assert treated_runs.first_of(run(runs, "orphan", treats="key of a run that was removed")) is None
    renamed = first.path.rename(runs / "kept")
    assert treated_runs.first_of(third) == RunDir(renamed)


def test_runs_that_treat_each_other_have_no_first(tmp_path: Path) -> None:
    one = run(tmp_path, "one", treats="key of two")
    run(tmp_path, "two", treats="key of one")
    assert treated_runs.first_of(one) is None


def test_a_treatment_is_known_by_what_it_sets(first: RunDir) -> None:
    second = run(first.path.parent, "net-2", **treated_runs.cure_of(first, CURE))
    assert treated_runs.treatment_of(first, CURE) == second
    assert treated_runs.treatment_of(first, {**CURE, "set": ["train.epochs=8"]}) is None
    assert treated_runs.treatment_of(second, CURE) is None


def test_the_best_run_is_noted_at_the_end(first: RunDir) -> None:
    assert treated_runs.best_of(first) is None
    treated_runs.note(first, best="net-2")
    assert treated_runs.best_of(first) is None  # it was removed
    run(first.path.parent, "net-2")
    assert treated_runs.best_of(first) == RunDir(first.path.parent / "net-2")
    assert first.key() == "key of net"


def test_a_best_run_outside_the_folder_is_refused(first: RunDir) -> None:
    treated_runs.note(first, best="../other")
    with pytest.raises(NNTrainError, match="invalid `best`"):
        treated_runs.best_of(first)
