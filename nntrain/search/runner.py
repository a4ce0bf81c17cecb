"""`nntrain tune`: an engine proposes trials, an executor trains them, and the journal records both."""

import math
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nntrain.config.messages import counted
from nntrain.config.search.space import Search
from nntrain.errors import ConfigError, DataError, in_one_line
from nntrain.search.engine import Proposal, Waiting
from nntrain.search.executor import Executor
from nntrain.search.ledger import OUTCOME, Entry, Ledger, RunningTrial, mean_and_spread, median_seconds, score_of
from nntrain.search.live_view import SearchView
from nntrain.search.replay import Replay
from nntrain.search.search_files import SearchDir, error_of, length_of
from nntrain.search.task import Event, Task
from nntrain.storage.journal import Journal
from nntrain.training.signals import StopRequest, Watch, watched

POLL_SECONDS = 0.25  # the longest time until a signal or the end of the time is noticed
SAME_CAUSE = 3  # failures with the same cause that end a search


@dataclass
class Runner:
    """A running search in its directory. `spent`: its seconds up to the latest pause in the journal."""

    folder: SearchDir
    journal: Journal
    replay: Replay
    executor: Executor
    view: SearchView
    spent: float = 0.0
    ending: str = ""  # why no more trials begin
    limit: str = ""  # the option of `tune` that ended it
    giving_up: bool = False  # whether lost trials are not started again
    broken: bool = False  # whether failures with the same cause ended it
    fault: ConfigError | DataError | None = None  # that every trial has
    watch: Watch = watched  # for what asks to stop
    running: dict[int, RunningTrial] = field(default_factory=dict)

    def run(self) -> str:
        """Run trials until the budget, the space or the algorithm ends the search; return the reason, in words.

        Raises Stopped at a signal, after the running trials wrote their checkpoints, DataError or ConfigError
        where no trial can be trained, and NNTrainError where none has a score.
        """
        self.began = time.monotonic() - self.spent
        with self.watch() as request:
            try:
                self._loop(request)
            finally:
                self.spent = self.seconds
                self.journal.add({"event": "pause", "spent": self.spent})
        request.raise_if_asked()
        if self.fault is not None:
            raise self.fault
        if not self.ledger.best:
            raise self.folder.no_score_error(self.ending, self.limit)
        return self.ending

    @property
    def search(self) -> Search:
        """What is searched."""
        return self.folder.search

    @property
    def ledger(self) -> Ledger:
        """All trials."""
        return self.folder.ledger

    @property
    def seconds(self) -> float:
        """The seconds of the search so far."""
        return round(time.monotonic() - self.began, 3)

    def _loop(self, request: StopRequest) -> None:
        asked_to_stop = False
        self._fill()
        while self.running:
            event = self.executor.next(POLL_SECONDS)
            over = self._time_is_over()
            if (request.signal or over) and not asked_to_stop:
                asked_to_stop = True
                self.ending = "stopped"
                if over:
                    self._end_for_time()
                self._give_up_waiting()
                self.executor.stop()
            if event is not None:
                self._take(event)
            self._fill()

    def _time_is_over(self) -> bool:
        limit = self.search.tune.max_seconds
        return limit is not None and time.monotonic() - self.began >= limit

    def _end_for_time(self) -> None:
        self.limit, self.ending = "max_seconds", f"the limit of {self.search.tune.max_seconds:g} s is reached"

    # From proposals to tasks

    def _fill(self) -> None:
        """Start a task on every free worker."""
        while self.executor.free:
            task = next((u.waiting.popleft() for u in self.running.values() if u.waiting), None)
            if task is not None:
                self._start(task)
            elif not self._begin_another():
                break

    def _start(self, task: Task) -> None:
        number = task.number // self.search.tune.trainings
        self.running[number].started.add(task.number)
        self.journal.add({"event": "start", "trial": number, "task": task.number, "spent": self.seconds})
        self.executor.submit(task)

    def _begin_another(self) -> bool:
        """Begin another trial, which may fail at once; return whether there is one."""
        entry = None if self.ending else self._next_entry()
        if entry is None:
            return False
        try:
            tasks = list(self.folder.tasks(entry))
        except ConfigError as error:
            self._end(entry, message=in_one_line(error))
            return True
        entry.status = "running"
        self.running[entry.number] = RunningTrial(entry, deque(tasks))
        self.view.draw()
        return True

    def _next_entry(self) -> Entry | None:
        """Return a waiting trial, such as one that a kill interrupted, or else what the engine proposes."""
        if self._time_is_over():
            self._end_for_time()
            return None
        for entry in self.ledger.entries:
            if not entry.over and entry.number not in self.running:
                return entry if self._affordable(entry) else None
        limit = self.search.tune.budget
        if limit is not None and len(self.ledger.entries) >= limit:
            self.ending = f"all {limit} trials are done" if limit > 1 else "the one trial is done"
            return None
        return self._new_entry(self.replay.ask())

    def _new_entry(self, proposal: Proposal | Waiting | None) -> Entry | None:
        """Return the trial of a proposal; None where it must wait, or the search ends."""
        if proposal is None:
            self.ending = f"{self.replay.engine.ended} after {counted(len(self.ledger.entries), 'trial')}"
        if not isinstance(proposal, Proposal):
            return None
        entry = self.ledger.add(proposal)
        self.journal.add({"event": "ask", **vars(proposal)})
        return entry if self._affordable(entry) else None

    def _affordable(self, entry: Entry) -> bool:
        """Return whether the trial is within `max_epochs_total`, where running trials count in full."""
        limit = self.search.tune.max_epochs_total
        if limit is None:
            return True
        running = sum(self._planned(other.entry) for other in self.running.values())
        spent, planned = self.ledger.epochs(), self._planned(entry)
        if spent + running + planned <= limit:
            return True
        if not running:
            self.limit = "max_epochs_total"
            self.ending = f"{spent} of {counted(limit, 'epoch')} are spent, and the next trial would train {planned}"
        return False

    def _planned(self, entry: Entry) -> int:
        """Return the most epochs that the trial may train, its repeats together."""
        return (self._length(entry) - self.ledger.before(entry)[0]) * self.search.tune.trainings

    def _length(self, entry: Entry) -> int:
        return length_of(self.folder.config, entry.proposal)

    def _give_up_waiting(self) -> None:
        """Drop what is not started yet; a resumed search starts it."""
        self.giving_up = True
        for trial in list(self.running.values()):
            trial.waiting.clear()
            self._drop_complete(trial)

    def _drop_complete(self, trial: RunningTrial) -> None:
        """Forget the trial if nothing of it runs or waits; without a score it is stopped."""
        if trial.complete:
            self.running.pop(trial.entry.number, None)
            trial.entry.status = trial.entry.status if trial.entry.over else "stopped"

    # From events to scores

    def _take(self, event: Event) -> None:
        trial = self.running.get(event.number // self.search.tune.trainings)
        if trial is None:
            return
        if event.kind == "epoch":
            self._take_epoch(trial.entry, event)
            return
        trial.started.discard(event.number)
        if not trial.entry.over:  # otherwise another repeat of the trial has failed
            self._take_end(trial, event)
        self._drop_complete(trial)

    def _take_end(self, trial: RunningTrial, event: Event) -> None:
        if event.kind == "done":
            trial.done[event.number] = event
            if trial.complete:
                self._score(trial)
        elif event.kind == "failed" and self.folder.is_hopeless(trial.entry, event):
            self._refuse(event)
        elif event.kind == "failed":
            trial.entry.seconds = self._seconds_of(trial.entry, [*trial.done.values(), event])
            self._end(trial.entry, message=event.message)
        elif event.kind == "lost":
            self._lost(trial, event)

    def _refuse(self, event: Event) -> None:
        """End the search: no trial can be trained. Those that have begun count as stopped, to be resumed."""
        self.fault = error_of(self.folder.config, event)
        self.ending = "the data are wrong" if event.wrong == "data" else "the config as written is wrong"
        self._give_up_waiting()
        self.executor.stop()

    def _take_epoch(self, entry: Entry, event: Event) -> None:
        epoch = int(event.row["epoch"])
        entry.reach(epoch, event.number)
        score = event.row.get(self.search.metric)
        self.view.epoch(entry, event.row, score)
        if self.search.tune.pruner is None:
            return
        last = epoch == self._length(entry)  # a trial at its end needs no stopping
        if epoch not in entry.verdicts and not last and score is not None and math.isfinite(score):
            entry.verdicts[epoch] = self.replay.report(entry, epoch, score)
            report = {"trial": entry.number, "epoch": epoch, "score": score, "stop": entry.verdicts[epoch]}
            self.journal.add({"event": "report", **report})
        self.executor.answer(event.number, entry.verdicts.get(epoch, False))

    def _lost(self, trial: RunningTrial, event: Event) -> None:
        entry = trial.entry
        if self.giving_up:
            return
        self.journal.add({"event": "lost", "trial": entry.number, "task": event.number})
        if entry.lose(event.number):
            self._end(entry, message=f"given up after two tries: {event.message}")
        else:
            trial.waiting.append(next(task for task in self.folder.tasks(entry) if task.number == event.number))

    def _score(self, trial: RunningTrial) -> None:
        search, entry = self.search, trial.entry
        events = [event for _, event in sorted(trial.done.items())]
        scores = [score_of(event.rows, search.metric, search.direction, search.tune.epoch) for event in events]
        entry.epochs = max(len(event.rows) for event in events)
        entry.trained = sum(len(event.rows) - self.ledger.before(entry)[0] for event in events)
        entry.seconds = self._seconds_of(entry, events)
        entry.epoch_seconds = median_seconds(event.rows for event in events)
        whole = [score for score in scores if score is not None]
        if len(whole) < len(scores):
            self._end(entry, message=f"`{search.metric}` is not finite")
            return
        entry.score, entry.spread = mean_and_spread(whole)
        entry.scores = whole if len(whole) > 1 else ()
        pruned = any(event.summary.get("stopped") == "pruned" for event in events)
        self._end(entry, status="pruned" if pruned else "done")

    def _seconds_of(self, entry: Entry, events: Sequence[Event]) -> float:
        """Return the seconds of the trainings of a trial, less those of its parent."""
        total = sum(float(event.summary.get("seconds", 0.0)) for event in events)
        return round(max(0.0, total - self.ledger.before(entry)[1]), 3)

    def _end(self, entry: Entry, status: Any = "failed", message: str = "") -> None:
        """Record how a trial ended: for the engine, in the journal, on the screen."""
        entry.status, entry.message = status, message
        if entry.number in self.running:
            self.running[entry.number].waiting.clear()
        if status == "failed":
            entry.trained = max(entry.trained, entry.reached - self.ledger.before(entry)[0])
        self.replay.tell(entry)
        found = {name: getattr(entry, name) for name in OUTCOME}
        self.journal.add({"event": "tell", "trial": entry.number, **found, "spent": self.seconds})
        self.folder.write()
        self.view.ended(entry)
        if status == "failed" and self.search.tune.on_error == "stop" and self.ledger.alike(message) >= SAME_CAUSE:
            self.broken = True
            self.ending = f"{self.ledger.alike(message)} trials failed with the same cause: {message}"
            self._give_up_waiting()
