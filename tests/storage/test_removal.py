import shutil
from pathlib import Path

import pytest

from nntrain.errors import NNTrainError
from nntrain.storage import run_files
from nntrain.storage.removal import remove
from nntrain.storage.run_dir import RunDir
from tests.conftest import Trained


def copy_of(run: RunDir, folder: Path) -> RunDir:
    return RunDir(Path(shutil.copytree(run.path, folder / run.path.name)))


def test_all_files_of_a_run_are_removed(trained: Trained, tmp_path: Path) -> None:
    run = copy_of(trained("iris"), tmp_path)
    run.write_json(run_files.NOTES, {"notes": [], "tags": []})
    (run.path / ".model-1234abcd.keras").write_text("of a killed process")
    assert remove(run) == []
    assert list(tmp_path.iterdir()) == []


def test_what_nntrain_has_not_written_is_left(trained: Trained, tmp_path: Path) -> None:
    run = copy_of(trained("iris"), tmp_path)
    (run.path / "thesis.txt").write_text("mine")
    (run.path / "plots" / "own").mkdir()
    (run.path / "plots" / "own" / "a.png").write_text("mine")
    assert remove(run) == ["plots/own/a.png", "thesis.txt"]
    assert sorted(path.name for path in run.path.iterdir()) == ["plots", "thesis.txt"]


def test_no_link_is_followed(tmp_path: Path) -> None:
    run, other = RunDir.create(tmp_path / "runs", "net"), tmp_path / "other"
    run.write(run_files.RESOLVED, "data: iris\n")
    (other / "seed-1").mkdir(parents=True)
    for path in (other / "best.png", other / "seed-1" / "metrics.csv"):
        path.write_text("mine")
    (run.path / "seed-1").symlink_to(other / "seed-1")
    (run.path / "metrics.csv").symlink_to(other / "best.png")
    assert remove(run) == ["seed-1"]
    assert (other / "best.png").read_text() == (other / "seed-1" / "metrics.csv").read_text() == "mine"
    run = RunDir.create(tmp_path / "runs", "net-9")
    (run.path / "plots").symlink_to(other)
    with pytest.raises(NNTrainError, match="is a symbolic link"):
        remove(run)
    assert (other / "best.png").exists()


def test_a_group_is_removed_with_its_runs_but_not_while_one_trains(tmp_path: Path) -> None:
    group = RunDir.create(tmp_path, "net")
    group.write(run_files.GROUP, "{}")
    for name in ("seed-1", "seed-2"):
        group.member(name).write(run_files.METRICS, "epoch\n")
    with RunDir(group.path / "seed-2").locked(), pytest.raises(NNTrainError, match="another process is training"):
        remove(group)
    assert (group.path / "seed-1" / run_files.METRICS).exists()
    assert remove(group) == []
    assert not group.path.exists()
