"""One experiment, from a validated config to a run directory: the one way across the heavy side."""

import contextlib
import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from nntrain.config.experiment import Experiment
from nntrain.config.keras.layers import Layer
from nntrain.config.named import to_tree
from nntrain.data import dataset as datasets
from nntrain.document import yaml_file
from nntrain.errors import Diverged, NNTrainError, Stopped, WorkerLost
from nntrain.runs import environment
from nntrain.runs.results import FinishedTraining, RowWriter
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training import trainer
from nntrain.training.checkpoint import Store
from nntrain.training.history import History, Row
from nntrain.training.prepare import Prepared
from nntrain.training.run_context import ALONE, RunContext
from nntrain.training.state import State


@dataclass(frozen=True)
class Result:
    """A finished run: `summary` is the content of summary.json, `rows` those of metrics.csv."""

    run_dir: RunDir
    summary: dict[str, Any]
    rows: tuple[Row, ...]


def tell(prepared: Prepared, terminal: Terminal) -> None:
    """What the user should know before the training: what was chosen in his place, and faults of the data."""
    for warning in prepared.data.warnings:
        terminal.note(f"warning: {warning}")
    if prepared.taken:
        terminal.note(f"note: {prepared.taken}")
    if added := [_written(layer) for layer in prepared.resolved.added]:
        terminal.note(f"note: added the output layer {' and '.join(added)}")


def _written(layer: Layer) -> str:
    """The layer as an item of the list `model`."""
    tree = to_tree(layer)
    return f"`{tree}`" if isinstance(tree, str) else f"`{yaml_file.inline(tree)[1:-1]}`"


def run(
    prepared: Prepared,
    run_dir: RunDir,
    terminal: Terminal,
    config_text: bytes,
    context: RunContext = ALONE,
    origin: State | None = None,
) -> Result:
    """Trains and scores one experiment in a new run directory, from the state `origin` of another run if there is one.

    Raises Diverged and Stopped as the training loop does; what was reached until then is written first.
    """
    resolved = resolved_text(prepared.resolved.experiment)
    facts = {
        **environment.describe(),
        **devices_of(context),
        "run_key": uuid.uuid4().hex,
        "data_sha256": datasets.sha256(prepared.data),
        "resolved_sha256": hashlib.sha256(resolved.encode()).hexdigest(),
    }
    store = Store(run_dir.checkpoints, facts["run_key"])
    with run_dir.locked():
        run_dir.write(run_files.CONFIG, config_text)
        run_dir.write_json(run_files.ENVIRONMENT, {**facts, "end": None, "exit_status": None})
        if origin is not None:
            store.save(origin)
        run_dir.write(run_files.RESOLVED, resolved)  # the last one: a directory that has it can be resumed
        return recorded(prepared, run_dir, terminal, facts, store, origin, context)


def devices_of(context: RunContext) -> dict[str, int]:
    """On how many devices and in how many processes a run trains, for environment.json."""
    distribution = context.distribution
    if distribution is None:
        return {"devices": 1, "workers": 1}
    return {"devices": distribution.replicas, "workers": distribution.workers}


def recorded(
    prepared: Prepared,
    run_dir: RunDir,
    terminal: Terminal,
    facts: dict[str, Any],
    store: Store,
    resumed: State | None = None,
    context: RunContext = ALONE,
) -> Result:
    """Trains, from the start or from a state, and records in environment.json how it ended."""
    status = 1
    try:
        trainer.share(prepared, context.distribution, resumed)
        result = _train(prepared, run_dir, terminal, store, resumed, context, facts)
        status = 0
        return result
    except NNTrainError as error:
        status = error.exit_code
        terminal.log.append(str(error))
        raise
    except KeyboardInterrupt:
        status = 130
        raise
    finally:
        # An error of the training must not be hidden by one of writing that it failed.
        with contextlib.suppress(NNTrainError) if status else contextlib.nullcontext():
            run_dir.write_json(run_files.ENVIRONMENT, {**facts, "end": environment.now(), "exit_status": status})
            run_dir.write_log(terminal.log)


def resolved_text(experiment: Experiment) -> str:
    """The experiment as YAML, every default of ours written out."""
    return (
        "# The experiment with every default of nntrain written out; `nntrain fit` trains it again.\n"
        + yaml_file.dump(to_tree(experiment))
    )


def _train(
    prepared: Prepared,
    run_dir: RunDir,
    terminal: Terminal,
    store: Store,
    resumed: State | None,
    context: RunContext,
    facts: dict[str, Any],
) -> Result:
    """Trains, and adds to the facts what `auto` stood for."""
    history = History()
    watcher = RowWriter(terminal, run_dir, history)
    scorer = trainer.make_scorer(prepared, context)
    job = trainer.make_job(prepared, scorer, context, watcher, store)
    facts |= {"engine": job.program.engine, "compile": "xla" if job.program.xla else "graph"}
    seed, final = prepared.resolved.experiment.seed, context.final
    outcome = FinishedTraining(run_dir, prepared.data, scorer, history, job.plan, seed, prepared.model, final)
    try:
        trainer.fit(job, history, resumed, prepared.model, context.distribution)
    except (Diverged, Stopped, WorkerLost) as error:
        watcher.end()
        raise _told(error, outcome) from None
    finally:
        watcher.end()
    return Result(run_dir, outcome.write(ended=True), tuple(history.rows))


def _told(error: Diverged | Stopped | WorkerLost, outcome: FinishedTraining) -> NNTrainError:
    """The error with what was reached, after it was written, or with why it could not be."""
    message = error.problems[0].message
    stopped = isinstance(error, (Stopped, WorkerLost))
    outcome.history.reason = f"stopped {message}" if isinstance(error, Stopped) else message
    try:
        outcome.write(ended=not stopped)
    except NNTrainError as unwritten:
        why = unwritten.problems[0]
        return error if why.message in message else error.after(why.message, why.help)
    help = f"`nntrain resume {outcome.run_dir}` goes on" if stopped else ""
    return error.after(_reached(outcome.history, outcome.run_dir), help)


def _reached(history: History, run_dir: RunDir) -> str:
    """What there is to use after a training that did not end well."""
    if not history.rows:
        return f"no epoch was finished; what was tried is in {run_dir}"
    count = len(history.rows)
    finished = "1 epoch was finished" if count == 1 else f"{count} epochs were finished"
    return f"{finished}; the model of epoch {history.best_epoch} is in {run_dir}"
