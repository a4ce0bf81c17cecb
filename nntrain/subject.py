"""A run, a group or a search as reports and plots see it: the content of the files in its directory.

What a missing, damaged or forged file would hold is left out; `complaints` say why.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from nntrain.config.settings import Settings, settings
from nntrain.errors import NNTrainError
from nntrain.storage import run_files
from nntrain.storage.lock import is_locked
from nntrain.storage.run_dir import RunDir

MOST_RUNS = 100  # runs of a group or a search whose curves are shown, the best first
Row = Mapping[str, float | None]
T = TypeVar("T")


@dataclass(frozen=True)
class Subject:
    """A run, a group or a search.

    kind: `run`, `seeds`, `folds` or `search`. rows: those of metrics.csv, None for an empty cell. runs: those of a
    group or a search. trials: the rows of trials.csv, as text.
    """

    directory: RunDir
    name: str
    kind: str = "run"
    summary: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    diagnosis: Mapping[str, Any] = field(default_factory=dict)
    model: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)
    settings: Settings = field(default_factory=dict)
    rows: Sequence[Row] = ()
    runs: tuple["Subject", ...] = ()
    trials: Sequence[Mapping[str, str]] = ()
    complaints: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """How it ended, in words; `running` while a process trains it."""
        ended, status = self.summary.get("stopped") or self.summary.get("ended"), self.environment.get("exit_status")
        if self.kind in ("seeds", "folds"):
            done = len(self.summary.get("runs", {}))
            return f"{done} of {len(self.runs)} runs are done"
        if self.kind == "run" and status is None:
            return "running" if is_locked(self.directory.path) else "killed before it ended"
        return str(ended or ("done" if status == 0 else f"failed with exit code {status}" if status else "not ended"))

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes; empty for a regression, and while there is no model."""
        return tuple(self.model.get("classes") or ())

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a row of the model's inputs; empty while there is no model."""
        return tuple((self.model.get("input") or {}).get("shape", ()))

    def lacks_model(self) -> str:
        """Return in words that the run has no model; empty where it has one."""
        if self.model:
            return ""
        words = {"running": "the run has no model before it ends"}
        return words.get(self.state, "the run has no model")

    def lacks_classes(self) -> str:
        """Return in words that the run has no model of classes; empty where it has one."""
        return self.lacks_model() or ("" if self.classes else "the run predicts numbers, not classes")

    def lacks_numbers(self) -> str:
        """Return in words that the run has no model of a regression; empty where it has one."""
        return self.lacks_model() or ("the run predicts classes, not numbers" if self.classes else "")

    @property
    def first(self) -> "Subject":
        """The run itself, or the first one of a group or a search."""
        return self.runs[0] if self.runs else self


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping as it is, and an empty one for anything else that a file may hold."""
    return value if isinstance(value, Mapping) else {}


class _Reader:
    """Reads files of a directory, and collects what is wrong with them."""

    def __init__(self, directory: RunDir) -> None:
        self.directory = directory
        self.complaints: list[str] = []

    def attempt(self, name: str, read: Callable[[], T], otherwise: T) -> T:
        """Return what `read` returns if the file is there and can be read."""
        if not (self.directory.path / name).is_file():
            return otherwise
        try:
            return read()
        except NNTrainError as error:
            self.complaints.append(error.problems[0].message)
            return otherwise

    def json(self, name: str) -> dict[str, Any]:
        return self.attempt(name, lambda: self.directory.read_json(name), {})

    def rows(self) -> list[Row]:
        none: list[dict[str, str]] = []
        found = self.attempt(run_files.METRICS, self.directory.read_rows, none)
        return [{name: float(cell) if cell else None for name, cell in row.items()} for row in found]

    def trials(self) -> list[dict[str, str]]:
        text = self.attempt(run_files.TRIALS, lambda: self.directory.read_text(run_files.TRIALS), "")
        try:
            return [
                {str(key): str(cell or "") for key, cell in row.items() if key is not None}
                for row in csv.DictReader(io.StringIO(text, newline=""))
            ]
        except csv.Error as error:
            self.complaints.append(f"`{self.directory.path / run_files.TRIALS}` is not CSV: {error}")
            return []


def read(directory: RunDir) -> Subject:
    """Return what the files in a directory say."""
    reader, group = _Reader(directory), (directory.path / run_files.GROUP).is_file()
    search = (directory.path / run_files.JOURNAL).is_file()
    summary, trials = reader.json(run_files.SUMMARY), reader.trials() if search else []
    names = _best_runs(directory, summary, trials) if search else list(reader.json(run_files.GROUP).get("members", {}))
    kind = "search" if search else str(summary.get("kind", "seeds")) if group else "run"
    diagnosis = reader.json(run_files.DIAGNOSIS)
    return Subject(
        directory,
        directory.path.name,
        kind,
        summary,
        reader.json(run_files.ENVIRONMENT),
        diagnosis,
        reader.json(run_files.MODEL_FACTS),
        reader.json(run_files.NOTES),
        settings(directory),
        reader.rows(),
        tuple(_below(directory, name) for name in names[:MOST_RUNS] if _has_begun(directory, name)),
        trials,
        tuple(reader.complaints),
    )


def _below(directory: RunDir, name: str) -> Subject:
    """Return a run of a group or a search; a repeat or a fold of a trial has the name of the trial before its own."""
    return replace(read(RunDir(directory.path / name)), name=name)


def members_of(directory: RunDir) -> tuple[Subject, ...]:
    """Return the members of an ensemble that have begun."""
    names = list(_Reader(directory).json(run_files.ENSEMBLE).get("members", {}))
    return tuple(read(RunDir(directory.path / name)) for name in names[:MOST_RUNS] if _has_begun(directory, name))


def _has_begun(directory: RunDir, name: str) -> bool:
    plain = all(map(run_files.is_plain_name, Path(name).parts))
    return plain and (directory.path / name / run_files.RESOLVED).is_file()


def _best_runs(directory: RunDir, summary: Mapping[str, Any], trials: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the names of the trials of a search, the best first."""
    ways = [f"{way}/{run_files.RESOLVED}" for way in ("trial-*", "trial-*/repeat-*", "trial-*/fold-*")]
    found = [path.parent for way in ways for path in directory.path.glob(way)]
    names = sorted(str(path.relative_to(directory.path)) for path in found)
    places = {_number(row.get("trial", "")): place for place, row in enumerate(ranked(summary, trials))}
    return sorted(names, key=lambda name: places.get(_number(Path(name).parts[0].partition("-")[2]), len(places)))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def ranked(summary: Mapping[str, Any], trials: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Return the trials of a search, the best first: finished, then pruned, then those without a score."""
    sign = -1 if summary.get("direction") == "max" else 1

    def rank(row: Mapping[str, str]) -> tuple[bool, bool, float]:
        score = as_number(row.get("score", ""))
        return score is None, row.get("status") != "done", sign * (score or 0.0)

    return sorted(trials, key=rank)


def as_number(text: str) -> float | None:
    """Return the number that a cell holds."""
    try:
        return float(text)
    except ValueError:
        return None
