"""Finds runs, groups and searches: by path, by name, or all of a folder."""

from collections.abc import Iterable
from pathlib import Path

from nntrain.errors import ConfigError
from nntrain.storage.run_dir import RunDir
from nntrain.storage.run_files import GROUP, JOURNAL, RESOLVED, SUMMARY


def find_run(runs: Path, name: str) -> RunDir:
    """The directory of a run, by path or by its name in `runs`; raises ConfigError where there is none."""
    for path in (Path(name), runs / name):
        if is_run(path):
            return RunDir(path)
    if search := find_search(runs, name):
        help = f"name one of its trials, such as `{name}/{_trial_of(search)}`"
        raise ConfigError(f"`{name}` is a search, not one run", help=help)
    if find_group(runs, name) or _holding(SUMMARY, runs, name):
        help = f"name one of its runs, such as `{name}/{first_member(Path(name), runs / name)}`"
        raise ConfigError(f"`{name}` is a group of runs, not one run", help=help)
    raise ConfigError(f"there is no run `{name}`", help=f"`nntrain runs` lists the runs in `{runs}`")


def find_group(runs: Path, name: str) -> RunDir | None:
    """The folder of a group of runs, by path or by its name in `runs`; None where there is no such group."""
    return _holding(GROUP, runs, name)


def find_search(runs: Path, name: str) -> RunDir | None:
    """The folder of a search, by path or by its name in `runs`; None where there is no such search."""
    return _holding(JOURNAL, runs, name)


def _holding(file: str, runs: Path, name: str) -> RunDir | None:
    return next((RunDir(path) for path in (Path(name), runs / name) if (path / file).is_file()), None)


def is_run(path: Path) -> bool:
    """Whether the folder is a run directory."""
    return (path / RESOLVED).is_file()


def first_member(*folders: Path) -> str:
    """The name of the first run in these folders of groups."""
    return next((path.parent.name for folder in folders for path in sorted(folder.glob(f"*/{RESOLVED}"))), "...")


def _trial_of(search: RunDir) -> str:
    """The best trial of a search that has ended, else its first; of a repeated one the first run."""
    there = (search.path / SUMMARY).is_file()
    best = (search.read_json(SUMMARY).get("best") or {}).get("run") if there else None
    found = sorted(search.path.glob(f"{best or 'trial-*'}/**/{RESOLVED}"))
    return str(found[0].parent.relative_to(search.path)) if found else "..."


def all_runs(runs: Path) -> Iterable[RunDir]:
    """All runs below a folder: those inside groups and searches too, and those of a repeated trial."""
    found = [path for depth in ("*", "*/*", "*/*/*") for path in runs.glob(f"{depth}/{RESOLVED}")]
    return [RunDir(path.parent) for path in found]


def all_searches(runs: Path) -> Iterable[RunDir]:
    """All searches in a folder."""
    return [RunDir(path.parent) for path in runs.glob(f"*/{JOURNAL}")]
