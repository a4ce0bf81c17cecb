"""What is known of every trial of a search, whether it was just run or is read back from the journal."""

import math
import statistics
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from nntrain.config.messages import counted
from nntrain.config.search.space import Direction
from nntrain.search.engine import Proposal
from nntrain.search.task import Event, Task
from nntrain.search.trial_table import Trial

Status = Literal["waiting", "running", "stopped", "done", "pruned", "failed"]
TRIES = 2  # a trial that ends its worker so often without getting any further, in one go, is given up


@dataclass
class Entry:
    """One trial. `verdicts` are the answers given after its epochs; `failed` ones have a message."""

    number: int  # from 0, in the order of the engine's proposals
    proposal: Proposal
    status: Status = "waiting"
    score: float | None = None
    spread: float | None = None
    epochs: int = 0
    trained: int = 0  # epochs less those of the trial that it went on from
    seconds: float = 0.0  # of training, as `trained` counts epochs
    message: str = ""
    verdicts: dict[int, bool] = field(default_factory=dict)
    reached: int = 0  # the last epoch that was heard of
    losses: dict[int, int] = field(default_factory=dict)  # workers lost since then, by task

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"trial-{self.number + 1:03}"

    @property
    def over(self) -> bool:
        """Whether it needs no worker any more."""
        return self.status in ("done", "pruned", "failed")

    def as_trial(self) -> Trial:
        """The trial as tables and plots show it."""
        status = "running" if self.status == "waiting" else self.status
        return Trial(
            number=self.number + 1,
            values=self.proposal.values,
            score=self.score,
            status=status,
            epochs=self.epochs,
            seconds=self.seconds,
            spread=self.spread,
            message=self.message,
        )

    def hear(self, epoch: int, task: int) -> None:
        """An epoch was reached; getting further forgives the workers that were lost before."""
        if epoch > self.reached:
            self.reached = epoch
            self.losses.pop(task, None)

    def lose(self, task: int) -> bool:
        """A worker was lost; True when the trial is to be given up."""
        self.losses[task] = self.losses.get(task, 0) + 1
        return self.losses[task] >= TRIES


@dataclass
class Underway:
    """A trial that is being run: what is still to be started, what has come back. A repeat is a training of its own."""

    entry: Entry
    waiting: deque[Task]
    running: set[int] = field(default_factory=set)
    found: dict[int, Event] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every training has come back."""
        return not self.waiting and not self.running


@dataclass
class Ledger:
    """Every trial in the order of the proposals."""

    direction: Direction
    entries: list[Entry] = field(default_factory=list)

    def add(self, proposal: Proposal) -> Entry:
        """A new trial."""
        self.entries.append(Entry(len(self.entries), proposal))
        return self.entries[-1]

    def over(self) -> list[Entry]:
        """The trials that have ended."""
        return [entry for entry in self.entries if entry.over]

    def trials(self) -> list[Trial]:
        """All that were begun, as tables and plots show them."""
        return [entry.as_trial() for entry in self.entries if entry.status != "waiting"]

    @property
    def progress(self) -> str:
        """How many trials have ended, in words."""
        done = len(self.over())
        return f"{counted(done, 'trial')} {'is' if done == 1 else 'are'} done"

    def epochs(self) -> int:
        """Epochs trained by the trials that have ended."""
        return sum(entry.trained for entry in self.entries)

    def before(self, entry: Entry) -> tuple[int, float]:
        """The epochs and the seconds that the trial went on from, all the way back."""
        parent = entry.proposal.parent
        if parent is None:
            return 0, 0.0
        found = self.entries[parent]
        return found.epochs, found.seconds + self.before(found)[1]

    def ranked(self) -> list[Entry]:
        """The scored trials, the best first; of equals the first. A pruned one stands behind all that are done."""
        sign = 1 if self.direction == "min" else -1
        scored = [entry for entry in self.over() if entry.score is not None]
        return sorted(scored, key=lambda entry: (entry.status == "pruned", sign * (entry.score or 0.0), entry.number))

    @property
    def best(self) -> Entry | None:
        """The best trial so far."""
        return next(iter(self.ranked()), None)

    def alike(self, message: str) -> int:
        """How many trials failed with this message, numbers in it aside."""
        return sum(entry.status == "failed" and cause(entry.message) == cause(message) for entry in self.entries)


def cause(message: str) -> str:
    """What failures have in common: the message less its numbers."""
    return "".join(letter for letter in message if not letter.isdigit())


def score_of(rows: Sequence[Mapping[str, float]], metric: str, direction: Direction, epoch: str) -> float | None:
    """The score of a training: its figure in the best epoch, or in the last one; None where it is not finite."""
    values = [row[metric] for row in rows if metric in row]
    if not values or not all(math.isfinite(value) for value in values):
        return None
    if epoch == "last":
        return values[-1]
    return min(values) if direction == "min" else max(values)


def mean_and_spread(scores: Sequence[float]) -> tuple[float, float | None]:
    """The mean of the repeats, and their standard deviation where there is more than one."""
    if len(scores) == 1:
        return scores[0], None
    return statistics.fmean(scores), statistics.stdev(scores)


def rebuild_entry(ledger: Ledger, event: Mapping[str, Any]) -> Entry | None:
    """Brings a ledger past an event of the journal; returns the trial that it is about."""
    kind = str(event["event"])
    if kind == "ask":
        return ledger.add(Proposal(event["values"], event["epochs"], event["parent"]))
    if kind not in ("start", "report", "lost", "tell"):
        return None
    entry: Entry = ledger.entries[event["trial"]]
    _rebuild_entry(kind, entry, event)
    return entry


def _rebuild_entry(kind: str, entry: Entry, event: Mapping[str, Any]) -> None:
    """A worker that was `lost` does not count any more: a search that is gone on with tries anew."""
    if kind == "start":
        entry.status = "running"
    elif kind == "report":
        entry.verdicts[event["epoch"]] = event["stop"]
        entry.hear(event["epoch"], entry.number)
    elif kind == "tell":
        for name in ("status", "score", "spread", "epochs", "trained", "seconds", "message"):
            setattr(entry, name, event[name])
