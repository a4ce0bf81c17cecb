"""Downloads a file whole and checked, or not at all; a download that broke off goes on where it stopped."""

import hashlib
import http.client
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from nntrain.errors import DataError

TIMEOUT_SECONDS = 30
BLOCK = 1 << 18  # bytes
ATTEMPTS = 5  # at one address, as long as each brings some bytes

Progress = Callable[[int], None]
"""Shows how many bytes are there."""


class _Failed(Exception):
    """Why one address did not give the file."""


class _Broken(_Failed):
    """The connection broke off; what came is kept."""


def fetch(addresses: Sequence[str], target: Path, sha256: str, size: int) -> None:
    """Puts the file of that SHA-256 and size (bytes) at `target`, from the first address that gives it.

    Raises DataError when no address does, with the reason of each, and when the disk is full or read-only.
    """
    part = target.with_name(target.name + ".part")
    reasons = []
    again = addresses[:1] if part.exists() else []  # an old part may turn out wrong; then the first address starts anew
    with _alone_in(target.parent), _progress(target.name, size) as progress:
        if target.exists():  # another process downloaded it meanwhile
            return
        for address in [*again, *addresses]:
            try:
                _receive_all(address, part, size, progress)
                _check(part, sha256, size)
                _publish(part, target)
                return
            except _Failed as reason:
                reasons.append(f"{address}: {reason}")
    raise DataError(
        f"`{target.name}` could not be downloaded\n       " + "\n       ".join(reasons),
        help=f"put the file into `{target.parent}`, or set NNTRAIN_DATA to a folder that holds it",
    )


def _receive_all(address: str, part: Path, size: int, progress: Progress) -> None:
    """Receives until the part is complete, with a new request after each break that follows some progress."""
    for attempt in range(ATTEMPTS):
        before = _size(part)
        try:
            if before != size:
                _receive(address, part, size, progress)
            return
        except _Broken:
            if _size(part) <= before or attempt == ATTEMPTS - 1:
                raise


def _receive(address: str, part: Path, size: int, progress: Progress) -> None:
    """One request, for the bytes that are missing."""
    start = _size(part) if _size(part) < size else 0
    try:
        request = urllib.request.Request(address, headers={"Range": f"bytes={start}-"} if start else {})
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            resumed = start > 0 and response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
            _store(response, part, start if resumed else 0, size, progress)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # the file there is shorter than the part, so they are different files
            _remove(part)
        raise _Failed(f"{error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise _Failed(getattr(error.reason, "strerror", None) or str(error.reason)) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _Broken(str(error) or type(error).__name__) from None


def _store(response: Any, part: Path, start: int, size: int, progress: Progress) -> None:
    """Appends what comes to the first `start` bytes of the part."""
    expected = start + int(response.headers.get("Content-Length") or size - start)
    if expected != size:
        _remove(part)
        raise _Failed(f"expected {size} bytes, the file there has {expected}")
    done = start
    with _writing(part.parent, part), part.open("r+b" if start else "wb", buffering=0) as file:
        file.truncate(start)
        file.seek(start)
    while done < size and (block := response.read(min(BLOCK, size - done))):
        _append(part, block)
        done += len(block)
        progress(done)
    if done < size:
        raise _Broken(f"the connection broke off after {done} of {size} bytes")


def _append(part: Path, block: bytes) -> None:
    with _writing(part.parent, part), part.open("ab") as file:
        file.write(block)


def _check(part: Path, sha256: str, size: int) -> None:
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        length = _size(part)
        _remove(part)
        raise _Failed(f"expected {size} bytes with SHA-256 {sha256}, got {length} bytes with {found}")


def _publish(part: Path, target: Path) -> None:
    """Moves the part to its place; after that a crash of the machine leaves the whole file or none."""
    with _writing(part.parent, part):
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    if sys.platform != "win32":  # which cannot open a folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _writing(folder: Path, part: Path | None = None) -> Iterator[None]:
    """Turns an error of the disk into a DataError and leaves no part behind."""
    try:
        yield
    except OSError as error:
        with suppress(OSError):
            if part is not None:
                _remove(part)
        help = "make room, or choose another folder with XDG_CACHE_HOME, or put the file into NNTRAIN_DATA"
        raise DataError(f"`{folder}` cannot be written: {error.strerror}", help=help) from None


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Makes the folder, and keeps other processes from downloading into it at the same time."""
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with _writing(folder):
        handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems lock no folders
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _progress(name: str, size: int) -> Iterator[Progress]:
    """A progress bar on stderr if that is a terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"downloading {name}", total=size)
        yield lambda done: bar.update(task, completed=done)


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _remove(part: Path) -> None:
    part.unlink(missing_ok=True)
