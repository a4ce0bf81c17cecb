"""`nntrain resume` of a run: continue from its last checkpoint, to the bits of a run that was never stopped."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from nntrain.config.load import load_run
from nntrain.config.loggers import refuse_missing
from nntrain.config.messages import counted, listed
from nntrain.config.resolve import resolve
from nntrain.data.dataset import Dataset, load_data
from nntrain.errors import ConfigError, NNTrainError
from nntrain.model.batch_normalization import fused
from nntrain.model.build import outline
from nntrain.model.initial_weights import record_of
from nntrain.runs import experiment
from nntrain.runs.environment import describe, packages
from nntrain.runs.experiment import Result, Training
from nntrain.runs.results import ALL_DONE
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training import trainer
from nntrain.training.checkpoint import Checkpoint, Store
from nntrain.training.choose_program import drawn_before
from nntrain.training.prepare import Prepared, prepare
from nntrain.training.run_context import ALONE, RunContext
from nntrain.training.state import State, largest, refuse_other_model

LENGTHS = ("train.epochs", "train.steps", "train.max_seconds", "train.checkpoint_seconds")
_MUST_EQUAL = ("nntrain", "tensorflow", "keras", "numpy")
_SHOULD_EQUAL = {"device": "another device", "threads": "other threads", "cpu": "another processor"}


def follow(run_dir: RunDir, assignments: Sequence[str], context: RunContext) -> None:
    """Train from the chief's state as another worker, write nothing; raises ConfigError for another resolved.yaml."""
    _refuse_other_assignments(assignments)
    trainer.follow(prepare(load_run(run_dir, assignments), False), context)


def resume(
    run_dir: RunDir, assignments: Sequence[str], allow_changed: bool, terminal: Terminal, context: RunContext = ALONE
) -> Result | None:
    """Train the rest of a run; None where it is finished and no assignment makes it longer.

    Raises ConfigError for an assignment that is not about the length, and NNTrainError when config, data or versions
    have changed (unless `allow_changed`), when no checkpoint can be used, or another process trains the run.
    """
    _refuse_other_assignments(assignments)
    with run_dir.locked():
        if run_dir.has_succeeded and not assignments:
            return None
        prepared = prepare(load_run(run_dir, assignments), initialize=False)
        return resume_prepared(Training(prepared, run_dir, terminal, context), assignments, allow_changed)


def resume_as_it_is(
    run_dir: RunDir, allow_changed: bool, terminal: Terminal, context: RunContext = ALONE
) -> Result | None:
    """Train the rest of a run without a longer training; returns and raises as `resume` does."""
    return resume(run_dir, (), allow_changed, terminal, context)


def _refuse_other_assignments(assignments: Sequence[str]) -> None:
    for assignment in assignments:
        path = assignment.partition("=")[0].strip()
        if path not in LENGTHS:
            help = "start another run from its weights: `nntrain fit CONFIG --init-from RUN`"
            raise ConfigError(f"`resume` can change how long to train, not `{path}`", help=help)


def resume_prepared(training: Training, assignments: Sequence[str] = (), allow_changed: bool = False) -> Result:
    """Train the rest of a run that this process owns; raises as `resume` does."""
    run_dir, prepared = training.run_dir, training.prepared
    refuse_missing(prepared.resolved.train.loggers)
    then, now = _began(run_dir), {**describe(), **experiment.devices_of(training.context)}
    changed = refuse_changes(run_dir, prepared.data, allow_changed)
    _warn_of_other_machine(then, now, training.terminal)
    store = Store(run_dir.checkpoints, run_dir.key())
    state = _last_state(store, bool(assignments), training)
    first: dict[str, str] = {}
    if state is None:
        training = replace(training, prepared=prepared.initialized())
        other, first = changed_weights(then, prepared), record_of(prepared.resolved.train.init_from)
        _refuse(run_dir, other, allow_changed)
        changed += other
    elif assignments:
        _refuse_shorter(training, state)
    if assignments:
        experiment.report_obstacles(prepared, training.terminal)
        run_dir.write(run_files.RESOLVED, experiment.resolved_text(prepared.resolved.experiment))
    names = ("start", "command", "devices", "workers")
    resumed = {**{name: now[name] for name in names}, "changed": changed, "set": list(assignments)}
    trained_on = {"packages": now["packages"], "data_sha256": prepared.data.digest}
    environment = {
        **then,
        **trained_on,
        **first,
        **experiment.computed_by(training),
        "resolved_sha256": _sha256_of(run_dir),
    }
    environment["resumed"] = [*then.get("resumed", ()), resumed]
    if isinstance(then.get("stack"), dict):  # its last epochs are not those of the stack
        environment["stack"] = {**then["stack"], "alone": True}
    run_dir.write_json(run_files.ENVIRONMENT, {**environment, "end": None, "exit_status": None})
    return experiment.record(training, environment, store, state)


def _began(run_dir: RunDir) -> dict[str, Any]:
    """Return what environment.json says about the begin of a run."""
    return run_dir.read_json(run_files.ENVIRONMENT, "packages", "data_sha256", "resolved_sha256", "run_key")


def _warn_of_other_machine(then: Mapping[str, Any], now: Mapping[str, Any], terminal: Terminal) -> None:
    """Print a warning for each difference that may change the last bits."""
    for name, other in _SHOULD_EQUAL.items():
        if then.get(name) != now[name]:
            terminal.note(f"warning: the run began on {other}, so the last bits may differ")
    if (before := then.get("devices", 1)) != now["devices"]:
        began = f"the run began on {counted(before, 'device')}, not {now['devices']}"
        terminal.note(f"warning: {began}, so the last bits may differ")


def _refuse_shorter(training: Training, state: State) -> None:
    """Raise ConfigError for a length that the run has passed: its rows and weights are those of a longer one."""
    run_dir, resolved, data = training.run_dir, training.prepared.resolved, training.prepared.data
    plan, steps_per_epoch = trainer.make_plan(resolved, data), resolved.steps_per_epoch(len(data.train))
    position = state.facts["position"]
    done = (position["epoch"] - 1) * steps_per_epoch + position["step"]
    if plan.steps is None:
        option, planned, trained = "epochs", plan.epochs, -(-done // steps_per_epoch)
    else:  # which may have ended inside the last epoch
        before = load_run(run_dir).experiment.train.steps
        option, planned, trained = "steps", plan.steps, min(done, before or done)
    if planned < trained:
        fit = f"`nntrain fit {run_dir.path / run_files.RESOLVED} --set train.{option}={planned}`"
        help = f"give more than that, or train a shorter run with {fit}"
        raise ConfigError(f"`{run_dir}` has already trained {trained:,} {option}, more than {planned:,}", help=help)


def option_to_lengthen(run_dir: RunDir) -> str:
    """Return the option that ended a finished run: a larger value trains it further; "" where a callback ended it."""
    train, summary = (
        load_run(run_dir).experiment.train,
        run_dir.read_json(run_files.SUMMARY, "epochs", "planned_epochs", "seconds", "stopped"),
    )
    cut_short = summary["epochs"] < summary["planned_epochs"]
    if cut_short and train.max_seconds is not None and summary["seconds"] >= round(train.max_seconds, 3):
        return "train.max_seconds"
    if summary["stopped"] != ALL_DONE:
        return ""
    return "train.epochs" if train.steps is None else "train.steps"


def refuse_changed_files(run_dir: RunDir) -> None:
    """Raise NNTrainError where the versions, or the data of a run, are not those of its beginning."""
    refuse_changes(run_dir, load_data(load_run(run_dir)))


def refuse_changes(run_dir: RunDir, data: Dataset, allow: bool = False) -> list[str]:
    """Return what `changes` finds; raises NNTrainError where that is anything, unless it is allowed."""
    changed = changes(run_dir, data)
    _refuse(run_dir, changed, allow)
    return changed


def _refuse(run_dir: RunDir, changed: Sequence[str], allow: bool) -> None:
    """Raise NNTrainError where anything has changed, unless it is allowed."""
    if changed and not allow:
        help = "restore what changed, or resume all the same with `--allow-changed`"
        raise NNTrainError(f"`{run_dir}` cannot be resumed exactly: {'; '.join(changed)}", help=help)


def changed_weights(then: Mapping[str, Any], prepared: Prepared) -> list[str]:
    """Return in words that the weights which a run began with have changed; nothing where it does not record them.

    then: environment.json of the run.
    """
    source = prepared.resolved.train.init_from
    now = record_of(source)
    return [f"the weights of `{source}` have changed" for name in now.keys() & then.keys() if then[name] != now[name]]


def changes(run_dir: RunDir, data: Dataset) -> list[str]:
    """Return the differences in versions, config and data since the run was trained, in words."""
    then, now = _began(run_dir), packages()
    found = [
        f"{name} was {then['packages'].get(name)} and is {now[name]}"
        for name in _MUST_EQUAL
        if then["packages"].get(name) != now[name]
    ]
    if _sha256_of(run_dir) != then["resolved_sha256"]:
        found.append("resolved.yaml was edited")
    if data.digest != then["data_sha256"]:
        found.append("the data have changed")
    if not found and not {"fused", "drawn"} <= then.keys():
        found += _computed_otherwise(run_dir, data, then.keys())
    return found


def _computed_otherwise(run_dir: RunDir, data: Dataset, recorded: Set[str]) -> Iterator[str]:
    """Yield what nntrain computes otherwise than when a run began that does not record how it was computed."""
    resolved = resolve(load_run(run_dir).experiment, data.schema)
    built = [layer for _, layer in outline(resolved)]
    if "fused" not in recorded and (names := fused(built)):
        yield f"Keras computed {listed(names)}, and now TensorFlow's fused kernel does, with other last bits"
    if not recorded & {"drawn", "stack"} and (names := drawn_before(resolved, built, len(data.train))):
        yield f"the random numbers of {listed(names)} are now drawn before steps that XLA compiles, with other results"


def _sha256_of(run_dir: RunDir) -> str:
    with run_dir.open(run_files.RESOLVED) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _last_state(store: Store, longer: bool, training: Training) -> State | None:
    """Return the state of the last good checkpoint; None, for the start, where the run stopped before its first."""
    found, terminal = load_checkpoint(store, training.prepared), training.terminal
    if found is None:
        terminal.note("the run has no checkpoint yet: training starts again")
        return None
    for complaint in found.complaints:
        terminal.note(f"warning: {complaint}; the checkpoint before it is used")
    facts = found.state.facts
    position, history = facts["position"], facts["history"]
    if facts["stop_training"]:
        terminal.note(f"note: {history['reason']}, and that ends a longer training too")
        return found.state
    terminal.note(f"resuming in epoch {position['epoch']}, after {position['step']} of its steps")
    return replace(found.state, facts={**facts, "history": {**history, "reason": ""}}) if longer else found.state


def load_checkpoint(store: Store, prepared: Prepared) -> Checkpoint | None:
    """Return the last good checkpoint of a run; raises NNTrainError where its variables are not those of the model."""
    epochs = trainer.make_plan(prepared.resolved, prepared.data).epochs
    found = store.load(largest(prepared.model, epochs))
    if found is not None:
        refuse_other_model(found.state, prepared.model)
    return found
