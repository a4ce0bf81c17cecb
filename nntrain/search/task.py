"""What a search sends to a worker and receives from it: plain values, which other processes and machines can read."""

from dataclasses import dataclass, field
from typing import Any, Literal

from nntrain.errors import Problem


@dataclass(frozen=True)
class Task:
    """One training: an ordinary run."""

    number: int
    folder: str  # of the run; where it is a run directory already, the worker resumes that run
    config: str  # complete, as YAML text, its paths absolute
    parent: str | None = None  # a finished run, from whose last state the training continues to the config's length
    judged: bool = False  # whether the worker waits for an answer after each epoch
    final: bool = False  # whether the work on this model ends here: the test split is scored, and plots are drawn


@dataclass(frozen=True)
class Answer:
    """To a worker: whether to stop the trial after the epoch that it has reported."""

    stop: bool


@dataclass(frozen=True)
class Stop:
    """To a worker: stop the trial with a checkpoint."""


Message = Task | Answer | Stop


@dataclass(frozen=True)
class Event:
    """What an executor reports about a task.

    epoch: `row` is the new row of metrics.csv; if the task is judged, the worker waits for `answer`.
    done: `summary` is the content of summary.json, and `rows` are all rows; a pruned training is done too.
    failed: `message` is the reason; a training that diverged has a `summary`. Where the data or the config are `wrong`,
    `faults` are what is wrong in them.
    lost: the worker died; the task may be submitted again.
    stopped: the task was asked to stop; it can be resumed.
    """

    number: int
    kind: Literal["epoch", "done", "failed", "lost", "stopped"]
    row: dict[str, float] = field(default_factory=dict)
    rows: list[dict[str, float]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    wrong: Literal["", "config", "data"] = ""
    faults: tuple[Problem, ...] = ()
