"""The directory of a run, whose files are written whole or not at all."""

import contextlib
import csv
import hashlib
import io
import json
import math
import os
import re
import shlex
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nntrain.errors import NNTrainError
from nntrain.storage import inside, log_lines, records, run_files
from nntrain.storage.atomic import gone, sync_folder, writing
from nntrain.storage.lock import is_locked, locked

_LARGEST_NUMBER = 8  # bytes of a weight at most


@dataclass(frozen=True)
class RunDir:
    """The directory of a run, a group or a search."""

    path: Path

    @classmethod
    def create(cls, runs: Path, name: str) -> "RunDir":
        """Make `runs/name`, or `name-2`, `name-3`, … where it exists, with one exclusive mkdir."""
        run_files.refuse_bad_name(name)
        run_files.refuse_bad_folder(runs)
        with writing(runs, existed=False):
            runs.mkdir(parents=True, exist_ok=True)
            for path in run_files.numbered(runs, name):
                with contextlib.suppress(FileExistsError):
                    path.mkdir()
                    return cls(path)
        raise too_many(runs, name)

    def member(self, name: str) -> "RunDir":
        """Return the directory of a run in this group, made if it is missing."""
        with writing(self.path):
            inside.make_folder(*self._inside(name))
        return RunDir(self.path / name)

    def __str__(self) -> str:
        return str(self.path)

    @property
    def model(self) -> Path:
        """The path of the saved model."""
        return self.path / run_files.MODEL

    @property
    def is_member(self) -> bool:
        """Whether this is a run of a group or a search."""
        return self._top != self.path

    @property
    def is_ensemble(self) -> bool:
        """Whether this is a run whose model is the mean of others."""
        return (self.path / run_files.ENSEMBLE).is_file()

    @property
    def has_succeeded(self) -> bool:
        """Whether the training has ended well."""
        return self.read_json(run_files.ENVIRONMENT).get("exit_status") == 0

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints."""
        return self.path / run_files.CHECKPOINTS

    @cached_property
    def _top(self) -> Path:
        """The folder that may be a link: this one, or the group or search that it is in."""
        above = list(self.path.parents)[:2]
        return next((each for each in reversed(above) if run_files.holds_runs(each)), self.path)

    def _inside(self, name: str) -> tuple[Path, str]:
        """Return where `inside` begins, and the way from there to a file of this run."""
        return self._top, str(self.path.relative_to(self._top) / name)

    def key(self) -> str:
        """Return the identifier of this run, which a renamed folder keeps."""
        return str(self.read_json(run_files.ENVIRONMENT, "run_key")["run_key"])

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the run for this process until the block ends; raises NNTrainError where another one has the lock."""
        with contextlib.ExitStack() as stack:
            with writing(self.path):
                try:
                    stack.enter_context(locked(self.path))
                except BlockingIOError:
                    raise self._in_use() from None
                self._sweep()
            yield

    def _in_use(self) -> NNTrainError:
        return NNTrainError(f"another process is training `{self}`", help="wait for it to end, or stop it")

    def refuse_if_gone(self) -> None:
        """Raise NNTrainError when the folder was removed, so that nobody trains for nothing."""
        if not self.path.is_dir():
            raise gone(self.path)

    def refuse_unended(self) -> None:
        """Raise NNTrainError for a run that a process trains, or whose training was stopped or killed."""
        if is_locked(self.path):
            raise self._in_use()
        there = (self.path / run_files.SUMMARY).is_file()
        if not there or "metrics" not in self.read_json(run_files.SUMMARY):
            raise not_ended(self.path)

    def _sweep(self) -> None:
        """Remove the temporary files of a killed process."""
        for folder in ("", run_files.CHECKPOINTS, run_files.PLOTS):
            for name in inside.names(*self._inside(folder)):
                if re.fullmatch(inside.TEMPORARY, name) or name == run_files.OLD_TEMPORARY_MODEL:
                    with contextlib.suppress(IsADirectoryError, PermissionError):  # a folder is not of nntrain
                        inside.remove(*self._inside(str(Path(folder, name))))

    def open(self, name: str) -> io.BufferedReader | io.BufferedRandom:
        """Open a file to read it; raises NNTrainError where it is missing, a symbolic link or not a file."""
        try:
            return inside.open_file(*self._inside(name))
        except FileNotFoundError:
            help = "the run ended before it was written; train it again"
            raise NNTrainError(f"`{self.path / name}` is missing", help=help) from None
        except OSError as error:
            message = f"`{self.path / name}` cannot be read: {error.strerror}"
            raise NNTrainError(message, help="restore it from a copy, or train again") from None

    def file(self, name: str) -> Path:
        """Return the path of a file, for a reader of its own; raises NNTrainError as `open` does."""
        self.open(name).close()
        return self.path / name

    def read_text(self, name: str) -> str:
        """Return a text file, with replacement characters for what is not UTF-8; raises NNTrainError as `open` does."""
        with self.open(name) as file:
            return inside.content_of(file, self.path / name, run_files.MOST_BYTES).decode("utf-8", "replace")

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file whole or not at all; the name may hold one folder."""
        with writing(self.path):
            if (folder := Path(name).parent) != Path():
                inside.make_folder(*self._inside(str(folder)))
            inside.write(*self._inside(name), content.encode() if isinstance(content, str) else content)

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a JSON object with the version of its format."""
        whole = {"version": run_files.FORMAT, **content}
        self.write(name, json.dumps(whole, indent=2, allow_nan=False, default=str) + "\n")

    def read_json(self, name: str, *needed: str) -> dict[str, Any]:
        """Return the content of a JSON file, less its version.

        Raises NNTrainError when it is missing, is damaged, holds what `records` does not allow, or lacks a field that
        is needed.
        """
        path = self.path / name
        try:
            content = records.parsed(self.read_text(name))
        except (ValueError, RecursionError) as error:
            raise NNTrainError(f"`{path}` is damaged: {error}", help="restore it from a copy, or train again") from None
        if not isinstance(content, dict):
            raise NNTrainError(f"`{path}` is damaged: it is not a JSON object", help="train the run again")
        records.check_file(path, content, needed)
        return {name: value for name, value in content.items() if name != "version"}

    def read_log(self) -> list[str]:
        """Return the lines of log.txt without their times, which `write_log` writes again; none if it is missing."""
        return log_lines.parsed(self.read_text(run_files.LOG)) if (self.path / run_files.LOG).is_file() else []

    def write_log(self, lines: Iterable[str]) -> None:
        """Write log.txt: the lines printed so far, with their times."""
        self.write(run_files.LOG, log_lines.written(lines))

    def read_rows(self) -> list[dict[str, str]]:
        """Return the rows of metrics.csv as text."""
        path = self.path / run_files.METRICS
        if not path.is_file():
            raise NNTrainError(f"`{path}` is missing", help="the run did not finish an epoch")
        try:
            text = io.StringIO(self.read_text(run_files.METRICS), newline="")
            rows = list(csv.DictReader(text, restval="missing"))
        except csv.Error as error:
            raise records.not_a_run(f"`{path}` is not CSV: {error}") from None
        records.check_file(path, rows)
        return rows

    def write_rows(self, rows: Sequence[Mapping[str, float]]) -> None:
        """Write metrics.csv: one row per epoch."""
        self.write(run_files.METRICS, csv_text(rows))

    def new_model(self) -> Path:
        """Return the path to which a model is saved before `adopt_model`: that of a new file, which no link can be."""
        return self.path / inside.temporary_name("model", ".keras")

    def adopt_model(self, saved: Path, facts: Mapping[str, Any]) -> None:
        """Move a saved model into place, and write model.json with its hash and these facts."""
        with writing(self.path):
            with saved.open("rb+") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
            saved.replace(self.model)
            sync_folder(self.path)
        self.write_json(run_files.MODEL_FACTS, {"sha256": digest, **facts})

    def discard_model(self) -> None:
        """Remove the model and the checkpoints, which are the largest files; the metrics stay."""
        for name in (run_files.MODEL, run_files.MODEL_FACTS):
            inside.remove(*self._inside(name))
        inside.names(*self._inside(run_files.CHECKPOINTS))  # it is the run's own folder
        shutil.rmtree(self.checkpoints, ignore_errors=True)

    def verified_model(self, *needed: str) -> dict[str, Any]:
        """Return the content of model.json as `read_json` does; raises NNTrainError when the model has changed too."""
        if (self.path / run_files.SUMMARY).is_file() and not (self.path / run_files.MODEL_FACTS).is_file():
            fit = f"`nntrain fit {self.path / run_files.RESOLVED}`"
            help = f"train it again with {fit}; `keep: all` keeps the model of every trial"
            raise NNTrainError(f"the model of `{self}` was not kept", help=help)
        if not (self.path / run_files.MODEL_FACTS).exists() and (self.path / run_files.ENVIRONMENT).is_file():
            raise not_ended(self.path)
        facts = self.read_json(run_files.MODEL_FACTS, *needed)
        numbers = sum(math.prod(weight["shape"]) for weight in facts.get("weights", ()))
        try:
            with inside.open_file(*self._inside(run_files.MODEL)) as file:
                if os.fstat(file.fileno()).st_size > 2 * _LARGEST_NUMBER * numbers + run_files.MOST_BYTES:
                    raise records.not_a_run(f"`{self.model}` is larger than a file of its weights")
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise NNTrainError(f"`{self.model}` cannot be read: {error.strerror}", help="train the run again") from None
        if digest != facts.get("sha256"):
            message = f"`{self.model}` is not the file that was saved: its SHA-256 differs from model.json"
            raise NNTrainError(message, help="restore the file from a copy, or train the run again")
        return facts


def not_ended(path: Path) -> NNTrainError:
    """Return the error for a run that is trained, or whose training was stopped or killed."""
    if is_locked(path):
        help = f"wait for it to end; `nntrain watch {shlex.quote(str(path))}` shows it"
        return NNTrainError(f"another process is training `{path}`", help=help)
    again = f"nntrain resume {shlex.quote(str(path))}"
    return NNTrainError(f"the training of `{path}` has not ended", help=f"resume it with `{again}`")


def too_many(runs: Path, name: str) -> NNTrainError:
    """Return the error for a name with which no further number is free."""
    return NNTrainError(f"`{runs}` holds too many runs called `{name}`", help="give another `--name`")


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV, numbers in the shortest form that reads back the same."""
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
