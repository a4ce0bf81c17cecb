"""Writes files whole or not at all, and turns errors of the disk into messages."""

import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from nntrain.errors import NNTrainError


@contextlib.contextmanager
def writing(folder: Path, existed: bool = True) -> Iterator[None]:
    """Turn an OSError into a message: a full disk, a read-only folder, or one that `existed` and is gone."""
    try:
        yield
    except OSError as error:
        half_gone = error.errno == errno.ENOENT and str(error.filename).startswith(str(folder))
        if existed and (half_gone or not folder.exists()):
            raise gone(folder) from None
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        help = "free some space, or choose another folder" if full else "choose a folder that can be written"
        raise NNTrainError(f"cannot write in `{folder}`: {error.strerror or error}", help=help) from None


def gone(folder: Path) -> NNTrainError:
    """Return the error for a folder that was removed."""
    return NNTrainError(f"`{folder}` is gone: it was removed or moved", help="train again with `nntrain fit`")


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or unchanged: temporary file beside it, fsync, rename, fsync of the folder."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


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
    """Write a text file in any folder, whole or not at all."""
    with writing(path.parent, existed=False):
        write_atomic(path, text.encode())
