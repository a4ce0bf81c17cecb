"""One experiment, from a validated config to a run directory: `run` is the one way across the heavy side."""

import contextlib
import hashlib
import shlex
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from nntrain.config import plugin, settings
from nntrain.config.experiment import Experiment
from nntrain.config.keras.layers import Layer
from nntrain.config.load import Config
from nntrain.config.loggers import refuse_missing
from nntrain.config.messages import counted
from nntrain.config.named import to_tree
from nntrain.doctor.checkup import Diagnosis
from nntrain.document import yaml_file
from nntrain.errors import Diverged, NNTrainError, Stopped, WorkerLost
from nntrain.model.batch_normalization import fused
from nntrain.model.initial_weights import record_of
from nntrain.plugins.place import errors_worded
from nntrain.report import writing
from nntrain.runs import diagnosis, final_plots, logs
from nntrain.runs.environment import describe, now
from nntrain.runs.results import FinishedTraining, RowWriter
from nntrain.storage import drafts, run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training import fast_precision, trainer
from nntrain.training.checkpoint import Store
from nntrain.training.choose_program import drawn_before
from nntrain.training.history import History, Row
from nntrain.training.job import Job
from nntrain.training.prepare import Prepared, prepare
from nntrain.training.run_context import ALONE, RunContext
from nntrain.training.state import State


@dataclass(frozen=True)
class Training:
    """A prepared experiment, the run directory that records it, and where it is shown and trained."""

    prepared: Prepared
    run_dir: RunDir
    terminal: Terminal
    context: RunContext = ALONE

    @cached_property
    def resolved_text(self) -> str:
        """The content of resolved.yaml."""
        return resolved_text(self.prepared.resolved.experiment)


@dataclass(frozen=True)
class Result:
    """A finished run or group: its directory, the content of summary.json, and the rows of metrics.csv of a run."""

    run_dir: RunDir
    summary: dict[str, Any]
    rows: tuple[Row, ...] = ()
    diagnosis: Diagnosis | None = None


def fit(config: Config, runs_dir: Path, name: str, terminal: Terminal, context: RunContext = ALONE) -> Result | None:
    """Train a config in a new run directory; None where another worker writes it. Raises as `prepare` and `run` do."""
    if not context.writes:
        trainer.follow(prepare(config), context)
        return None
    return train(config, runs_dir, name, terminal, context)


def train(config: Config, runs_dir: Path, name: str, terminal: Terminal, context: RunContext = ALONE) -> Result:
    """Train a config in a new run directory, which this process writes. Raises as `prepare` and `run` do.

    Raises MissingPackage before anything is read where a logger is not installed.
    """
    refuse_missing(config.experiment.train.loggers)
    prepared = prepare_and_report(config, terminal)
    with drafts.draft(runs_dir, name) as draft:
        return run(Training(prepared, draft, terminal, context))


def prepare_and_report(config: Config, terminal: Terminal) -> Prepared:
    """Read the data and build the model, and print what the config leaves out; raises as `prepare` does."""
    prepared = prepare(config)
    report(prepared, terminal)
    return prepared


def report(prepared: Prepared, terminal: Terminal) -> None:
    """Print the warnings about the data and the training, and what was added to the config."""
    for problem in (*prepared.config.late_warnings(prepared.resolved), *prepared.data.warnings):
        terminal.note(str(problem))
    for note in (*prepared.data.notes, *([prepared.taken] if prepared.taken else [])):
        terminal.note(f"note: {note}")
    for layer in prepared.resolved.front:
        terminal.note(f"note: added `{layer.called()}` {_FRONT[layer.called()]}")
    if added := [_as_item(layer) for layer in prepared.resolved.added]:
        terminal.note(f"note: added the output layer {' and '.join(added)}")
    if faster := fast_precision.note(prepared.config, prepared.resolved, len(prepared.data.train)):
        terminal.note(f"note: {faster}")
    report_obstacles(prepared, terminal)


_FRONT = {
    "TableEncoding": "as the first layer; it scales numbers, fills gaps and encodes categories",
    "PlaneFeatures": "behind it; it makes the `features` of the two scaled columns",
}


def report_obstacles(prepared: Prepared, terminal: Terminal) -> None:
    """Print the warnings of what keeps the training from learning."""
    for warning in prepared.obstacles:
        terminal.note(str(warning))


def _as_item(layer: Layer) -> str:
    """Return the layer as an item of the list `model`."""
    tree = to_tree(layer)
    return f"`{tree}`" if isinstance(tree, str) else f"`{yaml_file.inline(tree)[1:-1]}`"


def run(training: Training, origin: State | None = None) -> Result:
    """Train and score one experiment in a new run directory, from the state `origin` of another run where given.

    Raises Diverged, Stopped and WorkerLost as the training loop does, after the results so far are written.
    """
    run_dir, environment = training.run_dir, environment_of(training, describe())
    store = Store(run_dir.checkpoints, environment["run_key"])
    with run_dir.locked():
        if origin is not None:
            store.save(origin)
        begun = begin(training, environment)
        store.folder = begun.checkpoints
        return record(replace(training, run_dir=begun), environment, store, origin)


def environment_of(training: Training, machine: dict[str, Any]) -> dict[str, Any]:
    """Return what environment.json holds of a run that begins; machine: the result of `describe`."""
    prepared = training.prepared
    return {
        **machine,
        **devices_of(training.context),
        **computed_by(training),
        **record_of(prepared.resolved.train.init_from),
        "run_key": uuid.uuid4().hex,
        "data_sha256": prepared.data.digest,
        "resolved_sha256": hashlib.sha256(training.resolved_text.encode()).hexdigest(),
        "settings": settings.as_json(to_tree(prepared.resolved.experiment)),
        **training.context.noted,
    }


def computed_by(training: Training) -> dict[str, list[str]]:
    """Return the layers that are not computed by Keras's code alone, by what computes them, for environment.json."""
    resolved, layers = training.prepared.resolved, training.prepared.model.layers
    alone = training.context.distribution is None
    drawn = drawn_before(resolved, layers, len(training.prepared.data.train)) if alone else []
    return {"fused": fused(layers), "drawn": drawn}


def begin(training: Training, environment: dict[str, Any]) -> RunDir:
    """Write the first files of a run; return its directory, which can be resumed from now on."""
    prepared, run_dir = training.prepared, training.run_dir
    run_dir.write(run_files.CONFIG, prepared.config.document.data)
    run_dir.write_json(run_files.ENVIRONMENT, {**environment, "end": None, "exit_status": None})
    run_dir.write(run_files.RESOLVED, training.resolved_text)  # last: with it, it can be resumed
    return drafts.published(run_dir)


def devices_of(context: RunContext) -> dict[str, int]:
    """Return the number of devices and of processes, for environment.json."""
    found = context.distribution
    return {"devices": found.replicas if found else 1, "workers": found.workers if found else 1}


def resolved_text(experiment: Experiment) -> str:
    """Return the experiment as YAML with every default of nntrain."""
    comment = "# The experiment with every default of nntrain written out; `nntrain fit` trains it again.\n"
    return comment + yaml_file.dump(to_tree(experiment))


@dataclass
class Ending:
    """What there is when a training ends: the files that it leaves and its result, as far as it came to them."""

    finished: FinishedTraining | None = None
    result: Result | None = None


@contextlib.contextmanager
def recorded(training: Training, environment: dict[str, Any]) -> Iterator[Ending]:
    """Write to environment.json how the block has ended, show its result, then write plots, report and log."""
    run_dir, terminal, context = training.run_dir, training.terminal, training.context
    status, ending = 1, Ending()
    try:
        yield ending
        status = 0
    except NNTrainError as error:
        status = error.exit_code
        terminal.log.append(str(error))
        raise
    except KeyboardInterrupt:
        status = 130
        raise
    finally:
        finished = ending.finished
        if finished is not None:
            finished.watcher.logs.end(status, ending.result.summary["metrics"] if ending.result else {})
        # An error of the training must not be hidden by one of writing that it failed.
        with contextlib.suppress(NNTrainError) if status else contextlib.nullcontext():
            run_dir.write_json(run_files.ENVIRONMENT, {**environment, "end": now(), "exit_status": status})
            if context.show is not None and ending.result is not None:
                context.show(ending.result)
            if context.final and context.plots and finished is not None:
                final_plots.draw_trained(run_dir, training.prepared.data, finished.scorer, terminal)
            if context.final and context.report:
                writing.write(run_dir, terminal)
            run_dir.write_log(terminal.log)


def record(training: Training, environment: dict[str, Any], store: Store, state: State | None) -> Result:
    """Train, from the start or from a state, and write to environment.json how the training ended."""
    prepared = training.prepared
    with recorded(training, environment) as ending:
        trainer.share(prepared, training.context.distribution, state)
        with errors_worded(), prepared.memory.explained(), prepared.rehearsed_on_errors():
            ending.finished, job = _begin(training, environment, store, state)
            ending.result = _train(training, ending.finished, job, state)
        return ending.result


def _begin(
    training: Training, environment: dict[str, Any], store: Store, state: State | None
) -> tuple[FinishedTraining, Job]:
    """Return what writes the results, and what is trained; adds to the environment what `auto` was resolved to."""
    prepared, run_dir, context = training.prepared, training.run_dir, training.context
    rows = [] if state is None else state.facts["history"]["rows"]
    log = logs.of_run(prepared.resolved.train.loggers, run_dir, environment, rows, training.terminal)
    watcher = RowWriter(training.terminal, run_dir, rows, log)
    scorer = trainer.make_scorer(prepared, context)
    job = trainer.make_job(prepared, scorer, context, watcher, store)
    watcher.monitored = (job.plan.monitor, job.plan.mode)
    environment |= {"engine": job.program.engine, "compile": "xla" if job.program.xla else "graph"}
    finished = FinishedTraining(run_dir, watcher, prepared, scorer, History(), plan=job.plan, final=context.final)
    return finished, diagnosis.observed(job, finished, context)


def _train(training: Training, finished: FinishedTraining, job: Job, state: State | None) -> Result:
    """Train and write the results."""
    try:
        trainer.fit(job, finished.history, state, training.prepared.model, training.context.distribution)
    except (Diverged, Stopped, WorkerLost) as error:
        finished.watcher.end()
        raise _after_writing(error, finished, job) from None
    finally:
        finished.watcher.end()
    summary = finished.write(ended=True)
    if (diverged := finished.divergence(summary)) is not None:
        raise diagnosis.explained(diverged, finished, job).after(_results_so_far(finished))
    return Result(training.run_dir, summary, tuple(finished.history.rows), diagnosis.written(finished, job))


def _after_writing(error: Diverged | Stopped | WorkerLost, finished: FinishedTraining, job: Job) -> NNTrainError:
    """Write the results so far, and return the error with them, or with the reason why they cannot be written."""
    message = error.problems[0].message
    stopped = isinstance(error, (Stopped, WorkerLost))
    finished.history.reason = f"stopped {message}" if isinstance(error, Stopped) else message
    try:
        finished.write(ended=not stopped)
        if isinstance(error, Diverged):
            error = diagnosis.explained(error, finished, job)
    except NNTrainError as unwritten:
        why = unwritten.problems[0]
        return error if why.message in message else error.after(why.message, why.help)
    if isinstance(error, Stopped):
        error.run = finished.run_dir.path
    return error.after(_results_so_far(finished), help_to_resume(finished.run_dir) if stopped else "")


def help_to_resume(run_dir: RunDir) -> str:
    """Return the help of an error that leaves a run, a group or a search to be resumed."""
    return f"resume it with `nntrain resume {shlex.quote(str(run_dir))}{plugin.options()}`"


def _results_so_far(finished: FinishedTraining) -> str:
    history, run_dir = finished.history, finished.run_dir
    if not history.rows:
        return f"no epoch was finished; its log is in {run_dir}"
    finished_epochs = f"{counted(len(history.rows), 'epoch')} {'was' if len(history.rows) == 1 else 'were'} finished"
    return f"{finished_epochs}; the model of epoch {history.best_epoch} is in {run_dir}"
