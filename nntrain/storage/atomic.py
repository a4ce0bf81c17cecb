"""Files anywhere on the disk, written whole or not at all; errors of the disk as messages."""

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from nntrain.errors import NNTrainError
from nntrain.storage import inside
from nntrain.storage.regular_file import irregular_kind


@contextlib.contextmanager
def writing(folder: Path, existed: bool = True) -> Iterator[None]:
    """Turn an OSError into a message: a full disk, a read-only folder, or one that `existed` and is gone."""
    try:
        yield
    except OSError as error:
        if existed and (error.errno == errno.ENOENT or not folder.exists()):
            raise gone(folder) from None
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        help = "free some space, or choose another folder" if full else "choose a folder that can be written"
        raise NNTrainError(f"cannot write in `{folder}`: {error.strerror or error}", help=help) from None


def gone(folder: Path) -> NNTrainError:
    """Return the error for a folder that was removed."""
    return NNTrainError(f"`{folder}` is gone: it was removed or moved", help="train again with `nntrain fit`")


def sync_folder(folder: Path) -> None:
    """Flush a rename in the folder to the disk; Windows does so itself and cannot open a folder."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write a text file as `write_file` does."""
    write_file(path, text.encode(errors="surrogateescape"))  # a path may have any bytes


@contextlib.contextmanager
def stream(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write bit by bit; it has its name only when all is written, a pipe or a device at once."""
    with writing(path.parent, existed=False):
        if irregular_kind(path):
            with path.open("wb") as file:
                yield file
            return
        temporary = path.with_name(inside.temporary_name(path.name))
        try:
            with temporary.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)


def write_file(path: Path, content: bytes) -> None:
    """Write a file in any folder, whole or not at all; to a named pipe or a device, such as /dev/null, at once."""
    with writing(path.parent, existed=False):
        if irregular_kind(path):
            path.write_bytes(content)
        else:
            inside.write(path.parent, path.name, content)
