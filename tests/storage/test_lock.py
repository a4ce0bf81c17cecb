"""A folder is locked by one process at a time, whatever happens to the files in it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nntrain.errors import NNTrainError
from nntrain.storage import lock
from nntrain.storage.lock import locked
from nntrain.storage.run_dir import RunDir
from tests.forked import Started

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys, time
from pathlib import Path
from nntrain.storage.lock import locked
with locked(Path(sys.argv[1])):
    print("locked", flush=True)
    time.sleep(60)
"""


def holder(folder: Path) -> Started:
    """A process that has the lock of the folder."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = Started([sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None and process.stdout.readline() == "locked\n"
    return process


def test_the_lock_of_a_process_that_is_killed_is_released(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        with pytest.raises(BlockingIOError), locked(tmp_path):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        with locked(tmp_path):
            pass


def test_who_waits_gets_the_lock_when_the_other_ends(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        began = time.monotonic()
        process.terminate()
        with locked(tmp_path, wait=True):
            assert time.monotonic() - began < 30
        assert process.wait() == -signal.SIGTERM


@pytest.mark.parametrize("old", [True, False], ids=["a file of an old version", "nothing"])
def test_no_file_is_made_and_none_that_is_removed_matters(old: bool, tmp_path: Path) -> None:
    run = RunDir.create(tmp_path, "net")
    if old:
        (run.path / ".lock").touch()
    with run.locked():
        (run.path / ".lock").unlink(missing_ok=True)
        with pytest.raises(NNTrainError, match="another process is training"), RunDir(run.path).locked():
            pass
        assert list(run.path.iterdir()) == []
    with run.locked():
        pass


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("data")
    run = RunDir.create(tmp_path, "net")
    (run.path / ".lock").symlink_to(precious)
    with run.locked():
        assert precious.read_text() == "data"
    with pytest.raises(OSError, match="symbolic links"):
        lock._open_locked(run.path / ".lock", lock.LOCK_FLAGS, wait=False)
    assert precious.read_text() == "data"


def test_a_file_is_locked_where_the_system_locks_no_folders(tmp_path: Path) -> None:
    (tmp_path / ".lock").write_text("kept")
    handle = lock._open_locked(tmp_path / ".lock", lock.LOCK_FLAGS, wait=False)
    with pytest.raises(BlockingIOError):
        lock._open_locked(tmp_path / ".lock", lock.LOCK_FLAGS, wait=False)
    os.close(handle)
    os.close(lock._open_locked(tmp_path / ".lock", lock.LOCK_FLAGS, wait=True))
    assert (tmp_path / ".lock").read_text() == "kept"


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), locked(tmp_path / "none"):
        pass
    with pytest.raises(NNTrainError, match="is gone"), RunDir(tmp_path / "none").locked():
        pass


def test_the_command_line_is_imported_where_the_system_has_no_fcntl() -> None:
    code = "import sys; sys.modules['fcntl'] = None; import nntrain.cli.app, nntrain.storage.run_files"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60)
