"""Files are whole or as they were, and a fault of the disk is a message."""

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nntrain.errors import NNTrainError
from nntrain.storage import atomic, inside
from nntrain.storage.atomic import write_text, writing
from nntrain.storage.run_dir import RunDir


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("this machine does not let a test mount a small disk")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tiny_disk: Path) -> None:
    run = RunDir.create(tiny_disk, "net")
    run.write("a.txt", "old")
    with pytest.raises(NNTrainError) as caught:
        run.write("a.txt", b"x" * 1_000_000)
    assert caught.value.problems[0].message == f"cannot write in `{run}`: No space left on device"
    assert caught.value.problems[0].help == "free some space, or choose another folder"
    assert [path.name for path in run.path.iterdir()] == ["a.txt"]
    assert (run.path / "a.txt").read_text() == "old"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    """A folder in the place of the file lets everything succeed but the last step."""
    target = tmp_path / "a.txt"
    target.mkdir()
    (target / "old").write_text("old")
    with pytest.raises(OSError, match="directory") as caught:
        inside.write(tmp_path, "a.txt", b"new")
    assert caught.value.errno in (errno.EISDIR, errno.ENOTEMPTY)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (target / "old").read_text() == "old"


def test_a_folder_that_cannot_be_written_is_a_message(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for folder in (file / "below", Path("/proc/none/runs"), Path("/dev/full/runs")):
        with pytest.raises(NNTrainError, match="cannot write in"):
            RunDir.create(folder, "net")
        with pytest.raises(NNTrainError, match="cannot write in"):
            write_text(folder / "a.csv", "x")


def test_a_folder_that_is_just_being_removed_is_gone_too(tmp_path: Path) -> None:
    with pytest.raises(NNTrainError, match="is gone: it was removed or moved"), writing(tmp_path):
        inside.write(tmp_path / "removed", "a.txt", b"x")
    with pytest.raises(NNTrainError, match="cannot write in"), writing(tmp_path / "here", existed=False):
        inside.write(tmp_path / "here", "a.txt", b"x")


def test_others_may_read_what_was_written(tmp_path: Path) -> None:
    write_text(tmp_path / "a.csv", "x")
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == 0o644


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_text(tmp_path / "pipe", "x\udcff")
    assert os.read(reader, 10) == b"x\xff"
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()


def test_a_stream_has_its_name_when_all_is_written(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text("old")
    with atomic.stream(file) as written:
        written.write(b"a")
        assert file.read_text() == "old"
        written.write(b"b")
    assert file.read_text() == "ab"
    with pytest.raises(KeyError), atomic.stream(file) as written:
        written.write(b"c")
        raise KeyError
    assert file.read_text() == "ab" and list(tmp_path.iterdir()) == [file]
