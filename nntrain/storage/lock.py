"""A lock on a folder: one process at a time works in it. The system releases the lock of a process that dies."""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

LOCK = ".lock"  # the file that is locked where the system locks no folders: on Windows, and on NFS
LOCK_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)  # never truncates, never follows a symbolic link
POLL_SECONDS = 0.1
LOOK_SECONDS = 0.02


@contextlib.contextmanager
def locked(folder: Path, wait: bool = False) -> Iterator[None]:
    """Lock the folder until the block ends, for this process alone.

    Raises BlockingIOError where another process has the lock, unless `wait` is true, and another OSError where the
    file system does not lock.
    """
    try:
        handle = _open_locked(folder, os.O_RDONLY, wait)
    except BlockingIOError:
        raise
    except OSError:
        handle = _open_locked(folder / LOCK, LOCK_FLAGS, wait)
    try:
        yield
    finally:
        os.close(handle)


def is_locked(folder: Path) -> bool:
    """Return whether another process has the lock of the folder."""
    try:
        with locked(folder):
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def wait_until_free(folder: Path, seconds: float, look: Callable[[], None]) -> None:
    """Wait while another process has the lock of the folder, so many seconds at most; `look` is called meanwhile.

    A process that was killed leaves workers, which write a last checkpoint before they end.
    """
    deadline = time.monotonic() + seconds
    while folder.is_dir() and is_locked(folder) and time.monotonic() < deadline:
        look()
        time.sleep(POLL_SECONDS)


def _open_locked(path: Path, flags: int, wait: bool) -> int:
    handle = os.open(path, flags, 0o644)
    try:
        _lock(handle, wait)
    except OSError:
        os.close(handle)
        raise
    return handle


def _lock(handle: int, wait: bool) -> None:
    if sys.platform != "win32":
        import fcntl

        if wait:
            fcntl.flock(handle, fcntl.LOCK_EX)
            return
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(LOOK_SECONDS)  # `is_locked` of another process has it for a moment
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return
    import msvcrt

    while True:
        with contextlib.suppress(PermissionError):
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            return
        if not wait:
            raise BlockingIOError("another process has the lock")
        time.sleep(POLL_SECONDS)
