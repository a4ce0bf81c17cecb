"""Finds runs, groups and searches: one by its path or name, or all in a folder."""

from collections.abc import Iterable
from pathlib import Path

from nntrain.errors import ConfigError, one_line
from nntrain.nearest import exists, near_path, nearest
from nntrain.storage.run_dir import RunDir
from nntrain.storage.run_files import GROUP, JOURNAL, RESOLVED, SUMMARY, holds_runs

WEIGHTS = (".keras", ".weights.h5")  # how the name of a file of weights ends


class Group(RunDir):
    """The directory of a group over seeds or folds."""


class Search(RunDir):
    """The directory of a search."""


def find(runs: Path, name: str) -> RunDir | Group | Search:
    """Return what is at a path, or has this name in `runs`; raises ConfigError where nothing is."""
    return find_search(runs, name) or find_group(runs, name) or find_run(runs, name)


def find_run(runs: Path, name: str) -> RunDir:
    """Return the directory of a run, by path or by its name in `runs`; raises ConfigError for anything else."""
    for path in (Path(name), runs / name):
        if is_run(path):
            return RunDir(path)
    if search := find_search(runs, name):
        help = f"name one of its trials, such as `{name}/{_trial_of(search)}`"
        raise ConfigError(f"`{name}` is a search, not one run", help=help)
    if find_group(runs, name) or _holding(SUMMARY, runs, name):
        help = f"name one of its runs, such as `{name}/{first_member(Path(name), runs / name)}`"
        raise ConfigError(f"`{name}` is a group of runs, not one run", help=help)
    raise ConfigError(f"unknown run `{one_line(name)}`", help=_meant(runs, name))


def _meant(runs: Path, name: str) -> str:
    """Return the help for a name that no run has: a config, or the nearest run."""
    if name.endswith((".yaml", ".yml")) and exists(Path(name)):
        return f"`{name}` is a config; `nntrain fit {name}` trains it and prints the name of its run"
    if name and exists(Path(name)) and Path(name).is_dir():
        return f"the folder holds no `{RESOLVED}`, as every run does; `nntrain runs` lists the runs in `{runs}`"
    known = [place.path.name for place in (*all_runs(runs), *all_searches(runs)) if place.path.parent == runs]
    if close := nearest(Path(name).name, [*known, *(path.parent.name for path in runs.glob(f"*/{GROUP}"))]):
        return f"write `{close}`; `nntrain runs` lists the runs in `{runs}`"
    return f"`nntrain runs` lists the runs in `{runs}`"


def find_weights(runs: Path, name: str, path: Path) -> Path:
    """Return the run directory or the file at the path, else the run of this name in `runs`.

    Raises ConfigError where neither is there, for a group or a search, and for a file of another kind.
    """
    found = next((place for place in (path, runs / name) if is_run(place) or (exists(place) and place.is_file())), None)
    if found is None:
        if find_search(runs, name) or find_group(runs, name):
            return find_run(runs, name).path
        meant = _meant(runs, name)
        help = meant if meant.startswith("write") else f"{meant}; a file needs its path"
        help = near_path(path, name) if name.endswith(WEIGHTS) else help
        raise ConfigError(f"`{name}` is neither a run nor a file", help=help)
    if found.is_file() and not found.name.endswith(WEIGHTS):
        raise ConfigError(f"`{name}` is not a file of weights", help="give a run, or a `.keras` or `.weights.h5` file")
    return found


def find_group(runs: Path, name: str) -> Group | None:
    """Return the directory of a group, by path or by its name in `runs`, or None."""
    return next((Group(path) for path in _holding(GROUP, runs, name)), None)


def find_search(runs: Path, name: str) -> Search | None:
    """Return the directory of a search, by path or by its name in `runs`, or None."""
    return next((Search(path) for path in _holding(JOURNAL, runs, name)), None)


def _holding(file: str, runs: Path, name: str) -> list[Path]:
    return [path for path in (Path(name), runs / name) if exists(path / file)]


def is_run(path: Path) -> bool:
    """Return whether the folder is a run directory."""
    return exists(path / RESOLVED)


def refuse_run(path: Path) -> None:
    """Raise ConfigError for a run where data are wanted."""
    if is_run(path):
        help = f"write `nntrain fit {path / RESOLVED}` to train it again, or give the data"
        raise ConfigError(f"`{path}` is a run, not data", help=help)


def folder_of_runs(run: Path) -> Path:
    """Return the folder of all runs that a run is in, itself or in a group, a search or a repeated trial of one."""
    above = run.parent
    while holds_runs(above) or holds_runs(above.parent):
        above = above.parent
    return above


def first_member(*folders: Path) -> str:
    """Return the name of the first run in these folders of groups."""
    return next((path.parent.name for folder in folders for path in sorted(folder.glob(f"*/{RESOLVED}"))), "...")


def _trial_of(search: RunDir) -> str:
    """Return the best trial of a finished search, else its first; the first run of a repeated trial."""
    there = (search.path / SUMMARY).is_file()
    best = (search.read_json(SUMMARY).get("best") or {}).get("run") if there else None
    found = sorted(search.path.glob(f"{best or 'trial-*'}/**/{RESOLVED}"))
    return str(found[0].parent.relative_to(search.path)) if found else "..."


def all_runs(runs: Path) -> Iterable[RunDir]:
    """Return all runs below a folder: also those in groups, searches and repeated trials."""
    depths = ("[!.]*", "[!.]*/*", "[!.]*/*/*")
    return [RunDir(path.parent) for depth in depths for path in runs.glob(f"{depth}/{RESOLVED}")]


def all_groups(runs: Path) -> Iterable[RunDir]:
    """Return all groups in a folder."""
    return [RunDir(path.parent) for path in runs.glob(f"[!.]*/{GROUP}")]


def all_searches(runs: Path) -> Iterable[RunDir]:
    """Return all searches in a folder."""
    return [RunDir(path.parent) for path in runs.glob(f"[!.]*/{JOURNAL}")]
