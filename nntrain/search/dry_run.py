"""`nntrain tune --dry-run`: the size of the space, the number of trials, an estimate of the time."""

import contextlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

from nntrain.config.load import Config
from nntrain.config.messages import counted
from nntrain.config.resolve import DEFAULT_EPOCHS
from nntrain.config.search.load import search_of
from nntrain.config.search.space import Search
from nntrain.config.search.trial_config import as_yaml
from nntrain.errors import NNTrainError
from nntrain.search.engine import Proposal, SearchEngine, Waiting
from nntrain.search.executor import Executor
from nntrain.search.search_files import error_of, length_of, trial_config
from nntrain.search.task import Task
from nntrain.storage.atomic import writing
from nntrain.terminal import Terminal

SAMPLE_EPOCHS = 2
OVERHEAD_SECONDS = 0.3  # of a trial, besides its training
MOST_PROPOSALS = 100_000  # counted where the budget has no limit


def sample(config: Config, executor: Executor, runs_dir: Path) -> list[dict[str, float]]:
    """Return the rows of a training of the config as written: two epochs, or all `train.steps`.

    The training is in a temporary folder where the runs are, which an executor on several machines can use too. Raises
    as `fit` does where the training fails.
    """
    epochs = None if config.experiment.train.steps is not None else SAMPLE_EPOCHS
    trial = trial_config(config, search_of(config), Proposal({}, epochs=epochs), 0)
    place = next(folder for folder in (runs_dir.absolute(), *runs_dir.absolute().parents) if folder.is_dir())
    with contextlib.ExitStack() as stack:
        with writing(place):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=".dry-run-", dir=place))
        executor.submit(Task(0, f"{folder}/sample", as_yaml(trial)))
        while (event := executor.next()) is None or event.kind == "epoch":
            continue
    if event.wrong:
        raise error_of(config, event)
    if event.kind != "done":
        raise NNTrainError(f"the config as written does not train: {event.message}")
    return event.rows


def estimate(
    config: Config, engine: SearchEngine, rows: Sequence[dict[str, float]], workers: int, terminal: Terminal
) -> None:
    """Print the size of the space, the number of trials, and the time, from the rows of a sample.

    Where `train.steps` is the length of a training, the sample also gives the number of epochs.
    """
    search = search_of(config)
    lengths = _lengths(config, search, engine)
    trials, epoch_seconds = len(lengths), rows[:SAMPLE_EPOCHS][-1]["seconds"]
    epochs = sum(length or len(rows) for length in lengths) * search.tune.repeats
    seconds = (epochs * epoch_seconds + OVERHEAD_SECONDS * trials) / workers
    if search.tune.max_seconds is not None:
        seconds = min(seconds, search.tune.max_seconds)
    found = {"space": search.space.size, "parameters": len(search.space.parameters), "trials": trials, "epochs": epochs}
    times = {"epoch_seconds": round(epoch_seconds, 4), "seconds": round(seconds, 1)}
    terminal.event("dry_run", {**found, **times})
    terminal.line(f"space: {counted(len(search.space.parameters), 'parameter')}, {_extent(search)}")
    name = search.tune.engine.called()
    terminal.line(f"trials: {trials} by {name}, at most {counted(epochs, 'epoch')}, for {search.metric}")
    terminal.line(f"time: about {_words(seconds)} with {workers} at once ({epoch_seconds:.3f} s an epoch as written)")


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
        return [own] * (count if total is None else min(count, total // (own * search.tune.repeats)))
    found: list[int] = []
    totals: list[int] = []
    while len(found) < limit:
        proposal = engine.ask()
        if proposal is None or isinstance(proposal, Waiting):
            break
        totals.append(length_of(config, proposal))
        found.append(totals[-1] - (0 if proposal.parent is None else totals[proposal.parent]))
        if search.tune.max_epochs_total and sum(found) * search.tune.repeats > search.tune.max_epochs_total:
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
