"""What is sent to a worker and received from it: plain values, which other processes and machines can read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from nntrain.errors import Problem


class Task(Protocol):
    """One training: an ordinary run in `folder`. judged: whether the worker waits for an answer after each epoch."""

    @property
    def number(self) -> int: ...  # noqa: D102
    @property
    def folder(self) -> str: ...  # noqa: D102
    @property
    def judged(self) -> bool: ...  # noqa: D102


class Work(Protocol):
    """What a worker takes at once: one task, or several."""

    @property
    def tasks(self) -> Sequence[Task]:
        """The trainings, each of which ends with an event."""


@dataclass(frozen=True)
class Answer:
    """To a worker: whether to stop a task after the epoch that it has reported."""

    number: int
    stop: bool


@dataclass(frozen=True)
class Stop:
    """To a worker: stop the training with a checkpoint."""


@dataclass(frozen=True)
class Save:
    """To a worker: write a checkpoint, and go on."""


Message = Work | Answer | Stop | Save


@dataclass(frozen=True)
class Event:
    """What a worker reports about a task.

    epoch: `row` is the new row of metrics.csv; if the task is judged, the worker waits for an answer.
    done: `summary` is the content of summary.json, and `rows` are all rows; a pruned training is done too.
    failed: `message` is the reason; a training that diverged has a `summary`. Where the data or the config are `wrong`,
    `faults` are what is wrong in them.
    lost: the worker died; the task may be submitted again.
    stopped: the task was asked to stop; it can be resumed.
    apart: the tasks of the stack that holds this one are not trained as one, because of `message`; none was trained.
    Without a message they could be, but are faster one after another.
    note: `message` is for stderr. json: `row` is a line of JSON for stdout, of the event that `message` names.
    shown: `message` has the metrics so far, and `share` of the training is done. plan: `row` says how long it is.
    """

    number: int
    kind: Literal["epoch", "done", "failed", "lost", "stopped", "apart", "note", "json", "shown", "plan"]
    row: Mapping[str, Any] = field(default_factory=dict)
    rows: list[dict[str, float]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    wrong: Literal["", "config", "data"] = ""
    faults: tuple[Problem, ...] = ()
    share: float = 0.0


_ENDS = ("done", "failed", "lost", "stopped", "apart")


def ended(event: Event) -> set[int]:
    """Return the number of the task that ends with the event, if one does."""
    return {event.number} if event.kind in _ENDS else set()
