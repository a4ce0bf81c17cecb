"""Downloads a file whole and checked, or not at all; a broken download resumes where it stopped."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from nntrain.errors import DataError
from nntrain.storage.atomic import sync_folder
from nntrain.storage.lock import locked

TIMEOUT_SECONDS = 30
BLOCK = 1 << 18  # bytes
ATTEMPTS = 5  # at one address, as long as each brings some bytes

Show = Callable[[int], None]
"""Shows how many bytes are there."""


class _Failed(Exception):
    """Why one address did not give the file."""


class _Broken(_Failed):
    """The connection broke; what came is kept."""


def fetch(addresses: Sequence[str], target: Path, sha256: str, size: int) -> None:
    """Write the file of that SHA-256 and size (bytes) to `target`, from the first address that gives it.

    Raises DataError when no address does, with the reason of each, and when the disk is full or read-only.
    """
    part = target.with_name(target.name + ".part")
    reasons = []
    with _locked(part), _progress(target.name, size) as show:
        if target.exists():  # another process has downloaded it meanwhile
            return
        again = addresses[:1] if part.exists() else []  # an old part may be wrong; then the first address starts anew
        for address in [*again, *addresses]:
            try:
                _receive_all(address, part, size, show)
                _check(part, sha256, size)
                _publish(part, target)
                return
            except _Failed as reason:
                reasons.append(f"{address}: {reason}")
    raise DataError(
        f"`{target.name}` could not be downloaded\n       " + "\n       ".join(reasons),
        help=f"put the file into `{target.parent}`, or set NNTRAIN_DATA to a folder that holds it",
    )


def _receive_all(address: str, part: Path, size: int, show: Show) -> None:
    """Receive until the part is complete, with a new request after each break that follows some progress."""
    for attempt in range(1, ATTEMPTS + 1):
        before = _size(part)
        try:
            if before != size:
                _receive(address, part, size, show)
            return
        except _Broken:
            if _size(part) <= before or attempt == ATTEMPTS:
                raise


def _receive(address: str, part: Path, size: int, show: Show) -> None:
    """Request the bytes that are missing, once."""
    import http.client  # every command that reads a config imports this module, and few download
    import urllib.error
    import urllib.request

    start = _size(part) if _size(part) < size else 0
    try:
        request = urllib.request.Request(address, headers={"Range": f"bytes={start}-"} if start else {})
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            resumed = response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
            _store(response, part, start if resumed else 0, size, show)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # the file there is shorter than the part, so they are different files
            part.unlink(missing_ok=True)
        raise _Failed(f"{error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise _Failed(getattr(error.reason, "strerror", None) or str(error.reason)) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _Broken(str(error) or type(error).__name__) from None


def _store(response: Any, part: Path, start: int, size: int, show: Show) -> None:
    """Keep the first `start` bytes of the part and append the rest."""
    expected = start + int(response.headers.get("Content-Length") or size - start)
    if expected != size:
        part.unlink(missing_ok=True)
        raise _Failed(f"expected {size} bytes, the file there has {expected}")
    with _writing(part), part.open("ab") as file:
        file.truncate(start)
    done = start
    while done < size and (block := response.read(min(BLOCK, size - done))):
        with _writing(part), part.open("ab") as file:
            file.write(block)
        done += len(block)
        show(done)
    if done < size:
        raise _Broken(f"the connection broke off after {done} of {size} bytes")


def _check(part: Path, sha256: str, size: int) -> None:
    """Raise _Failed, and remove the part, when it is another file."""
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        length = _size(part)
        part.unlink()
        raise _Failed(f"expected {size} bytes with SHA-256 {sha256}, got {length} bytes with {found}")


def _publish(part: Path, target: Path) -> None:
    """Move the part to its place; after that a crash of the machine leaves the whole file or none."""
    with _writing(part):
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
        sync_folder(target.parent)


@contextmanager
def _writing(part: Path) -> Iterator[None]:
    """Turn an error of the disk into a DataError, and remove the part."""
    try:
        yield
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        help = "free some space, or choose another folder with XDG_CACHE_HOME, or put the file into NNTRAIN_DATA"
        raise DataError(f"`{part.parent}` cannot be written: {error.strerror}", help=help) from None


@contextmanager
def _locked(part: Path) -> Iterator[None]:
    """Make the folder, and keep other processes from downloading into it at the same time."""
    with ExitStack() as stack:
        with _writing(part):
            part.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # where the file system does not lock, the check finds what two processes have mixed
            stack.enter_context(locked(part.parent, wait=True))
        yield


@contextmanager
def _progress(name: str, size: int) -> Iterator[Show]:
    """Show a progress bar on stderr if that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    hidden = not console.is_terminal or console.is_dumb_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task(f"downloading {name}", total=size)
        yield lambda done: bar.update(task, completed=done)


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
