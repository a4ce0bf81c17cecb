"""A lock on a folder: one process at a time works in it. The system releases the lock of a process that dies."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

LOCK = ".lock"  # the file that is locked where the system locks no folders: on Windows, and on NFS
POLL_SECONDS = 0.1


@contextlib.contextmanager
def locked(folder: Path, wait: bool = False) -> Iterator[None]:
    """Lock the folder until the block ends, for this process alone.

    Raises BlockingIOError where another process has the lock, unless `wait` is true, and another OSError where the
    file system does not lock.
    """
    handle = _lock_folder(folder, wait)
    if handle is None:
        handle = _lock_file(folder / LOCK, wait)
    try:
        yield
    finally:
        os.close(handle)


def _lock_folder(folder: Path, wait: bool) -> int | None:
    """The handle that keeps the lock; None where the system locks files only."""
    if sys.platform == "win32":
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle, wait)
    except OSError as error:
        os.close(handle)
        if isinstance(error, BlockingIOError):
            raise
        return None
    return handle


def _lock_file(path: Path, wait: bool) -> int:
    """The handle that keeps the lock. The file is never truncated, and a symbolic link is an error."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
    try:
        _lock(handle, wait)
    except OSError:
        os.close(handle)
        raise
    return handle


def _lock(handle: int, wait: bool) -> None:
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        return
    import msvcrt

    while True:
        with contextlib.suppress(PermissionError):
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            return
        if not wait:
            raise BlockingIOError("another process has the lock")
        time.sleep(POLL_SECONDS)
