"""The names of the files in a run directory, and the names that a run may have."""

import re
from collections.abc import Iterator
from pathlib import Path

from nntrain.errors import ConfigError, one_line

CONFIG = "config.yaml"
RESOLVED = "resolved.yaml"
ENVIRONMENT = "environment.json"
METRICS = "metrics.csv"
SUMMARY = "summary.json"
MODEL = "model.keras"
MODEL_FACTS = "model.json"
SCHEMA = "schema.json"
DIAGNOSIS = "diagnosis.json"
LOG = "log.txt"
REPORT = "report.html"
NOTES = "notes.json"
SEARCH = "search.yaml"
JOURNAL = "journal.jsonl"
TRIALS = "trials.csv"
BEST = "best.yaml"
PLOTS = "plots"
TENSORBOARD = "tensorboard"  # the folder of the event files
MLFLOW = "mlflow.db"  # beside the runs
MLFLOW_FILES = "mlflow-files"  # beside the runs, where MLflow is asked to keep a file
GROUP = "group.json"
ENSEMBLE = "ensemble.json"
OF_MEMBERS = (GROUP, ENSEMBLE)  # what names the runs in a folder of runs that belong together
CHECKPOINTS = "checkpoint"
DOCTOR_FOUND = "the doctor found"  # why a training was stopped, with the name of a disease, in summary.json
WRITTEN_CONFIGS = (RESOLVED, GROUP, SEARCH, BEST)  # they hold valid configs

OLD_TEMPORARY_MODEL = ".model.keras"  # left by a kill, before temporary files had random names
MOST_BYTES = 16 << 20  # of a text file; parsed, JSON takes about 24 times as much memory
FORMAT = 1  # of the JSON files; raised when readers of the old format would fail
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def is_plain_name(name: str) -> bool:
    """Return whether this may be the name of a run: one component of a path, on every system."""
    return _NAME.fullmatch(name) is not None and not name.endswith(".")


def refuse_bad_name(name: str) -> None:
    """Raise ConfigError for a name that is not a plain file name."""
    if not is_plain_name(name):
        help = "use up to 100 letters, digits, `.`, `_` and `-`, and begin with a letter or digit"
        raise ConfigError(f"invalid run name `{one_line(name)}`", help=help)


def holds_runs(folder: Path) -> bool:
    """Return whether the folder is a group, an ensemble or a search, whose runs are folders in it."""
    return any((folder / name).is_file() for name in (*OF_MEMBERS, JOURNAL))


def members(what: str, count: int) -> list[str]:
    """Return the names of this many runs in a folder, such as `fold-01`, which sort as they are counted."""
    return [f"{what}-{number:0{len(str(count))}}" for number in range(1, count + 1)]


def refuse_bad_folder(runs: Path) -> None:
    """Raise ConfigError for a path that exists and is not a folder, or that no file system takes."""
    try:
        known = runs.exists()
    except OSError as error:
        message = f"`{one_line(str(runs))}` cannot be a folder: {error.strerror}"
        raise ConfigError(message, help="give another folder with `--runs-dir`") from None
    if known and not runs.is_dir():
        raise ConfigError(f"`{runs}` is not a folder", help="give a folder for the runs with `--runs-dir`")


def numbered(runs: Path, name: str) -> Iterator[Path]:
    """Yield the paths that a run of this name may have: `name`, `name-2`, `name-3`, …"""
    yield runs / name
    yield from (runs / f"{name}-{count}" for count in range(2, 100_000))


def run_name(config: str) -> str:
    """Return a run's name, made from the name of its config file; `run` for a pipe such as /dev/fd/63."""
    if config.startswith("/dev/"):
        return "run"
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(config).stem).strip("-.")[:100].rstrip("-.")
    return name if _NAME.fullmatch(name) else "run"


def new_name(given: str | None, config: str, runs: Path) -> str:
    """Return the name of a new run: the one that is given, else that of its config; raises ConfigError for a bad one.

    Raises ConfigError too where the folder of the runs cannot be one.
    """
    name = run_name(config) if given is None else given
    refuse_bad_name(name)
    refuse_bad_folder(runs)
    return name
