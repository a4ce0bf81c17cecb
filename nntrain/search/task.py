"""What a search gives to a worker: plain values, which other processes and machines can read."""

from dataclasses import dataclass, field
from typing import Any

from nntrain.config.search.space import Direction


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
