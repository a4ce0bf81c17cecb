"""`nntrain tune --dry-run`: the size of the space, the number of trials, an estimate of the time."""

import contextlib
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from nntrain.config.load import Config
from nntrain.config.messages import counted
from nntrain.config.resolve import DEFAULT_EPOCHS
from nntrain.config.search.load import search_of
from nntrain.config.search.space import Search, Values
from nntrain.config.search.trial_config import as_yaml
from nntrain.errors import NNTrainError
from nntrain.search.engine import Proposal, SearchEngine, Waiting, make_engine
from nntrain.search.executor import Executor
from nntrain.search.search_files import error_of, length_of, trial_config
from nntrain.search.task import Event, Task
from nntrain.storage.atomic import writing
from nntrain.terminal import Terminal

SAMPLE_EPOCHS = 2
MOST_PROPOSALS = 100_000  # counted where the budget has no limit
TRIES = 3  # proposals among which is one that differs from the config as written


@dataclass(frozen=True)
class Sample:
    """Two trainings: the rows of the first one, and how long its worker and each trial take besides their epochs."""

    rows: Sequence[dict[str, float]]
    start_seconds: float
    trial_seconds: float

    @property
    def epoch_seconds(self) -> float:
        """The seconds of an epoch in which nothing is compiled."""
        return self.rows[:SAMPLE_EPOCHS][-1]["seconds"]


@dataclass(frozen=True)
class Estimate:
    """What a search would do. space: the number of sets of values, None for a continuous range. seconds: all in all."""

    space: int | None
    parameters: int
    trials: int
    epochs: int
    epoch_seconds: float
    seconds: float


def sample(config: Config, executor: Executor, runs_dir: Path) -> Sample:
    """Train the config as written, and once with other values, two epochs each, or all `train.steps`.

    The first training includes the start of the worker; the second shows what each trial takes. They are in a temporary
    folder where the runs are, which an executor on several machines can use too. Raises as `fit` does where the first
    training fails.
    """
    place = next(folder for folder in (runs_dir.absolute(), *runs_dir.absolute().parents) if folder.is_dir())
    with contextlib.ExitStack() as stack:
        with writing(place):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=".dry-run-", dir=place))
        first, first_seconds = _train(config, executor, Task(0, f"{folder}/first", _sample_config(config, {})))
        if first.wrong:
            raise error_of(config, first)
        if first.kind != "done":
            raise NNTrainError(f"the config as written does not train: {first.message}")
        task = Task(1, f"{folder}/second", _sample_config(config, _other_values(config)))
        second, seconds = _train(config, executor, task)
    timed = second if second.kind == "done" else first  # the other values may be invalid together
    trial_seconds = seconds - len(timed.rows) * timed.rows[:SAMPLE_EPOCHS][-1]["seconds"]
    start_seconds = first_seconds - sum(row["seconds"] for row in first.rows)
    return Sample(first.rows, start_seconds, max(0.0, trial_seconds))


def _train(config: Config, executor: Executor, task: Task) -> tuple[Event, float]:
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
    at_once = min(workers, os.cpu_count() or 1)
    trained = epochs * epoch_seconds + sample.trial_seconds * trials * search.tune.trainings
    seconds = sample.start_seconds + trained / at_once
    if search.tune.max_seconds is not None:
        seconds = min(seconds, search.tune.max_seconds)
    sizes = search.space.size, len(search.space.parameters), trials, epochs
    found = Estimate(*sizes, round(epoch_seconds, 4), round(seconds, 1))
    terminal.event("dry_run", asdict(found))
    terminal.line(f"space: {counted(len(search.space.parameters), 'parameter')}, {_extent(search)}")
    name = search.tune.engine.called()
    terminal.line(f"trials: {trials} by {name}, at most {counted(epochs, 'epoch')}, for {search.metric}")
    terminal.line(f"time: about {_words(seconds)} with {workers} at once ({epoch_seconds:.3f} s an epoch as written)")
    return found


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
