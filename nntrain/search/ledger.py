"""What is known of every trial of a search, from its training or from the journal."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from nntrain.config.messages import counted
from nntrain.config.search.space import Direction
from nntrain.processes.messages import Event
from nntrain.search.engine import Proposal
from nntrain.search.trial_table import Status, Trial

TRIES = 2  # a trial is given up when its worker has died so often without a further epoch
# Of a trial, in the journal; `scores` and `epoch_seconds` are missing in older ones.
OUTCOME = ("status", "score", "spread", "scores", "epochs", "trained", "seconds", "epoch_seconds", "message")


@dataclass
class Entry:
    """One trial. `verdicts` are the answers after its epochs; a failed one has a message."""

    number: int  # from 0, in the order of the engine's proposals
    proposal: Proposal
    status: Status = "waiting"
    score: float | None = None
    spread: float | None = None
    scores: Sequence[float] = ()  # of the repeats or folds, in their order
    epochs: int = 0
    trained: int = 0  # epochs less those of its parent
    seconds: float = 0.0  # of training, as `trained` counts epochs
    epoch_seconds: float | None = None  # the median, without the first epoch, in which programs are compiled
    message: str = ""
    verdicts: dict[int, bool] = field(default_factory=dict)
    reached: int = 0  # the last epoch that was reported
    losses: dict[int, int] = field(default_factory=dict)  # workers lost since then, by task

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"trial-{self.number + 1:03}"

    @property
    def over(self) -> bool:
        """Whether the trial has ended."""
        return self.status in ("done", "pruned", "failed")

    def as_trial(self) -> Trial:
        """Return the trial as tables and plots show it."""
        values, score = self.proposal.values, self.score
        return Trial(self.number + 1, values, score, self.status, self.epochs, self.seconds, self.spread, self.message)

    def reach(self, epoch: int, task: int) -> None:
        """Record an epoch; a further one clears the workers that were lost before."""
        if epoch > self.reached:
            self.reached = epoch
            self.losses.pop(task, None)

    def lose(self, task: int) -> bool:
        """Record a lost worker; return whether to give the trial up."""
        self.losses[task] = self.losses.get(task, 0) + 1
        return self.losses[task] >= TRIES


@dataclass
class RunningTrial:
    """A trial that is being trained: once, or several times with `repeats`."""

    entry: Entry
    waiting: set[int]  # the numbers of the tasks that are not yet started
    started: set[int] = field(default_factory=set)
    done: dict[int, Event] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every training has ended."""
        return not self.waiting and not self.started


@dataclass
class Ledger:
    """Every trial in the order of the proposals."""

    direction: Direction
    entries: list[Entry] = field(default_factory=list)

    def add(self, proposal: Proposal) -> Entry:
        """Return a new trial."""
        self.entries.append(Entry(len(self.entries), proposal))
        return self.entries[-1]

    def over(self) -> list[Entry]:
        """Return the trials that have ended."""
        return [entry for entry in self.entries if entry.over]

    @property
    def progress(self) -> str:
        """The number of trials that have ended, in words."""
        done = len(self.over())
        return f"{counted(done, 'trial')} {'is' if done == 1 else 'are'} done"

    def epochs(self) -> int:
        """Return the number of epochs trained by the trials that have ended."""
        return sum(entry.trained for entry in self.entries)

    def before(self, entry: Entry) -> tuple[int, float]:
        """Return the epochs and the seconds that the trial's parent and its parents have trained."""
        parent = entry.proposal.parent
        if parent is None:
            return 0, 0.0
        found = self.entries[parent]
        return found.epochs, found.seconds + self.before(found)[1]

    def ranked(self) -> list[Entry]:
        """Return the scored trials, the best first, equals by number; pruned ones follow those that are done."""
        scored = [entry for entry in self.over() if entry.score is not None]
        return sorted(scored, key=partial(_rank_of, direction=self.direction))

    @property
    def best(self) -> Entry | None:
        """The best trial so far."""
        scored = (entry for entry in self.over() if entry.score is not None)
        key = partial(_rank_of, direction=self.direction)
        return min(scored, key=key, default=None)

    def alike(self, message: str) -> int:
        """Return the number of trials that failed with this message, apart from its digits."""
        return sum(entry.status == "failed" and cause(entry.message) == cause(message) for entry in self.entries)


def rank(pruned: bool, score: float, number: int, direction: Direction) -> tuple[bool, float, int]:
    """Return the place of a trial with a score among the others: the smaller, the better."""
    return pruned, score if direction == "min" else -score, number


def _rank_of(entry: Entry, direction: Direction) -> tuple[bool, float, int]:
    return rank(entry.status == "pruned", entry.score or 0.0, entry.number, direction)


def cause(message: str) -> str:
    """Return what failures have in common: the message without digits."""
    return "".join(letter for letter in message if not letter.isdigit())


def score_of(rows: Sequence[Mapping[str, float]], metric: str, direction: Direction, epoch: str) -> float | None:
    """Return the score of a training: the metric in the best or the last epoch; None where a value is not finite."""
    values = [row[metric] for row in rows if metric in row]
    if not values or not all(math.isfinite(value) for value in values):
        return None
    if epoch == "last":
        return values[-1]
    return min(values) if direction == "min" else max(values)


def mean_and_spread(scores: Sequence[float]) -> tuple[float, float | None]:
    """Return the mean of the repeats, and their standard deviation where there are several."""
    if len(scores) == 1:
        return scores[0], None
    return statistics.fmean(scores), statistics.stdev(scores)


def median_seconds(trainings: Iterable[Sequence[Mapping[str, float]]]) -> float | None:
    """Return the median time of an epoch, without the first one of each training where it has others."""
    seconds = [row["seconds"] for rows in trainings for row in (rows[1:] or rows) if "seconds" in row]
    return round(statistics.median(seconds), 5) if seconds else None


def rebuild_entry(ledger: Ledger, event: Mapping[str, Any]) -> Entry | None:
    """Apply an event of the journal; return its trial. A `lost` worker does not count: a resumed search tries again."""
    kind = event["event"]
    if kind == "ask":
        return ledger.add(Proposal(event["values"], event["epochs"], event["parent"]))
    for trial in event["trials"] if kind == "apart" else ():
        if not ledger.entries[trial].over:
            ledger.entries[trial].status = "waiting"
    if "trial" not in event:
        return None
    entry: Entry = ledger.entries[event["trial"]]
    if kind == "start":
        entry.status = "running"
    elif kind == "report":
        entry.verdicts[event["epoch"]] = event["stop"]
        entry.reach(event["epoch"], entry.number)
    elif kind == "tell":
        for name in OUTCOME:
            setattr(entry, name, event.get(name, getattr(entry, name)))
    return entry
