"""Which trainings a search begins next, and which of them are one program.

Where an engine may be asked for more than one proposal at a time, a window of them is: of an engine whose proposals do
not depend on scores, always the next 256; of one that promotes, as many as it makes before it needs a score. Trainings
of a window that have one architecture are stacks. A window is a function of the journal, and the journal names its
stacks before one of them begins, so a resumed search trains the same ones.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from nntrain.config.load import Config
from nntrain.config.messages import counted
from nntrain.config.traced import stack_obstacle
from nntrain.errors import ConfigError
from nntrain.search.engine import Proposal
from nntrain.search.ledger import Entry, RunningTrial
from nntrain.search.replay import Replay
from nntrain.search.search_files import SearchDir, length_of
from nntrain.search.stack_plan import WINDOW, divided, key_of
from nntrain.search.task import Stack, Task, Work
from nntrain.storage import records
from nntrain.storage.journal import Event, Journal


@dataclass
class Schedule:
    """What is to be trained: `planned` and not yet taken, and the trials that are `running`.

    stacking: whether trainings may be one program. fail: takes a trial whose values make no valid config, and why.
    ending: why no more trials begin; limit: the option of `tune` that ended the search.
    """

    folder: SearchDir
    journal: Journal
    replay: Replay
    stacking: bool
    fail: Callable[[Entry, ConfigError], None]
    note: Callable[[str], None]
    ending: str = ""
    limit: str = ""
    planned: deque[Work] = field(default_factory=deque)
    running: dict[int, RunningTrial] = field(default_factory=dict)
    begun_before: deque[list[int]] = field(default_factory=deque)  # the tasks of each stack in the journal
    taken: dict[int, Work] = field(default_factory=dict)  # by the numbers of the tasks that have not ended
    _noted: set[str] = field(default_factory=set)
    _keys: dict[str, str] = field(default_factory=dict)  # what the trainings of a stack have in common, by its key
    _refused: set[str] = field(default_factory=set)  # what those have that cannot be one program

    def begin_again(self, events: Sequence[Event]) -> None:
        """Plan what an earlier process has planned and not ended, as its journal says."""
        groups = [list(group) for event in events if event["event"] == "stacks" for group in event["stacks"]]
        apart = {number for event in events if event["event"] == "apart" for number in event["tasks"]}
        for group in groups:
            if not group or max(group) >= len(self.folder.ledger.entries) * self.trainings:
                raise records.not_a_run(f"`{self.journal.path}` names trainings that were not proposed before")
            parts = [[number] for number in group] if apart.intersection(group) else [group]
            self.begun_before.extend(part for part in map(self._within, parts) if part)
        for entry in {number: self.entry(number) for part in self.begun_before for number in part}.values():
            if not entry.over:
                self.running[entry.number] = self._running(entry)

    def _within(self, group: list[int]) -> list[int]:
        """Return the trainings to plan again: all, of trials of which one has not ended, or none.

        A smaller budget leaves out the trials beyond it where none of them has begun.
        """
        limit = self.folder.search.tune.budget
        entries = {number: self.entry(number) for number in group}
        if limit is not None and all(entry.status == "waiting" for entry in entries.values()):
            group = [number for number in group if entries[number].number < limit]
        return [] if all(entries[number].over for number in group) else group

    def next(self) -> Work | None:
        """Return what a free worker trains, None where it must wait or the search ends."""
        while not self.planned and self._plan():
            pass
        return self.planned.popleft() if self.planned else None

    def start(self, work: Work) -> list[int]:
        """Note that a worker takes it; return the numbers of the tasks of trials that have not ended."""
        numbers = [task.number for task in work.tasks if not self.entry(task.number).over]
        self.taken |= {task.number: work for task in work.tasks}
        for number in numbers:
            trial = self.running.setdefault(number // self.trainings, RunningTrial(self.entry(number), set()))
            trial.waiting.discard(number)
            trial.started.add(number)
            trial.entry.status = "running"
        return numbers

    def end(self, number: int) -> Work | None:
        """Note that a worker has ended a task; return its task or stack where nothing of that is trained any more."""
        work = self.taken.pop(number, None)
        return work if work is not None and not any(task.number in self.taken for task in work.tasks) else None

    def again(self, work: Work) -> None:
        """Plan what a worker has lost once more."""
        self._await(work.tasks)
        self.planned.appendleft(work)

    def apart(self, stack: Stack, why: str) -> None:
        """Plan the trainings of a stack one after another; without a reason, because that is faster."""
        if why:
            self.note_apart(why)
            self._refused.add(self._keys.get(stack.key, ""))
        left = [task for task in stack.tasks if not self.entry(task.number).over]
        numbers = [task.number for task in stack.tasks]
        self.journal.add({"event": "apart", "tasks": numbers, "trials": [each // self.trainings for each in numbers]})
        for task in stack.tasks:
            self.taken.pop(task.number, None)
        self._await(left)
        for task in left:
            self.entry(task.number).status = "waiting"
        self.planned.extendleft(reversed(left))

    def note_apart(self, why: str) -> None:
        """Print why trials are trained one after another, each reason once."""
        if why not in self._noted:
            self._noted.add(why)
            self.note(f"note: trials are trained one after another, because of {why}")

    def drop(self, entry: Entry) -> None:
        """Leave out the trainings of a trial that has ended, but those in stacks, whose bits depend on all."""
        mine = {work for work in self.planned if isinstance(work, Task) and self.entry(work.number) is entry}
        self.planned = deque(work for work in self.planned if work not in mine)
        if entry.number in self.running:
            self.running[entry.number].waiting -= {task.number for task in mine}

    def give_up(self) -> None:
        """Leave out everything that has not begun; a resumed search begins it."""
        self.planned.clear()
        self.begun_before.clear()
        for trial in list(self.running.values()):
            trial.waiting.clear()

    @property
    def trainings(self) -> int:
        """How often each trial is trained."""
        return self.folder.search.tune.trainings

    def entry(self, number: int) -> Entry:
        """Return the trial of a task."""
        return self.folder.ledger.entries[number // self.trainings]

    def _await(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            trial = self.running.get(task.number // self.trainings)
            if trial is not None:
                trial.started.discard(task.number)
                trial.waiting.add(task.number)

    # From proposals to what a worker takes

    def _plan(self) -> bool:
        """Plan the next window; return whether there may be something to train, or to plan again."""
        if self.begun_before:
            self.planned.append(self._begun(self.begun_before.popleft()))
            return True
        several = self._takes_several
        if self.ending or (several and self.folder.search.tune.engine.promotes and self.running):
            return False
        began, planned = False, list[tuple[Task, str]]()
        for entry in self._window(WINDOW if several else 1):
            try:
                planned += self._tasks(entry)
            except ConfigError as error:
                began = True
                self.running.pop(entry.number)
                self.fail(entry, error)
        if planned:
            self._divide(planned)
        return began or bool(planned)

    @cached_property
    def _takes_several(self) -> bool:
        """Whether the engine may be asked for several proposals, and the config as written can be stacked."""
        engine = self.folder.search.tune.engine
        asks = self.stacking and (engine.blind or engine.promotes)
        return asks and not stack_obstacle(self.folder.config.experiment)

    def _begun(self, numbers: Sequence[int]) -> Work:
        """Return what an earlier process has planned; trials of it that have ended count for the bits of the others."""
        entries = {number // self.trainings: self.entry(number) for number in numbers}.values()
        tasks = [task for entry in entries for task in self.folder.tasks(entry) if task.number in numbers]
        return self.folder.stack(tasks) if len(tasks) > 1 else tasks[0]

    def _window(self, size: int) -> list[Entry]:
        """Return trials to begin: first those that wait, such as one that a kill interrupted, then new ones."""
        found: list[Entry] = []
        for entry in self.folder.ledger.entries[: self.folder.search.tune.budget]:
            if not entry.over and entry.number not in self.running and len(found) < size:
                if not self._affordable(entry):
                    return found
                self._begin(entry, found)
        asked: list[Event] = []
        while len(found) < size and (new := self._asked(asked)) is not None and self._affordable(new):
            self._begin(new, found)
        self.journal.add(*asked)
        return found

    def _begin(self, entry: Entry, found: list[Entry]) -> None:
        found.append(entry)
        self.running[entry.number] = self._running(entry)

    def _running(self, entry: Entry) -> RunningTrial:
        return RunningTrial(entry, set(range(entry.number * self.trainings, (entry.number + 1) * self.trainings)))

    def _asked(self, asked: list[Event]) -> Entry | None:
        """Return the trial that the engine proposes; None where it must wait, or the search ends."""
        limit, ledger = self.folder.search.tune.budget, self.folder.ledger
        if limit is not None and len(ledger.entries) >= limit:
            self.ending = f"all {limit} trials are done" if limit > 1 else "the one trial is done"
            return None
        proposal = self.replay.ask()
        if proposal is None:
            self.ending = f"{self.replay.engine.ended} after {counted(len(ledger.entries), 'trial')}"
        if not isinstance(proposal, Proposal):
            return None
        asked.append({"event": "ask", **vars(proposal)})
        return ledger.add(proposal)

    def _affordable(self, entry: Entry) -> bool:
        """Return whether the trial is within `max_epochs_total`, where running trials count in full."""
        limit = self.folder.search.tune.max_epochs_total
        if limit is None:
            return True
        running = sum(self._epochs(other.entry) for other in self.running.values())
        spent, planned = self.folder.ledger.epochs(), self._epochs(entry)
        if spent + running + planned <= limit:
            return True
        if not running:
            self.limit = "max_epochs_total"
            self.ending = f"{spent} of {counted(limit, 'epoch')} are spent, and the next trial would train {planned}"
        return False

    def _epochs(self, entry: Entry) -> int:
        """Return the most epochs that the trial may train, its repeats together."""
        length = length_of(self.folder.config, entry.proposal)
        return (length - self.folder.ledger.before(entry)[0]) * self.trainings

    def _tasks(self, entry: Entry) -> list[tuple[Task, str]]:
        """Return the trainings of a trial, each with a key that is equal for those that may be one program."""
        configs = self.folder.configs(entry)
        tasks = [self.folder.task(entry, part, config) for part, config in enumerate(configs)]
        return [(task, self._key(entry, config)) for task, config in zip(tasks, configs, strict=True)]

    def _key(self, entry: Entry, config: Config) -> str:
        engine = self.folder.search.tune.engine
        if not self.stacking or not (engine.blind or engine.promotes or self.trainings > 1):
            return ""
        if why := stack_obstacle(config.experiment):
            self.note_apart(why)
            return ""
        key = key_of(config, self.folder.ledger.before(entry)[0])
        return "" if key in self._refused else key

    def _divide(self, planned: Sequence[tuple[Task, str]]) -> None:
        """Plan the trainings, those with equal keys as one; "" is the key of one alone."""
        parts = divided(planned)
        if self._takes_several or any(len(part) > 1 for _, part in parts):
            self.journal.add({"event": "stacks", "stacks": [[task.number for task in part] for _, part in parts]})
        self.planned.extend(self._work(key, part) for key, part in parts)

    def _work(self, key: str, tasks: Sequence[Task]) -> Work:
        if len(tasks) == 1:
            return tasks[0]
        stack = self.folder.stack(tasks)
        self._keys[stack.key] = key
        return stack
