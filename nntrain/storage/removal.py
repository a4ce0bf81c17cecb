"""Removes what a run, a group or a search has written, and nothing else. No symbolic link is followed."""

import contextlib
import re
from pathlib import Path

from nntrain.storage import inside, run_files
from nntrain.storage.lock import LOCK
from nntrain.storage.run_dir import RunDir

_EVENTS = r"events\.out\.tfevents\..+"
_WRITTEN = {
    "": rf"(config|resolved|search|best)\.yaml|(environment|summary|model|group|ensemble|notes|diagnosis)\.json"
    rf"|metrics\.csv|schema\.json|trials\.csv|model\.keras|log\.txt|report\.html|journal\.jsonl|{re.escape(LOCK)}"
    rf"|{re.escape(run_files.OLD_TEMPORARY_MODEL)}",
    run_files.CHECKPOINTS: r"[\w.-]+",
    run_files.PLOTS: r"[\w.-]+\.(png|svg|gif)",
    run_files.TENSORBOARD: _EVENTS,
    f"{run_files.TENSORBOARD}/train": _EVENTS,
    f"{run_files.TENSORBOARD}/validation": _EVENTS,
}
_OF_A_STACK = re.compile(rf"{run_files.CHECKPOINTS}-\d+")  # the folder of its checkpoints
_MEMBER = re.compile(r"(seed|fold|member|trial|repeat|refit)-\d+")


def remove(place: RunDir) -> list[str]:
    """Remove the files of a run, and of the runs in it, and the folders that are then empty.

    Returns the names of what is left, paths below the folder. Raises NNTrainError where a process trains in it.
    """
    with contextlib.ExitStack() as stack:
        runs = [*_members(place.path), place]
        for run in reversed(runs):
            stack.enter_context(run.locked())
        for run in runs:
            _remove_files(run.path)
    top = place.path
    left = [str(path.relative_to(top)) for path in sorted(top.rglob("*"))] if top.exists() else []
    return [name for name in left if not (top / name).is_dir() or (top / name).is_symlink()]


def _members(folder: Path) -> list[RunDir]:
    """Return the runs in a group or a search, the innermost first."""
    found = []
    for name in inside.names(folder):
        path = folder / name
        if _MEMBER.fullmatch(name) and path.is_dir() and not path.is_symlink():
            found += [*_members(path), RunDir(path)]
    return found


def _remove_files(folder: Path) -> None:
    stacks = {name: _WRITTEN[run_files.CHECKPOINTS] for name in inside.names(folder) if _OF_A_STACK.fullmatch(name)}
    for name, written in reversed((_WRITTEN | stacks).items()):
        below = folder / name
        if below.is_symlink() or ("/" in name and below.parent.is_symlink()) or not below.is_dir():
            continue
        for file in inside.names(below):
            if re.fullmatch(written, file) or re.fullmatch(inside.TEMPORARY, file):
                with contextlib.suppress(IsADirectoryError, PermissionError):  # a folder is not of nntrain
                    inside.remove(below, file)
        with contextlib.suppress(OSError):  # not empty, or a link that the user has named
            below.rmdir()
