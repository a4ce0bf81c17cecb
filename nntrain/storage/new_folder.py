"""A new folder that is written whole or not at all."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from nntrain.errors import ConfigError
from nntrain.storage import inside
from nntrain.storage.atomic import sync_folder, writing


def refuse(path: Path, option: str = "-o") -> None:
    """Raise ConfigError for a path at which no new folder can be made; an empty folder is replaced."""
    if path.is_symlink() or (path.exists() and not (path.is_dir() and not any(path.iterdir()))):
        raise taken(path, option)
    if not path.absolute().parent.is_dir():
        raise ConfigError(f"there is no folder `{path.parent}`", help=f"make it, or give another path with `{option}`")


def taken(path: Path, option: str = "-o") -> ConfigError:
    """Return the error for a path at which something is."""
    return ConfigError(f"`{path}` exists already", help=f"remove it, or give the path of a new folder with `{option}`")


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give a hidden folder beside the path, which gets that name when the block ends without an error.

    Otherwise it is removed with all that is in it. Raises ConfigError where something has come to the path, and
    NNTrainError for a fault of the disk.
    """
    path = path.absolute()
    with writing(path.parent):
        hidden = path.with_name(inside.temporary_name(path.name))
        hidden.mkdir()
    try:
        yield hidden
        with writing(path.parent):
            _sync(hidden)
            _rename(hidden, path)
            sync_folder(path.parent)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Flush every file in a folder to the disk."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            with file.open("rb+") as opened:
                os.fsync(opened.fileno())


def _rename(hidden: Path, path: Path) -> None:
    try:
        hidden.rename(path)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.EISDIR):
            raise
        raise taken(path) from None
