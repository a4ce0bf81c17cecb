"""What a search sends to a worker and receives from it: plain values, which other processes and machines can read."""

from dataclasses import dataclass, field
from typing import Any, Literal

from nntrain.config.search.space import Direction
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
    tree: dict[str, Any] = field(default_factory=dict, compare=False)  # of `config`, where it need not be parsed

    @property
    def tasks(self) -> tuple["Task", ...]:
        """The one task."""
        return (self,)


@dataclass(frozen=True)
class Kept:
    """Whose models a stack keeps: those of its best trial, as the search ranks it. trainings: of each trial."""

    metric: str
    direction: Direction
    epoch: str
    trainings: int


@dataclass(frozen=True)
class Stack:
    """Several trainings that a worker trains as one program, from the last checkpoint of this stack where it has one.

    folder: of the checkpoints. key: no other stack has it. kept: None where all models are kept.
    """

    tasks: tuple[Task, ...]
    folder: str
    key: str
    kept: Kept | None = None


Work = Task | Stack
"""What a worker takes at once."""


@dataclass(frozen=True)
class Answer:
    """To a worker: whether to stop a task after the epoch that it has reported."""

    number: int
    stop: bool


@dataclass(frozen=True)
class Stop:
    """To a worker: stop the trial with a checkpoint."""


Message = Work | Answer | Stop


@dataclass(frozen=True)
class Event:
    """What an executor reports about a task.

    epoch: `row` is the new row of metrics.csv; if the task is judged, the worker waits for `answer`.
    done: `summary` is the content of summary.json, and `rows` are all rows; a pruned training is done too.
    failed: `message` is the reason; a training that diverged has a `summary`. Where the data or the config are `wrong`,
    `faults` are what is wrong in them.
    lost: the worker died; the task may be submitted again.
    stopped: the task was asked to stop; it can be resumed.
    apart: the tasks of the stack that holds this one are not trained as one, because of `message`; none was trained.
    Without a message they could be, but are faster one after another.
    """

    number: int
    kind: Literal["epoch", "done", "failed", "lost", "stopped", "apart"]
    row: dict[str, float] = field(default_factory=dict)
    rows: list[dict[str, float]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    wrong: Literal["", "config", "data"] = ""
    faults: tuple[Problem, ...] = ()


def ended(event: Event) -> set[int]:
    """Return the number of the task that ends with the event, if one does."""
    return set() if event.kind == "epoch" else {event.number}
