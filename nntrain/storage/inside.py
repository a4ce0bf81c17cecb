"""Files inside a folder, wherever they seem to lead: opened through no symbolic link below it, and only regular ones.

A folder that somebody else has made may hold a link to a file elsewhere, which would be read or overwritten, or a FIFO,
on which a reader waits without an end. The folder itself is what the user has named, and may be a link.
"""

import contextlib
import errno
import io
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nntrain.errors import NNTrainError

_DESCRIPTORS = os.open in os.supports_dir_fd  # not on Windows
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # also where a FIFO has no other end
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL
_BINARY = getattr(os, "O_BINARY", 0)
TEMPORARY = r"\..+-[0-9a-z_]{8}(\.keras)?"  # the names of files that are being written


@dataclass(frozen=True)
class _Place:
    """A folder that is open, by its descriptor where the system has such."""

    path: Path
    descriptor: int | None

    def at(self, name: str) -> str:
        return name if self.descriptor is not None else str(self.path / name)


@contextlib.contextmanager
def _opened(folder: Path, parts: tuple[str, ...]) -> Iterator[_Place]:
    """Open a folder inside another one; raises OSError, and NNTrainError for a link on the way."""
    path, handle = folder, os.open(folder, _FOLDER) if _DESCRIPTORS else None
    try:
        for part in parts:
            path = path / part
            if part == os.pardir or path.is_symlink():
                raise refused(path)
            if handle is not None:
                below = _open(path, part, _FOLDER | _NO_LINK, handle)
                os.close(handle)
                handle = below
        yield _Place(path, handle)
    finally:
        if handle is not None:
            os.close(handle)


def _open(path: Path, name: str, flags: int, descriptor: int | None) -> int:
    try:
        return os.open(name, flags | _BINARY, 0o666, dir_fd=descriptor)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO, errno.EISDIR):
            raise refused(path) from None
        raise


def refused(path: Path) -> NNTrainError:
    """Return the error for what is not a file or a folder of the run's own."""
    what = "a symbolic link" if path.is_symlink() else "not a regular file, or not a folder"
    help = "put the file or folder itself there, or train the run again"
    return NNTrainError(f"this is not a run of nntrain: `{path}` is {what}", help=help)


def open_file(folder: Path, name: str, change: bool = False) -> io.BufferedReader | io.BufferedRandom:
    """Open the file `name`, a path below the folder, to read or also to change it.

    Raises OSError, and NNTrainError for a link or what is not a regular file.
    """
    *above, last = Path(name).parts
    with _opened(folder, tuple(above)) as place:
        path, flags = place.path / last, (os.O_RDWR if change else os.O_RDONLY) | _NO_LINK | _AT_ONCE
        if not place.descriptor and path.is_symlink():
            raise refused(path)
        handle = _open(path, place.at(last), flags, place.descriptor)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise refused(path)
    return os.fdopen(handle, "r+b") if change else os.fdopen(handle, "rb")


def content_of(file: io.BufferedReader | io.BufferedRandom, path: Path, most_bytes: int) -> bytes:
    """Return the content of a file; raises NNTrainError, which names the path, where it is larger than allowed."""
    if os.fstat(file.fileno()).st_size > most_bytes:
        message = f"this is not a run of nntrain: `{path}` has more than {most_bytes:,} bytes"
        raise NNTrainError(message, help="restore it from a copy, or train the run again")
    return file.read()


def write(folder: Path, name: str, content: bytes) -> None:
    """Write a file whole or not at all: temporary file beside it, fsync, rename, fsync of the folder.

    Raises OSError, and NNTrainError for a link on the way.
    """
    *above, last = Path(name).parts
    with _opened(folder, tuple(above)) as place:
        temporary = place.at(temporary_name(last))
        try:
            with os.fdopen(_open(place.path / last, temporary, _NEW, place.descriptor), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, place.at(last), src_dir_fd=place.descriptor, dst_dir_fd=place.descriptor)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=place.descriptor)
            raise
        if place.descriptor is not None:
            os.fsync(place.descriptor)


def temporary_name(name: str, suffix: str = "") -> str:
    """Return a new name that `sweep` removes: nobody can have put a link there."""
    return f".{name}-{secrets.token_hex(4)}{suffix}"


def make_folder(folder: Path, name: str) -> None:
    """Make a folder if it is missing; raises OSError, and NNTrainError for a link in its place."""
    *above, last = Path(name).parts
    with _opened(folder, tuple(above)) as place:
        with contextlib.suppress(FileExistsError):
            os.mkdir(place.at(last), dir_fd=place.descriptor)
        with _opened(folder, (*above, last)):
            pass


def remove(folder: Path, name: str) -> None:
    """Remove a file, or a link itself; nothing where there is none. Raises OSError."""
    *above, last = Path(name).parts
    with contextlib.suppress(FileNotFoundError), _opened(folder, tuple(above)) as place:
        os.unlink(place.at(last), dir_fd=place.descriptor)


def names(folder: Path, name: str = "") -> list[str]:
    """Return the sorted names in a folder, none where it is missing. Raises OSError."""
    try:
        with _opened(folder, Path(name).parts) as place:
            return sorted(os.listdir(place.path if place.descriptor is None else place.descriptor))  # noqa: PTH208
    except FileNotFoundError:
        return []
