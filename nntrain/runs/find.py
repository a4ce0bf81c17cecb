"""What a name on the command line is: a run, a group of runs or a search."""

from dataclasses import dataclass
from pathlib import Path

from nntrain.storage.find_runs import find_group, find_run, find_search
from nntrain.storage.run_dir import RunDir


@dataclass(frozen=True)
class Run:
    """The directory of one training."""

    directory: RunDir


@dataclass(frozen=True)
class Group:
    """The directory of a group over seeds or folds."""

    directory: RunDir


@dataclass(frozen=True)
class Search:
    """The directory of a search."""

    directory: RunDir


def find(runs_dir: Path, name: str) -> Run | Group | Search:
    """Return what is at a path, or has this name in `runs_dir`. Raises ConfigError where nothing is."""
    if (search := find_search(runs_dir, name)) is not None:
        return Search(search)
    if (group := find_group(runs_dir, name)) is not None:
        return Group(group)
    return Run(find_run(runs_dir, name))
