"""`nntrain tune --dry-run`: the size of the space, the number of trials, an estimate of the time."""

import contextlib
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path

from nntrain import machine
from nntrain.config.load import Config, put_value
from nntrain.config.messages import counted
from nntrain.config.resolve import DEFAULT_EPOCHS
from nntrain.config.search.load import search_of
from nntrain.config.search.space import Search, Values
from nntrain.config.search.trial_config import as_yaml
from nntrain.errors import NNTrainError, in_one_line
from nntrain.processes.executor import Executor
from nntrain.processes.messages import Event
from nntrain.search import stack_plan
from nntrain.search.engine import Proposal, SearchEngine, Waiting, make_engine
from nntrain.search.search_files import error_of, kept_of, length_of, trial_config
from nntrain.search.stack_plan import Part
from nntrain.search.task import Stack, Task
from nntrain.storage.atomic import writing
from nntrain.terminal import Terminal

SAMPLE_EPOCHS = 2
MOST_PROPOSALS = 100_000  # counted where the budget has no limit
TRIES = 3  # proposals among which is one that differs from the config as written
SAMPLED = 16  # trainings of a stack at most


@dataclass(frozen=True)
class StackSample:
    """What trainings take as one program: tracing it, each of them besides its epochs, and an epoch of each.

    steps: of an epoch. why: what keeps the trainings from being one, in words, "" where nothing does.
    """

    tracing_seconds: float
    trial_seconds: float
    epoch_seconds: float
    steps: int
    why: str = ""


@dataclass(frozen=True)
class Sample:
    """Two trainings: the rows of the first one, and how long its worker and each trial take besides their epochs.

    stack: some more as one program, where a search may have such; parts: what it would train at once.
    """

    rows: Sequence[dict[str, float]]
    start_seconds: float
    trial_seconds: float
    stack: StackSample | None = None
    parts: Sequence[Part] = ()

    @property
    def epoch_seconds(self) -> float:
        """The seconds of an epoch in which nothing is compiled."""
        return self.rows[:SAMPLE_EPOCHS][-1]["seconds"]


@dataclass(frozen=True)
class Estimate:
    """What a search would do.

    space: the number of sets of values, None for a continuous range. stacked: the trainings that are trained together
    with others, in `stacks` stacks. seconds: in total.
    """

    space: int | None
    parameters: int
    trials: int
    epochs: int
    epoch_seconds: float
    seconds: float
    stacks: int = 0
    stacked: int = 0


def sample(config: Config, executor: Executor, runs_dir: Path, stacking: bool = False) -> Sample:
    """Train the config as written, and once with other values, two epochs each, or all `train.steps`.

    stacking: whether the search may train several as one program; then some of them are trained so too. The first
    training includes the start of the worker; the second shows what each trial takes. They are in a temporary
    folder where the runs are, which an executor on several machines can use too. Raises as `fit` does where the first
    training fails.
    """
    place = next(folder for folder in (runs_dir.absolute(), *runs_dir.absolute().parents) if folder.is_dir())
    with contextlib.ExitStack() as stack:
        with writing(place):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=".dry-run-", dir=place))
        first, first_seconds = _train(executor, Task(0, f"{folder}/first", _sample_config(config, {})))
        if first.wrong:
            raise error_of(config, first)
        if first.kind != "done":
            raise NNTrainError(f"the config as written does not train: {first.message}")
        task = Task(1, f"{folder}/second", _sample_config(config, _other_values(config)))
        second, seconds = _train(executor, task)
        parts = stack_plan.parts(config) if stacking else []
        together = _stacked(config, executor, folder, parts, _steps(config, first))
    timed = second if second.kind == "done" else first  # the other values may be invalid together
    trial_seconds = seconds - len(timed.rows) * timed.rows[:SAMPLE_EPOCHS][-1]["seconds"]
    start_seconds = first_seconds - sum(row["seconds"] for row in first.rows)
    return Sample(first.rows, start_seconds, max(0.0, trial_seconds), together, parts)


def _steps(config: Config, trained: Event) -> int:
    """Return the steps of an epoch of a training that has ended."""
    size = config.experiment.train.batch_size
    rows: int = trained.summary.get("rows", {}).get("train", 0)
    return -(-rows // size) if isinstance(size, int) else 1


def _stacked(config: Config, executor: Executor, folder: str, parts: Sequence[Part], steps: int) -> StackSample | None:
    """Train a part of the search as one program, two epochs of it; None where no part is."""
    largest = max(parts, key=lambda part: len(part.trainings), default=None)
    if largest is None or not _is_stack(largest, steps):
        return None
    fewest = -(-stack_plan.LEAST_STEPS // stack_plan.TRIAL_STEPS)  # that pay in any case
    count = max(fewest, min(len(largest.trainings), SAMPLED))
    shown = list(islice(cycle(largest.trainings), count))
    tasks = [Task(2 + n, f"{folder}/trial-{n}", as_yaml(_short(each.config))) for n, each in enumerate(shown)]
    began = time.perf_counter()
    executor.submit(Stack(tuple(tasks), f"{folder}/checkpoint", "dry-run", kept_of(search_of(config))))
    events: list[Event] = []
    while len(events) < count and not any(event.kind == "apart" for event in events):
        event = executor.next()
        if event is not None and event.kind != "epoch":
            events.append(event)
    if events[-1].kind == "apart":
        why = in_one_line(error_of(config, events[-1])) if events[-1].wrong else events[-1].message
        return StackSample(0, 0, 0, steps, why)
    seconds, rows = time.perf_counter() - began, next((event.rows for event in events if len(event.rows) > 1), [])
    if not rows:
        return None
    first, second = (row["seconds"] for row in rows[:2])
    return StackSample(max(0.0, first - second) * count, max(0.0, seconds / count - first - second), second, steps)


def _is_stack(part: Part, steps: int) -> bool:
    """Return whether a part of a search is trained as one program, as far as the number of its steps decides."""
    count, longest = len(part.trainings), max(each.epochs for each in part.trainings)
    return count > 1 and bool(part.key) and stack_plan.pays(count, steps * longest)


def _short(config: Config) -> Config:
    return put_value(config, "train.epochs", SAMPLE_EPOCHS)


def _train(executor: Executor, task: Task) -> tuple[Event, float]:
    """Return how the task ended, and after how many seconds."""
    began = time.perf_counter()
    executor.submit(task)
    while (event := executor.next()) is None or event.kind == "epoch":
        continue
    return event, time.perf_counter() - began


def _sample_config(config: Config, values: Values) -> str:
    epochs = None if config.experiment.train.steps is not None else SAMPLE_EPOCHS
    return as_yaml(trial_config(config, search_of(config), Proposal(values, epochs=epochs), 0))


def _other_values(config: Config) -> Values:
    """Return values that the engine proposes after the config as written, which needs another compiled program."""
    engine = make_engine(search_of(config))
    found: Values = {}
    for number in range(TRIES):
        proposal = engine.ask()
        if proposal is None or isinstance(proposal, Waiting):
            break
        found = proposal.values
        engine.tell(number, float(number), SAMPLE_EPOCHS)
    return {path: value for path, value in found.items() if path not in ("train.epochs", "train.steps")}


def estimate(config: Config, engine: SearchEngine, sample: Sample, workers: int, terminal: Terminal) -> Estimate:
    """Print and return the size of the space, the number of trials, and the time, from a sample.

    Where `train.steps` is the length of a training, the sample also gives the number of epochs.
    """
    search = search_of(config)
    lengths = _lengths(config, search, engine)
    trials, epoch_seconds = len(lengths), sample.epoch_seconds
    epochs = sum(length or len(sample.rows) for length in lengths) * search.tune.trainings
    at_once = min(workers, machine.cores())
    work = _work(sample, epochs, trials * search.tune.trainings)
    seconds = sample.start_seconds + max(work.longest, work.seconds / at_once)
    if search.tune.max_seconds is not None:
        seconds = min(seconds, search.tune.max_seconds)
    sizes = search.space.size, len(search.space.parameters), trials, epochs
    found = Estimate(*sizes, round(epoch_seconds, 4), round(seconds, 1), work.stacks, work.stacked)
    terminal.event("dry_run", asdict(found))
    terminal.line(f"space: {counted(len(search.space.parameters), 'parameter')}, {_extent(search)}")
    name = search.tune.engine.called()
    terminal.line(f"trials: {trials} by {name}, at most {counted(epochs, 'epoch')}, for {search.metric}")
    for line in _programs(sample, work, trials * search.tune.trainings):
        terminal.line(line)
    terminal.line(f"time: about {_words(seconds)} with {workers} at once ({epoch_seconds:.3f} s an epoch as written)")
    return found


@dataclass(frozen=True)
class _Work:
    """The seconds of all trainings one after another, those of the longest part, and which are stacks."""

    seconds: float
    longest: float
    stacks: int = 0
    stacked: int = 0
    largest: int = 0


def _work(sample: Sample, epochs: int, trainings: int) -> _Work:
    """Return what the trainings take, of which the sample has the first parts."""
    alone, stack = sample.trial_seconds, sample.stack
    if stack is None or stack.why:
        return _Work(epochs * sample.epoch_seconds + alone * trainings, 0.0)
    seconds, longest, traced, stacks = 0.0, 0.0, set[str](), list[int]()
    for part in sample.parts:
        count = len(part.trainings)
        if _is_stack(part, stack.steps):
            stacks.append(count)
            took = part.epochs * stack.epoch_seconds + count * stack.trial_seconds
            took += 0.0 if part.key in traced else stack.tracing_seconds
            longest = max(longest, took)
            traced.add(part.key)
        else:
            took = part.epochs * sample.epoch_seconds + count * alone
        seconds += took
    share = trainings / max(1, sum(len(part.trainings) for part in sample.parts))
    return _Work(seconds * share, longest, round(len(stacks) * share), round(sum(stacks) * share), max(stacks))


def _programs(sample: Sample, work: _Work, trainings: int) -> list[str]:
    """Return the lines on what is trained as one program."""
    if sample.stack is None:
        return []
    if sample.stack.why:
        return [f"programs: each training is one, because of {sample.stack.why}"]
    alone = f", and {trainings - work.stacked:,} alone" if trainings > work.stacked else ""
    most = f" of at most {work.largest}" if work.stacks > 1 else ""
    return [f"programs: {counted(work.stacks, 'stack')}{most} for {counted(work.stacked, 'training')}{alone}"]


def _extent(search: Search) -> str:
    engine, size = search.tune.engine, search.space.size
    if size is not None:
        return f"{counted(size, 'set')} of values"
    tenths = engine.finite and not engine.promotes  # as `Encoding` has them for an engine that tries all values
    return "with a continuous range" + (f", which {engine.called()} takes in ten places" if tenths else "")


def _lengths(config: Config, search: Search, engine: SearchEngine) -> list[int]:
    """Return the epochs of each trial that the budget allows, if none stops early; 0 as of `length_of`.

    Only an engine that ends by itself is asked, with made-up scores; another one would take long.
    """
    own, limit = _longest(config, search), search.tune.budget or MOST_PROPOSALS
    if not search.tune.engine.finite:
        count, total = min(limit, search.space.size or limit), search.tune.max_epochs_total
        return [own] * (count if total is None else min(count, total // (own * search.tune.trainings)))
    found: list[int] = []
    totals: list[int] = []
    while len(found) < limit:
        proposal = engine.ask()
        if proposal is None or isinstance(proposal, Waiting):
            break
        totals.append(length_of(config, proposal))
        found.append(totals[-1] - (0 if proposal.parent is None else totals[proposal.parent]))
        if search.tune.max_epochs_total and sum(found) * search.tune.trainings > search.tune.max_epochs_total:
            found.pop()
            break
        engine.tell(len(totals) - 1, float(len(totals)), totals[-1])
    return found


def _longest(config: Config, search: Search) -> int:
    """Return the most epochs that the config allows a trial."""
    searched = [one for one in search.space.parameters if one.path == "train.epochs"]
    ends = [max(option or DEFAULT_EPOCHS for option in one.options or [one.high]) for one in searched]
    return int(max(ends, default=length_of(config, Proposal({}))))


def _words(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
