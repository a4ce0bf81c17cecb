"""Trials that a worker trains as one program: each is an ordinary run, and each ends with an event of its own."""

import shutil
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nntrain.errors import NNTrainError, Stopped, in_one_line
from nntrain.processes.messages import Event
from nntrain.runs import stacks
from nntrain.runs.stacked_runs import StackedRuns
from nntrain.search import stack_plan
from nntrain.search.ledger import mean_and_spread, rank, score_of
from nntrain.search.task import Kept, Stack, Task
from nntrain.search.trial_runner import TrialRunner, TrialTask, forget, make_folder, origin_of, with_faults
from nntrain.storage import run_files
from nntrain.storage.find_runs import is_run
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal, json_ready
from nntrain.training import stacking
from nntrain.training.checkpoint import Store
from nntrain.training.history import History, Row
from nntrain.training.loop import PRUNED
from nntrain.training.memory import words_of
from nntrain.training.prepare import Prepared
from nntrain.training.run_context import RunContext
from nntrain.training.signals import StopRequest
from nntrain.training.state import State

Report = Callable[[Task, Row], bool]
"""Receives the row of each epoch of a task, and returns whether to stop this training there."""

SHOWN_SECONDS = 0.5  # how often the epochs of tasks that nobody judges are reported


def run(stack: Stack, runner: TrialRunner, report: Report, request: StopRequest) -> list[Event]:
    """Train the tasks of a stack, or the rest of them, and return how each ended.

    One event `apart` says that they are not trained as one: its message is why they cannot be, "" where it does not
    pay. Tasks whose runs have all ended are not trained again.
    """
    forget()
    terminal, tasks = Terminal(quiet=True), stack.tasks
    trials = {_name(task): TrialTask(task, Path(task.folder), terminal, _unheard, request) for task in tasks}
    running = _Running(stack, trials, runner, report, request)
    try:
        return running.ended_before() or running.train()
    except Stopped as error:
        return running.stopped(error)
    except NNTrainError as error:
        return [with_faults(event, error, tasks[0]) for event in _apart(stack, in_one_line(error))]
    except Exception as error:  # noqa: BLE001  # of any type: each training shows alone whether it is at fault
        runner.programs.clear()
        return _apart(stack, words_of(error))


def _unheard(_: Row) -> bool:
    return False


def _name(task: Task) -> str:
    """Return the name of the trial, with that of its repeat or fold."""
    folder = Path(task.folder)
    return folder.name if folder.name.startswith("trial-") else f"{folder.parent.name}-{folder.name}"


def _apart(stack: Stack, why: str) -> list[Event]:
    return [Event(stack.tasks[0].number, "apart", message=why)]


@dataclass
class _Running:
    """A stack in a worker; trials: by their names, in the order of the tasks."""

    stack: Stack
    trials: Mapping[str, TrialTask]
    runner: TrialRunner
    report: Report
    request: StopRequest

    def ended_before(self) -> list[Event]:
        """Return the events of runs that have all ended well in another process, none where one has not."""
        places = {name: RunDir(trial.folder) for name, trial in self.trials.items()}
        if not all(is_run(place.path) and place.has_succeeded for place in places.values()):
            return []
        return [self.trials[name].done_before(place) for name, place in places.items()]

    def train(self) -> list[Event]:
        """Train them, and return their events; raises Stopped, and NNTrainError where a run cannot be trained."""
        if (why := self._obstacle()) is not None:
            return _apart(self.stack, why)
        for trial in self.trials.values():
            trial.wait_for_lost_worker()
            make_folder(trial.folder)
            if is_run(trial.folder):
                trial.refuse_changed(RunDir(trial.folder))
        self._runs.train()
        events = [self._event(name) for name in self.trials]
        shutil.rmtree(self.stack.folder, ignore_errors=True)
        return events

    def stopped(self, error: Stopped) -> list[Event]:
        """Return the events of trainings that were asked to stop."""
        return [Event(task.number, "stopped", message=error.problems[0].message) for task in self.stack.tasks]

    @cached_property
    def _members(self) -> dict[str, Prepared]:
        configs = {name: trial.config() for name, trial in self.trials.items()}
        return stacks.prepared_alike(configs, self.runner.datasets.of)

    def _obstacle(self) -> str | None:
        """Return why they are not trained as one, None where they are; the first is looked at before all are built."""
        config = next(iter(self.trials.values())).config()
        data = self.runner.datasets.of(config)
        resolved, rows = config.with_data(data.source).resolve(data.schema), len(data.train)
        if why := stacking.obstacle(resolved, rows, len(self.trials), self._context):
            return why
        if not stack_plan.pays(len(self.trials), (resolved.train.epochs or 0) * resolved.steps_per_epoch(rows)):
            return ""
        return stacks.obstacle(list(self._members.values()), self._context) or None

    @cached_property
    def _context(self) -> RunContext:
        return RunContext(self.runner.programs, request=self.request, final=False)

    @cached_property
    def _runs(self) -> StackedRuns:
        kept = self.stack.kept
        return StackedRuns(
            "trials",
            stacks.differences(self._members),
            self._members,
            {name: RunDir(trial.folder) for name, trial in self.trials.items()},
            Store(Path(self.stack.folder), self.stack.key),
            Terminal(quiet=True),
            self._context,
            TrialWatcher({name: trial.task for name, trial in self.trials.items()}, self.report),
            self._origins(),
            None if kept is None else lambda histories: self._best(kept, histories),
        )

    def _origins(self) -> dict[str, State]:
        """Return the states of the parents, from which their children continue."""
        parents = {name: trial.task.parent for name, trial in self.trials.items()}
        return {
            name: origin_of(RunDir(Path(parent)), self._members[name])
            for name, parent in parents.items()
            if parent is not None
        }

    def _best(self, kept: Kept, histories: Mapping[str, History]) -> Collection[str]:
        """Return the trainings of the best trial, and of trials that are not whole in this stack."""
        parts: dict[int, list[str]] = {}
        for name, trial in self.trials.items():
            parts.setdefault(trial.task.number // kept.trainings, []).append(name)
        whole = {number: names for number, names in parts.items() if len(names) == kept.trainings}
        ranked = []
        for number, names in whole.items():
            found = [histories[name] for name in names if name in histories]
            scores = [score_of(history.rows, kept.metric, kept.direction, kept.epoch) for history in found]
            known = [score for score in scores if score is not None]
            if len(known) == kept.trainings:
                pruned = any(history.reason == PRUNED for history in found)
                ranked.append((rank(pruned, mean_and_spread(known)[0], number, kept.direction), names))
        best = min(ranked)[1] if ranked else []
        return {*best, *(name for number, names in parts.items() if number not in whole for name in names)}

    def _event(self, name: str) -> Event:
        task, runs = self.trials[name].task, self._runs
        if (error := runs.errors.get(name)) is None:
            rows: list[Any] = list(runs.rows_of(name))
            return Event(task.number, "done", rows=rows, summary=json_ready(runs.summaries[name]))
        for row in runs.rows_of(name)[-1:]:  # so that the search knows how far it came
            self.report(task, row)
        summary = RunDir(Path(task.folder)).read_json(run_files.SUMMARY)
        return Event(task.number, "failed", summary=summary, message=in_one_line(error))


@dataclass
class TrialWatcher:
    """Reports the epochs of the tasks of a stack by their names: each where they are judged, else some of them."""

    tasks: Mapping[str, Task]
    report: Report
    reported: float = 0.0

    def start(self, epochs: int) -> None:
        """Do nothing: the search knows how long its trials are."""

    def part(self, epoch: int, share: float) -> None:
        """Raise NNTrainError when a run directory was removed."""
        RunDir(Path(next(iter(self.tasks.values())).folder)).refuse_if_gone()

    def rows(self, rows: Mapping[str, Row]) -> Collection[str]:
        """Report the new rows, and return the members that are stopped there."""
        judged = any(task.judged for task in self.tasks.values())
        if not judged and time.monotonic() - self.reported < SHOWN_SECONDS:
            return ()
        stopped = [name for name, row in rows.items() if self.report(self.tasks[name], row)]
        self.reported = time.monotonic()
        return stopped

    def end(self) -> None:
        """Do nothing."""
