"""`nntrain tune`: an engine proposes trials, an executor trains them, and the journal records both."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nntrain.config.search.space import Search
from nntrain.errors import ConfigError, DataError, in_one_line
from nntrain.processes.executor import Executor
from nntrain.processes.messages import Event
from nntrain.search.ledger import OUTCOME, Entry, Ledger, RunningTrial, mean_and_spread, median_seconds, score_of
from nntrain.search.live_view import SearchView
from nntrain.search.replay import Replay
from nntrain.search.schedule import Schedule
from nntrain.search.search_files import SearchDir, error_of, length_of
from nntrain.search.task import Stack, Task, Work
from nntrain.storage.journal import Journal
from nntrain.training.signals import StopRequest, Watch, watched

WRITE_SECONDS = 1.0  # the table is written at most this often during a search
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
    stacking: bool = False  # whether trials of one architecture may be trained as one program
    spent: float = 0.0
    giving_up: bool = False  # whether lost trials are not started again
    broken: bool = False  # whether failures with the same cause ended it
    fault: ConfigError | DataError | None = None  # that every trial has
    watch: Watch = watched  # for what asks to stop
    written: float = 0.0  # when the table was written
    unwritten: bool = False  # whether trials have ended since then

    def __post_init__(self) -> None:
        self.schedule = Schedule(self.folder, self.journal, self.replay, self.stacking, self._invalid, self.view.note)

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
                self._write()
                self.spent = self.seconds
                self.journal.add({"event": "pause", "spent": self.spent})
        request.raise_if_asked()
        if self.fault is not None:
            raise self.fault
        if not self.ledger.best:
            raise self.folder.no_score_error(self.schedule.ending, self.schedule.limit)
        return self.schedule.ending

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
        while self.schedule.running:
            event = self.executor.next(POLL_SECONDS)
            over = self._time_is_over()
            if (request.signal or over) and not asked_to_stop:
                asked_to_stop = True
                self.schedule.ending = "stopped"
                if over:
                    self._end_for_time()
                self._give_up_waiting()
                self.executor.stop()
            while event is not None:
                self._take(event)
                event = self.executor.next(0.0) if self.executor.has_more else None
            if self.unwritten and time.monotonic() - self.written > WRITE_SECONDS:
                self._write()
            self._fill()

    def _write(self) -> None:
        """Write the journal, the table and the best config."""
        self.journal.add()
        self.folder.write()
        self.written, self.unwritten = time.monotonic(), False

    def _time_is_over(self) -> bool:
        limit = self.search.tune.max_seconds
        return limit is not None and time.monotonic() - self.began >= limit

    def _end_for_time(self) -> None:
        self.schedule.limit = "max_seconds"
        self.schedule.ending = f"the limit of {self.search.tune.max_seconds:g} s is reached"

    # From plans to tasks

    def _fill(self) -> None:
        """Start a task or a stack on every free worker."""
        while self.executor.free:
            if not self.schedule.planned and not self.schedule.ending and self._time_is_over():
                self._end_for_time()
            work = self.schedule.next()
            if work is None:
                break
            self._start(work)
            self.view.draw()

    def _start(self, work: Work) -> None:
        spent, trainings = self.seconds, self.search.tune.trainings
        numbers = self.schedule.start(work)
        entries = list({number // trainings: self.schedule.entry(number) for number in numbers}.values())
        if isinstance(work, Stack) and len(entries) > 1:
            self.view.begin_together(entries)
        started = [{"event": "start", "trial": n // trainings, "task": n, "spent": spent} for n in numbers]
        self.journal.add(*started)
        self.executor.submit(work)

    def _invalid(self, entry: Entry, error: ConfigError) -> None:
        """End a trial whose values make no valid config."""
        self._end(entry, message=in_one_line(error))

    def _give_up_waiting(self) -> None:
        """Drop what is not started yet; a resumed search starts it."""
        self.giving_up = True
        self.schedule.give_up()
        for trial in list(self.schedule.running.values()):
            self._drop_complete(trial)

    def _drop_complete(self, trial: RunningTrial) -> None:
        """Forget the trial if nothing of it runs or waits; one that began and has no score is stopped."""
        if trial.complete:
            self.schedule.running.pop(trial.entry.number, None)
            trial.entry.status = "stopped" if trial.entry.status == "running" else trial.entry.status

    # From events to scores

    def _take(self, event: Event) -> None:
        trial = self.schedule.running.get(event.number // self.search.tune.trainings)
        if event.kind == "epoch":
            if trial is not None:
                self._take_epoch(trial.entry, event)
            return
        if event.kind == "apart":
            self._apart(event)
            return
        work = self.schedule.end(event.number)
        if trial is not None:
            trial.started.discard(event.number)
            if not trial.entry.over:  # otherwise another repeat of the trial has failed
                self._take_end(trial, event)
        if event.kind == "lost" and work is not None:
            self._lost(work, event)
        if trial is not None:
            self._drop_complete(trial)

    def _apart(self, event: Event) -> None:
        """Train one after another what cannot be a stack."""
        stack = self.schedule.taken[event.number]
        if isinstance(stack, Stack):
            if not event.message:
                self.view.apart(self.schedule.entry(event.number))
            self._leave(stack)
            why = in_one_line(error_of(self.folder.config, event)) if event.wrong else event.message
            self.schedule.apart(stack, why)
        if self.giving_up:
            self._give_up_waiting()

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
        elif event.kind == "lost" and not self.giving_up:
            self.journal.later({"event": "lost", "trial": trial.entry.number, "task": event.number})
            trial.waiting.add(event.number)

    def _refuse(self, event: Event) -> None:
        """End the search: no trial can be trained. Those that have begun count as stopped, to be resumed."""
        self.fault = error_of(self.folder.config, event)
        self.schedule.ending = "the data are wrong" if event.wrong == "data" else "the config as written is wrong"
        self._give_up_waiting()
        self.executor.stop()

    def _take_epoch(self, entry: Entry, event: Event) -> None:
        epoch = int(event.row["epoch"])
        entry.reach(epoch, event.number)
        score = event.row.get(self.search.metric)
        self.view.epoch(entry, event.row, score)
        if self.search.tune.pruner is None:
            return
        last = epoch == length_of(self.folder.config, entry.proposal)  # a trial at its end needs no stopping
        if epoch not in entry.verdicts and not last and score is not None and math.isfinite(score):
            entry.verdicts[epoch] = self.replay.report(entry, epoch, score)
            report = {"trial": entry.number, "epoch": epoch, "score": score, "stop": entry.verdicts[epoch]}
            self.journal.add({"event": "report", **report})
        self.executor.answer(event.number, entry.verdicts.get(epoch, False))

    def _lost(self, work: Work, event: Event) -> None:
        """Train again what a worker has lost: a stack that was lost twice without a new epoch, one after another."""
        if self.giving_up:
            return
        self.journal.add()
        self._leave(work)
        open_trials = [trial for task in work.tasks if (trial := self._trial_of(task)) is not None]
        numbers = [task.number for task in work.tasks if self._trial_of(task) is not None]
        given_up = [trial.entry.lose(number) for trial, number in zip(open_trials, numbers, strict=True)]
        if not any(given_up):
            self.schedule.again(work)
        elif isinstance(work, Stack):
            for trial, number in zip(open_trials, numbers, strict=True):
                trial.entry.losses.pop(number, None)
            self.schedule.apart(work, f"a worker that ended twice: {event.message}")
        else:
            open_trials[0].waiting.discard(event.number)
            self._end(open_trials[0].entry, message=f"given up after two tries: {event.message}")

    def _leave(self, work: Work) -> None:
        for task in work.tasks:
            self.view.leave(self.schedule.entry(task.number))

    def _trial_of(self, task: Task) -> RunningTrial | None:
        """Return the trial of a task where it has not ended."""
        trial = self.schedule.running.get(task.number // self.search.tune.trainings)
        return None if trial is None or trial.entry.over else trial

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
        self.schedule.drop(entry)
        if status == "failed":
            entry.trained = max(entry.trained, entry.reached - self.ledger.before(entry)[0])
        self.replay.tell(entry)
        found = {name: getattr(entry, name) for name in OUTCOME}
        self.journal.later({"event": "tell", "trial": entry.number, **found, "spent": self.seconds})
        self.unwritten = True
        self.view.ended(entry)
        if status == "failed" and self.search.tune.on_error == "stop" and self.ledger.alike(message) >= SAME_CAUSE:
            self.broken = True
            self.schedule.ending = f"{self.ledger.alike(message)} trials failed with the same cause: {message}"
            self._give_up_waiting()
