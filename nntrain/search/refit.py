"""`--refit`: the best trials of a search are trained again from the start, and scored on the test split."""

from collections import deque
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from nntrain.config.search.trial_config import as_yaml
from nntrain.errors import NNTrainError
from nntrain.processes.executor import Executor
from nntrain.processes.messages import Event
from nntrain.search.ledger import Entry
from nntrain.search.runner import POLL_SECONDS, Runner
from nntrain.search.search_files import trial_config
from nntrain.search.task import Task
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal, titled
from nntrain.training.signals import watched


def refit(runner: Runner, most: int, terminal: Terminal) -> dict[str, Any]:
    """Train the best `most` trials again and return the metrics of each by the name of its run.

    What an earlier end of this search has trained again is reused. Raises Stopped at a signal, after the checkpoints
    were written, and NNTrainError where a training fails.
    """
    best = [entry for entry in runner.ledger.ranked() if entry.status == "done"][:most]
    tasks = _tasks(runner, best)
    ended = _trained(runner.executor, tasks)
    found = {
        Path(task.folder).name: {"trial": entry.name, "metrics": ended[task.number].summary["metrics"]}
        for task, entry in zip(tasks, best, strict=True)
    }
    of_one = {name: of for event in ended.values() for name, of in event.summary.get("metric_classes", {}).items()}
    _show(found, of_one, terminal)
    return found


def _tasks(runner: Runner, best: Sequence[Entry]) -> list[Task]:
    """Return a training for each trial, in the folder that has it already or in the next free one."""
    found: list[Task] = []
    for number, entry in enumerate(best):
        config = as_yaml(trial_config(runner.folder.config, runner.search, entry.proposal))
        folders = (runner.folder.directory.path.absolute() / f"refit-{place}" for place in count(1))
        used = {task.folder for task in found}
        folder = next(str(one) for one in folders if str(one) not in used and _fits(one, config))
        found.append(Task(number=number, folder=folder, config=config, final=True))
    return found


def _fits(folder: Path, config: str) -> bool:
    """Return whether the folder holds a run of this config, or none."""
    return not (folder / run_files.CONFIG).is_file() or RunDir(folder).read_text(run_files.CONFIG) == config


def _trained(executor: Executor, tasks: Sequence[Task]) -> dict[int, Event]:
    """Train the tasks and return how each has ended, by its number; raises as `refit` does."""
    found: dict[int, Event] = {}
    waiting, stopping = deque(tasks), False
    with watched() as request:
        while len(found) < len(tasks) - len(waiting) or (waiting and not stopping):
            while waiting and executor.free and not stopping:
                executor.submit(waiting.popleft())
            event = executor.next(POLL_SECONDS)
            if request.signal and not stopping:
                stopping = True
                executor.stop()
            if event is None or event.kind == "epoch":
                continue
            if event.kind in ("failed", "lost"):
                folder = Path(tasks[event.number].folder)
                raise NNTrainError(f"{folder.name} was not trained again: {event.message}", help=f"see {folder}")
            found[event.number] = event
    request.raise_if_asked()
    return found


def _show(found: dict[str, Any], metric_classes: dict[str, str], terminal: Terminal) -> None:
    tested = {name: one for name, one in found.items() if "test" in one["metrics"]}
    if tested:
        names = next(iter(tested.values()))["metrics"]["test"]
        rows = [[name, one["trial"], *one["metrics"]["test"].values()] for name, one in tested.items()]
        terminal.table("trained again, on the test split", ("run", "trial", *titled(names, metric_classes)), rows)
