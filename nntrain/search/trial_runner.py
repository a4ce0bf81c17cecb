"""Trials, one after another in one process: ordinary runs, without what only the last runs of a search need."""

import contextlib
import gc
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nntrain.config.load import Config, from_document
from nntrain.config.named import to_tree
from nntrain.document import yaml_file
from nntrain.document.yaml_file import Document
from nntrain.errors import ConfigError, DataError, NNTrainError, Stopped, in_one_line
from nntrain.processes.messages import Event
from nntrain.runs import experiment, resume
from nntrain.runs.datasets import Datasets
from nntrain.runs.experiment import Result, Training
from nntrain.search.task import Task
from nntrain.storage import inside, run_files
from nntrain.storage.atomic import writing
from nntrain.storage.find_runs import is_run
from nntrain.storage.lock import wait_until_free
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal, json_ready
from nntrain.training.checkpoint import Store
from nntrain.training.history import Row
from nntrain.training.loop import PRUNED
from nntrain.training.memory import is_exhausted, words_of
from nntrain.training.prepare import Prepared, prepare
from nntrain.training.program_cache import Programs
from nntrain.training.run_context import RunContext
from nntrain.training.signals import StopRequest
from nntrain.training.state import State

Report = Callable[[Row], bool]
"""Receives the row of each epoch, and returns whether to stop the training there."""

_LENGTHS = ("epochs", "steps", "max_seconds", "checkpoint_seconds")
_DATASETS = 4  # kept in memory; a search has one, or a few folds of it
LOST_SECONDS = 100.0  # an NFS server keeps the lock of a lost machine for 90 seconds


class TrialRunner:
    """Runs tasks, and reuses the data that were read and the programs that were compiled."""

    def __init__(self) -> None:
        self.programs = Programs()
        self.datasets = Datasets(most=_DATASETS)

    def run(self, task: Task, report: Report, request: StopRequest | None = None) -> Event:
        """Train the task's run, or the rest of it, and return how it ended; `request` stops it in place of signals."""
        forget()
        terminal = Terminal(quiet=True)
        try:
            return self._run(TrialTask(task, Path(task.folder), terminal, report, request))
        except Stopped as error:
            return Event(task.number, "stopped", message=error.problems[0].message)
        except NNTrainError as error:
            return with_faults(self._failed(task, terminal, in_one_line(error)), error, task)
        except Exception as error:  # noqa: BLE001  # of any type: it fails this trial, and the next one runs
            self.programs.clear()
            if not is_exhausted(error):
                terminal.log.append(traceback.format_exc())
            return self._failed(task, terminal, words_of(error))

    def _run(self, trial: "TrialTask") -> Event:
        place = RunDir(trial.folder)
        trial.wait_for_lost_worker()
        if not is_run(place.path):
            return trial.done(self._begin(trial, place))
        trial.refuse_changed(place)
        if place.has_succeeded:
            return trial.done_before(place)
        trial.terminal.log.extend(place.read_log())
        with place.locked():
            return trial.done(resume.resume_prepared(self._training(trial, place, initialize=False)))

    def _begin(self, trial: "TrialTask", place: RunDir) -> Result:
        parent = trial.task.parent
        training = self._training(trial, place, initialize=parent is None)
        origin = None if parent is None else origin_of(RunDir(Path(parent)), training.prepared)
        make_folder(place.path)
        experiment.report(training.prepared, trial.terminal)
        return experiment.run(training, origin)

    def _training(self, trial: "TrialTask", place: RunDir, initialize: bool) -> Training:
        config = trial.config()
        prepared = prepare(config, initialize, self.datasets.of(config))
        context = RunContext(self.programs, trial.report, trial.request, final=trial.task.final)
        return Training(prepared, place, trial.terminal, context)

    def _failed(self, task: Task, terminal: Terminal, message: str) -> Event:
        """Return the event after the log was written, if that is possible."""
        terminal.log.append(message)
        with contextlib.suppress(OSError, NNTrainError):
            make_folder(Path(task.folder))
            RunDir(Path(task.folder)).write_log(terminal.log)
        summary: dict[str, Any] = {}
        with contextlib.suppress(NNTrainError):  # a training that diverged has one
            summary = RunDir(Path(task.folder)).read_json(run_files.SUMMARY)
        return Event(task.number, "failed", summary=summary, message=message)


@dataclass(frozen=True)
class TrialTask:
    """A task in a worker, with its folder."""

    task: Task
    folder: Path
    terminal: Terminal
    report: Report
    request: StopRequest | None

    def config(self) -> Config:
        """Return the task's config; raises ConfigError with all problems."""
        text, file = self.task.config, str(self.folder / run_files.RESOLVED)
        if self.task.tree:
            with contextlib.suppress(ConfigError):  # raised below, with the lines of the text
                return from_document(Document(self.task.tree, file, data=text.encode()))
        return from_document(yaml_file.parse(text, file))

    def wait_for_lost_worker(self) -> None:
        """Wait while a worker that the search has lost still trains the run; raises Stopped where a stop is asked."""
        wait_until_free(self.folder, LOST_SECONDS, self._look)

    def _look(self) -> None:
        if self.request is not None:
            self.request.raise_if_asked()

    def refuse_changed(self, place: RunDir) -> None:
        """Raise NNTrainError where the folder holds a run of another config."""
        if place.read_text(run_files.CONFIG) != self.task.config:
            raise NNTrainError(f"`{place}` is a run of another config", help="remove the folder, or give another name")

    def done(self, result: Result) -> Event:
        """Return the event of a training that has ended in this process."""
        return Event(self.task.number, "done", rows=list(result.rows), summary=json_ready(result.summary))

    def done_before(self, place: RunDir) -> Event:
        """Return the event of a training that ended in another process, from the files of its run."""
        rows = [{name: float(cell) for name, cell in row.items() if cell != ""} for row in place.read_rows()]
        return Event(
            self.task.number, "done", rows=rows, summary=place.read_json(run_files.SUMMARY, "seconds", "metrics")
        )


def make_folder(folder: Path) -> None:
    """Make a trial's folder. The folder of the search must exist: it may have been removed."""
    search = folder.parents[folder.name.startswith(("repeat-", "fold-"))]
    with writing(search):
        for one in (folder.parent, folder):
            if one != search:
                inside.make_folder(search, str(one.relative_to(search)))


def origin_of(parent: RunDir, prepared: Prepared) -> State:
    """Return the last state of a run, from which another run trains to its own length.

    A training that a callback has stopped stays stopped; one that was pruned, or reached its `max_seconds`, continues.
    Raises NNTrainError when the two runs differ in more than their length.
    """
    then = parent.read_json(run_files.ENVIRONMENT, "data_sha256")
    config = from_document(yaml_file.read(parent.file(run_files.RESOLVED))).experiment
    if _without_length(to_tree(config)) != _without_length(to_tree(prepared.resolved.experiment)):
        raise NNTrainError(f"`{parent}` differs in more than its length, so this run cannot continue it")
    if then["data_sha256"] != prepared.data.digest:
        raise NNTrainError(f"the data are not the data of `{parent}`")
    found = resume.load_checkpoint(Store(parent.checkpoints, parent.key()), prepared)
    if found is None:
        raise NNTrainError(f"`{parent}` has no checkpoint to continue from")
    facts = found.state.facts
    history = facts["history"]
    if facts["stop_training"] and history["reason"] != PRUNED:
        return found.state
    return replace(found.state, facts={**facts, "stop_training": False, "history": {**history, "reason": ""}})


def _without_length(tree: dict[str, Any]) -> dict[str, Any]:
    train = {name: value for name, value in tree["train"].items() if name not in _LENGTHS}
    return {**{name: value for name, value in tree.items() if name != "tune"}, "train": train}


def with_faults(event: Event, error: NNTrainError, task: Task) -> Event:
    """Return the event with what is wrong in the config or the data, if that is the error.

    A place in the trial's config is left out, as the search finds it in its own config.
    """
    if not isinstance(error, ConfigError | DataError):
        return event
    own = str(Path(task.folder) / run_files.RESOLVED)
    faults = [replace(one, span=None) if one.span and one.span.file == own else one for one in error.problems]
    return replace(event, wrong="data" if isinstance(error, DataError) else "config", faults=tuple(faults))


def forget() -> None:
    """Free what earlier models have left, and restart the numbers in Keras's names, as in a new process."""
    import keras
    from tensorflow.python.framework import ops

    keras.backend.clear_session(free_memory=False)
    # TensorFlow 2.21 keeps every graph that has a custom gradient, 3 MB each, by the gradient's name.
    registry = ops.gradient_registry._registry
    for name in [name for name in registry if name.startswith("CustomGradient-")]:
        del registry[name]
    gc.collect()
