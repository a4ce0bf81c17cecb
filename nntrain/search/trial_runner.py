"""Trials one after another in one process: each an ordinary run, less what only the end of a search is for."""

import contextlib
import gc
import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from nntrain.config.base import to_tree
from nntrain.config.load import Config, from_document
from nntrain.data import dataset
from nntrain.data.dataset import Dataset
from nntrain.document import yaml_file
from nntrain.errors import ConfigError, DataError, NNTrainError, Problem, Stopped, in_one_line
from nntrain.runs import experiment, resume
from nntrain.search.task import Event, Task
from nntrain.storage import run_files
from nntrain.storage.atomic import writing
from nntrain.storage.find_runs import is_run
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.checkpoint import Store
from nntrain.training.history import Row
from nntrain.training.loop import PRUNED
from nntrain.training.prepare import Prepared, prepare
from nntrain.training.program_cache import Programs
from nntrain.training.run_context import RunContext
from nntrain.training.signals import StopRequest
from nntrain.training.state import State

Report = Callable[[Row], bool]
"""Is told the row of every epoch; says whether to stop the training there."""

_LENGTHS = ("epochs", "steps", "max_seconds", "checkpoint_seconds")
_DATASETS = 4  # kept; a search has one, or a few folds of it


class TrialRunner:
    """Runs tasks; data that were read and programs that were compiled are used again."""

    def __init__(self) -> None:
        self.programs = Programs()
        self.datasets: dict[str, Dataset] = {}

    def run(self, task: Task, report: Report, request: StopRequest | None = None) -> Event:
        """Trains the task's run, or what is left of it, and says how it ended: done, failed or stopped.

        request: who may ask to stop, where it is not the process's signals.
        """
        _forget()
        terminal = Terminal(quiet=True)
        try:
            return self._run(_Trial(task, Path(task.folder), terminal, report, request))
        except Stopped as error:
            return Event(task.number, "stopped", message=error.problems[0].message)
        except (ConfigError, DataError) as error:
            event = self._failed(task, terminal, in_one_line(error))
            wrong: Literal["config", "data"] = "data" if isinstance(error, DataError) else "config"
            return replace(event, wrong=wrong, faults=_faults(error, task))
        except NNTrainError as error:
            return self._failed(task, terminal, in_one_line(error))
        except Exception as error:  # noqa: BLE001  # whatever it is, the next trial may well do without it
            self.programs.clear()
            if not _is_memory(error):
                terminal.log.append(traceback.format_exc())
            return self._failed(task, terminal, _words(error))

    def _run(self, trial: "_Trial") -> Event:
        place = RunDir(trial.folder)
        if is_run(place.path):
            trial.refuse_changed(place)
            if place.read_json(run_files.ENVIRONMENT).get("exit_status") == 0:
                return trial.done(place)
            trial.terminal.log.extend(place.read_log())
            with place.locked():
                prepared = self._prepared(trial, initialize=False)
                resume.go_on(place, prepared, trial.terminal, context=self._context(trial))
            return trial.done(place)
        prepared = self._prepared(trial, initialize=trial.task.parent is None)
        origin = None if trial.task.parent is None else origin_of(RunDir(Path(trial.task.parent)), prepared)
        _make(place.path)
        experiment.tell(prepared, trial.terminal)
        experiment.run(prepared, place, trial.terminal, trial.task.config.encode(), self._context(trial), origin)
        return trial.done(place)

    def _context(self, trial: "_Trial") -> RunContext:
        return RunContext(self.programs, trial.report, trial.request, final=trial.task.final)

    def _prepared(self, trial: "_Trial", initialize: bool) -> Prepared:
        config, places = trial.config(), trial.task.places
        return prepare(config, initialize, self._data(config, places), places)

    def _data(self, config: Config, places: Mapping[str, str]) -> Dataset:
        """The data of the config, which are read once, from where they are on this machine."""
        key = json.dumps(to_tree(config.experiment.data), sort_keys=True)
        if key not in self.datasets:
            while len(self.datasets) >= _DATASETS:
                del self.datasets[next(iter(self.datasets))]
            self.datasets[key] = dataset.load_data(_here(config, places))
        return self.datasets[key]

    def _failed(self, task: Task, terminal: Terminal, message: str) -> Event:
        """The event, after the log was written where that is possible."""
        terminal.log.append(message)
        with contextlib.suppress(OSError, NNTrainError):
            _make(Path(task.folder))
            RunDir(Path(task.folder)).write_log(terminal.log)
        return Event(task.number, "failed", message=message)


@dataclass(frozen=True)
class _Trial:
    """A task that is being run."""

    task: Task
    folder: Path
    terminal: Terminal
    report: Report
    request: StopRequest | None

    def config(self) -> Config:
        """The task's config; raises ConfigError with all problems."""
        return from_document(yaml_file.parse(self.task.config, str(self.folder / run_files.RESOLVED)))

    def refuse_changed(self, place: RunDir) -> None:
        """Raises NNTrainError where the folder holds a run of another config: no fault of the search's own config."""
        if (place.path / run_files.CONFIG).read_text(encoding="utf-8") != self.task.config:
            raise NNTrainError(f"`{place}` is a run of another config", help="remove the folder, or give another name")

    def done(self, place: RunDir) -> Event:
        """The event of a run that has ended, from its files."""
        rows = [{name: float(cell) for name, cell in row.items() if cell != ""} for row in place.read_rows()]
        return Event(self.task.number, "done", rows=rows, summary=place.read_json(run_files.SUMMARY))


def _make(folder: Path) -> None:
    """Makes a trial's folder in that of the search, and never the latter, which may have been removed."""
    if folder.name.startswith("repeat-"):
        folder.parent.mkdir(exist_ok=True)
    with writing(folder.parent):
        folder.mkdir(exist_ok=True)


def origin_of(parent: RunDir, prepared: Prepared) -> State:
    """The last state of a run, for another one to go on from to its own length.

    A training that one of its callbacks has stopped stays stopped, as it would have been in one go; a pruned one, or
    one whose seconds were over, goes on. Raises NNTrainError when the two differ in more than their length.
    """
    then = parent.read_json(run_files.ENVIRONMENT)
    config = from_document(yaml_file.read(parent.path / run_files.RESOLVED)).experiment
    if _but_for_length(to_tree(config)) != _but_for_length(to_tree(prepared.resolved.experiment)):
        raise NNTrainError(f"`{parent}` differs in more than its length, and cannot be gone on from")
    if then["data_sha256"] != prepared.data.digest:
        raise NNTrainError(f"the data are not those of `{parent}`")
    found = Store(parent.checkpoints, parent.key()).load()
    if found is None:
        raise NNTrainError(f"`{parent}` has no checkpoint to go on from")
    facts = found.state.facts
    history = facts["history"]
    if facts["stop_training"] and history["reason"] != PRUNED:
        return found.state
    return replace(found.state, facts={**facts, "stop_training": False, "history": {**history, "reason": ""}})


def _here(config: Config, places: Mapping[str, str]) -> Config:
    """The config with the files of its data where they are on this machine; the run itself keeps the config's paths."""
    if not places:
        return config
    tree = to_tree(config.experiment)
    moved = yaml_file.dump({**tree, "data": _moved(tree["data"], places)})
    return from_document(yaml_file.parse(moved, config.document.file))


def _moved(tree: Any, places: Mapping[str, str]) -> Any:
    if isinstance(tree, dict):
        return {name: _moved(value, places) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_moved(value, places) for value in tree]
    return places.get(tree, tree) if isinstance(tree, str) else tree


def _but_for_length(tree: dict[str, Any]) -> dict[str, Any]:
    train = {name: value for name, value in tree["train"].items() if name not in _LENGTHS}
    return {**{name: value for name, value in tree.items() if name != "tune"}, "train": train}


def _faults(error: ConfigError | DataError, task: Task) -> tuple[Problem, ...]:
    """What is wrong; what stands at an option of the config does so in that of the search."""
    own = str(Path(task.folder) / run_files.RESOLVED)
    return tuple(replace(one, span=None) if one.span and one.span.file == own else one for one in error.problems)


def _words(error: Exception) -> str:
    if _is_memory(error):
        return "out of memory"
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]


def _is_memory(error: Exception) -> bool:
    import tensorflow as tf

    return isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError))


def _forget() -> None:
    """Frees what the models before have left, and has Keras count names from the start, as in a new process."""
    import keras
    from tensorflow.python.framework import ops

    keras.backend.clear_session(free_memory=False)
    # TensorFlow (2.21) keeps every graph that has a custom gradient in it, 3 MB each, by the gradient's name.
    registry = ops.gradient_registry._registry
    for name in [name for name in registry if name.startswith("CustomGradient-")]:
        del registry[name]
    gc.collect()
