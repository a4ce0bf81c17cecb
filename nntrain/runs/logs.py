"""Gives the epochs of a run to the loggers of its config. One that fails is left out with a warning."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from nntrain import extensions
from nntrain.config.loggers import Logger
from nntrain.errors import one_line
from nntrain.storage.find_runs import folder_of_runs
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.history import Row

SECONDS = 2.0  # a logger receives new epochs at most this often during training


@dataclass(frozen=True)
class LoggedRun:
    """The run of a log. `name`: its path below `runs`, such as `iris/seed-1`. `key`: no other run has it."""

    path: Path
    runs: Path
    key: str
    settings: Mapping[str, Any]
    seconds: float

    @property
    def name(self) -> str:
        """The name in the log."""
        return self.path.relative_to(self.runs).as_posix()


@dataclass(frozen=True)
class Epoch:
    """A row of metrics.csv and the time at which its epoch ended, in seconds since 1970."""

    row: Row
    seconds: float


@dataclass(frozen=True)
class Results:
    """How a run ended, and when; the metrics of the kept model on each split."""

    exit_status: int
    metrics: Mapping[str, Mapping[str, float]]
    seconds: float


class Log(Protocol):
    """What `start` of a logger returns. `logged`: the last epoch that an earlier process has written, 0 for none."""

    logged: int

    def epochs(self, epochs: Sequence[Epoch]) -> None:
        """Write epochs that have ended since the last call."""

    def end(self, results: Results) -> None:
        """Write how the run ended; the last call."""


class Logs:
    """The logs of one run; rows: those before it was resumed, which a killed process may not have logged."""

    def __init__(self, loggers: Iterable[Logger], run: LoggedRun, rows: Iterable[Row], terminal: Terminal) -> None:
        self.terminal = terminal
        self.logs: dict[str, Log] = {}
        self.waiting = [Epoch(row, run.seconds) for row in rows]
        self.written = time.monotonic()
        for logger in loggers:
            with _Warned(self, logger.called()):
                self.logs[logger.called()] = extensions.module_of(logger).start(logger, run)

    def epoch(self, row: Row) -> None:
        """Write a new epoch, at once or with the next ones."""
        if self.logs:
            self.waiting.append(Epoch(dict(row), time.time()))
            if time.monotonic() - self.written > SECONDS:
                self._write()

    def end(self, exit_status: int, metrics: Mapping[str, Mapping[str, float]]) -> None:
        """Write the last epochs and the end."""
        self._write()
        for name in list(self.logs):
            with _Warned(self, name):
                self.logs[name].end(Results(exit_status, metrics, time.time()))
        self.logs.clear()

    def _write(self) -> None:
        for name, log in list(self.logs.items()):
            if new := [epoch for epoch in self.waiting if epoch.row["epoch"] > log.logged]:
                with _Warned(self, name):
                    log.epochs(new)
        self.waiting.clear()
        self.written = time.monotonic()


class _Warned:
    """Turns what a logger raises into a warning, after which the logger receives nothing more."""

    def __init__(self, logs: Logs, name: str) -> None:
        self.logs = logs
        self.name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        self.logs.logs.pop(self.name, None)
        why = one_line(str(error))[:300] or type(error).__name__
        self.logs.terminal.note(f"warning: the logger `{self.name}` has failed, and the training goes on: {why}")
        return True


def of_run(
    loggers: Iterable[Logger],
    directory: RunDir,
    environment: Mapping[str, Any],
    rows: Iterable[Row],
    terminal: Terminal,
) -> Logs:
    """Return the logs of a run; environment: the content of its environment.json."""
    path = directory.path
    run = LoggedRun(path, folder_of_runs(path), environment["run_key"], environment.get("settings", {}), time.time())
    return Logs(loggers, run, rows, terminal)
