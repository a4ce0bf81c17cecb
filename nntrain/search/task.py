"""What goes to a worker and what comes back; plain values, so that they can be sent to another process or machine."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from nntrain.errors import Problem


@dataclass(frozen=True)
class Task:
    """One training: an ordinary run in a folder of its own.

    `config` is a complete config as YAML text, its paths absolute. Where `folder` is a run directory already, the
    worker goes on with it; else it makes it. With `parent`, a finished run, the training goes on from that run's last
    state to the length that `config` says. With `judged`, the worker waits for an answer after each epoch. With
    `final`, the work on this model is at its end: the test split is looked at, and plots are drawn. `places` says
    where the files are that the config names, for those that are elsewhere on the worker's machine.
    """

    number: int
    folder: str
    config: str
    parent: str | None = None
    judged: bool = False
    final: bool = False
    places: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """What an executor has to say about a task.

    epoch: `row` is the new row of metrics.csv (the executor waits for `answer` if the task is judged). done: `summary`
    is that of summary.json and `rows` all rows; a pruned training is done too. failed: `message` says why; where the
    data or the config are `wrong`, `faults` says in what. lost: the worker died; the task may be submitted again.
    stopped: the task was asked to stop and can be gone on with.
    """

    number: int
    kind: Literal["epoch", "done", "failed", "lost", "stopped"]
    row: dict[str, float] = field(default_factory=dict)
    rows: list[dict[str, float]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    wrong: Literal["", "config", "data"] = ""
    faults: tuple[Problem, ...] = ()


class Executor(Protocol):
    """Where tasks run."""

    @property
    def free(self) -> int:
        """How many more tasks can be taken now."""

    def submit(self, task: Task) -> None:
        """Starts a task on a free worker."""

    def next(self, timeout_seconds: float | None = None) -> Event | None:
        """The next event; None when the time is over."""

    def answer(self, number: int, stop: bool) -> None:
        """After an epoch of a judged task: whether to stop it here."""

    def stop(self) -> None:
        """Asks all running tasks to stop with a checkpoint; their events still come."""

    def close(self) -> None:
        """Ends the workers."""
