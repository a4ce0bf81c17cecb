"""The folder in which a run begins: hidden until it can be resumed, so that a kill leaves nothing that is found."""

import contextlib
import errno
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from nntrain.storage import inside, run_files
from nntrain.storage.atomic import sync_folder, writing
from nntrain.storage.run_dir import RunDir, too_many

_DRAFT = ".begin"  # the end of its name
_OLD_SECONDS = 3600.0  # it is there for less than a second, unless its process was killed


@contextlib.contextmanager
def draft(runs: Path, name: str) -> Iterator[RunDir]:
    """Make the folder; it is removed at the end unless `published` has given it the name. Raises as `RunDir.create`."""
    run_files.refuse_bad_name(name)
    run_files.refuse_bad_folder(runs)
    with writing(runs, existed=False):
        runs.mkdir(parents=True, exist_ok=True)
        _remove_old(runs)
        path = runs / inside.temporary_name(name, _DRAFT)
        path.mkdir()
    try:
        yield RunDir(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


def published(run_dir: RunDir) -> RunDir:
    """Return a draft under its name, with a number where the name is taken; any other directory as it is.

    A folder that holds a file is never replaced. An empty one is: it has no run.
    """
    runs, hidden = run_dir.path.parent, run_dir.path.name
    if not hidden.endswith(_DRAFT):
        return run_dir
    name = hidden.removeprefix(".").rpartition("-")[0]
    with writing(run_dir.path):
        for path in run_files.numbered(runs, name):
            try:
                run_dir.path.rename(path)
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                    raise
            else:
                sync_folder(runs)
                return RunDir(path)
    raise too_many(runs, name)


def _remove_old(runs: Path) -> None:
    """Remove what processes have left that were killed while a run began."""
    for path in runs.glob(f".*-????????{_DRAFT}"):
        with contextlib.suppress(FileNotFoundError):  # it has just got its name
            if time.time() - path.lstat().st_mtime > _OLD_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
