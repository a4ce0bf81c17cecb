"""A run appears under its name when its first files are there, however its process ends before."""

import multiprocessing
import os
import shutil
from pathlib import Path

import pytest

from nntrain.errors import ConfigError, NNTrainError
from nntrain.storage.drafts import draft, published
from nntrain.storage.find_runs import all_runs
from nntrain.storage.run_dir import RunDir


def begin(runs: Path, name: str = "net") -> str:
    with draft(runs, name) as hidden:
        hidden.write("config.yaml", "x")
        return published(hidden).path.name


def shown(runs: Path) -> list[str]:
    return sorted(path.name for path in runs.iterdir() if not path.name.startswith("."))


def test_a_run_gets_its_name_with_its_first_files(tmp_path: Path) -> None:
    with draft(tmp_path, "net") as hidden:
        hidden.write("resolved.yaml", "data: iris")
        assert shown(tmp_path) == [] and list(all_runs(tmp_path)) == []
        with hidden.locked():
            run = published(hidden)
            with pytest.raises(NNTrainError, match="another process is training"), run.locked():
                pass
    assert run == RunDir(tmp_path / "net") and list(all_runs(tmp_path)) == [run]
    assert published(run) == run


def test_what_fails_before_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), draft(tmp_path, "net") as hidden:
        hidden.write("config.yaml", "x")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_name_with_a_file_gets_the_next_number_and_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()  # left by a kill
    (tmp_path / "net-2").write_text("a file")
    (tmp_path / "net-4").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (tmp_path / "elsewhere").mkdir()
    assert [begin(tmp_path) for _ in range(3)] == ["net", "net-3", "net-5"]
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_name_that_is_not_a_plain_file_name_is_refused(tmp_path: Path) -> None:
    for name in ("../x", "", "x/y", ".x"):
        with pytest.raises(ConfigError), draft(tmp_path / "runs", name):
            pass
    assert list(tmp_path.iterdir()) == []


def test_old_drafts_of_killed_processes_are_removed_and_new_ones_stay(tmp_path: Path) -> None:
    for name in (".net-0123abcd.begin", ".net-new12345.begin", ".net-0123abcd"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.yaml").write_text("x")
    (tmp_path / ".net-linked00.begin").symlink_to(tmp_path / ".net-0123abcd", target_is_directory=True)
    for name in (".net-0123abcd.begin", ".net-0123abcd"):
        os.utime(tmp_path / name, (0, 0))
    begin(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"net", ".net-new12345.begin", ".net-0123abcd", ".net-linked00.begin"}
    assert (tmp_path / ".net-0123abcd" / "config.yaml").exists()


def test_a_folder_of_runs_that_is_removed_meanwhile_is_gone(tmp_path: Path) -> None:
    with pytest.raises(NNTrainError, match="is gone"), draft(tmp_path / "runs", "net") as hidden:
        shutil.rmtree(tmp_path / "runs")
        published(hidden)


def _begin_many(runs: str, ready: "multiprocessing.synchronize.Barrier", queue: "multiprocessing.Queue[str]") -> None:
    for _ in range(20):
        ready.wait(60)
        queue.put(begin(Path(runs)))


def test_runs_that_begin_at_once_get_different_names(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    ready, queue = context.Barrier(3), context.Queue()
    workers = [context.Process(target=_begin_many, args=(str(tmp_path), ready, queue), daemon=True) for _ in range(3)]
    for worker in workers:
        worker.start()
    found = [queue.get(timeout=60) for _ in range(60)]
    for worker in workers:
        worker.join(timeout=60)
    assert sorted(found) == shown(tmp_path) and len(set(found)) == 60
