"""`nntrain resume`: goes on with a run where its last checkpoint left it, and ends as if it had never stopped."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nntrain.config.load import load
from nntrain.data import dataset as datasets
from nntrain.data.dataset import Dataset
from nntrain.errors import ConfigError, NNTrainError
from nntrain.runs import environment, experiment
from nntrain.runs.experiment import Result
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training import trainer
from nntrain.training.checkpoint import Store
from nntrain.training.job import Plan
from nntrain.training.loop import time_over
from nntrain.training.prepare import Prepared, prepare
from nntrain.training.run_context import ALONE, RunContext
from nntrain.training.state import State

LENGTHS = ("train.epochs", "train.steps", "train.max_seconds", "train.checkpoint_seconds")
_MUST_EQUAL = ("nntrain", "tensorflow", "keras", "numpy")
_SHOULD_EQUAL = {"device": "another device", "threads": "other threads", "cpu": "another processor"}


def follow(run_dir: RunDir, assignments: Sequence[str], context: RunContext) -> None:
    """The part of a worker that is not the chief: it goes on from what the chief sends, and writes nothing.

    Raises ConfigError when it does not have the same resolved.yaml.
    """
    _refuse_other_assignments(assignments)
    trainer.follow(prepare(load(run_dir.path / run_files.RESOLVED, assignments), False), context)


def resume(
    run_dir: RunDir,
    assignments: Sequence[str],
    allow_changed: bool,
    terminal: Terminal,
    context: RunContext = ALONE,
) -> Result | None:
    """Trains the rest of a run; None when it is finished and nothing was asked to be longer.

    Raises ConfigError for an assignment that is not about the length, and NNTrainError when config, data or versions
    are not what they were (unless `allow_changed`), when no checkpoint can be used, or another process has the run.
    """
    _refuse_other_assignments(assignments)
    with run_dir.locked():
        then = run_dir.read_json(run_files.ENVIRONMENT)
        if then.get("exit_status") == 0 and not assignments:
            return None
        prepared = prepare(load(run_dir.path / run_files.RESOLVED, assignments), initialize=False)
        return go_on(run_dir, prepared, terminal, assignments, allow_changed, context)


def _refuse_other_assignments(assignments: Sequence[str]) -> None:
    for assignment in assignments:
        path = assignment.partition("=")[0].strip()
        if path not in LENGTHS:
            help = "start another run from its weights: `nntrain fit CONFIG --init-from RUN`"
            raise ConfigError(f"`resume` can change how long to train, not `{path}`", help=help)


def go_on(
    run_dir: RunDir,
    prepared: Prepared,
    terminal: Terminal,
    assignments: Sequence[str] = (),
    allow_changed: bool = False,
    context: RunContext = ALONE,
) -> Result:
    """Trains the rest of a run that this process owns; raises as `resume` does."""
    then, now = run_dir.read_json(run_files.ENVIRONMENT), environment.describe()
    changed = _changes(run_dir, then, now, prepared.data)
    if changed and not allow_changed:
        raise _cannot_go_on(run_dir, changed)
    for name, other in _SHOULD_EQUAL.items():
        if then.get(name) != now[name]:
            terminal.note(f"warning: the run began on {other}, so the last bits may differ")
    if (before := then.get("devices", 1)) != (count := experiment.devices_of(context)["devices"]):
        terminal.note(f"warning: the run began on {before} devices, not {count}, so the last bits may differ")
    store = Store(run_dir.checkpoints, run_dir.key())
    state = _state(store, bool(assignments), terminal)
    if assignments and state is not None:
        _refuse_shorter(run_dir, trainer.make_plan(prepared.resolved, prepared.data), prepared.data, state)
    record = {"start": now["start"], "command": now["command"], "changed": changed, "set": list(assignments)}
    record |= experiment.devices_of(context)
    resolved = _rewritten(run_dir, prepared, bool(assignments))
    facts = {**then, "resolved_sha256": resolved, "resumed": [*then.get("resumed", ()), record]}
    run_dir.write_json(run_files.ENVIRONMENT, {**facts, "end": None, "exit_status": None})
    return experiment.recorded(prepared, run_dir, terminal, facts, store, state, context)


def _refuse_shorter(run_dir: RunDir, plan: Plan, data: Dataset, state: State) -> None:
    """Raises ConfigError for a length that the run has left behind: its rows and its weights are of a longer one."""
    position, steps_per_epoch = state.facts["position"], -(-len(data.train) // plan.batch_size)
    done = (position["epoch"] - 1) * steps_per_epoch + position["step"]
    if plan.steps is None:
        option, wanted, trained = "epochs", plan.epochs, -(-done // steps_per_epoch)
    else:  # with which the last epoch may have been a shorter one
        before = load(run_dir.path / run_files.RESOLVED).experiment.train.steps
        option, wanted, trained = "steps", plan.steps, min(done, before or done)
    if wanted < trained:
        fit = f"`nntrain fit {run_dir.path / run_files.RESOLVED} --set train.{option}={wanted}`"
        help = f"give more than that, or train another run that is shorter: {fit}"
        raise ConfigError(f"`{run_dir}` has come to {option[:-1]} {trained:,} already", help=help)


def option_to_lengthen(run_dir: RunDir) -> str:
    """What to set in order to train a finished run further: the option that has ended it."""
    train = load(run_dir.path / run_files.RESOLVED).experiment.train
    if train.max_seconds is not None and run_dir.read_json(run_files.SUMMARY)["stopped"] == time_over(
        train.max_seconds
    ):
        return "train.max_seconds"
    return "train.epochs" if train.steps is None else "train.steps"


def refuse_changed(run_dir: RunDir, data: Dataset) -> None:
    """Raises NNTrainError when config, data or versions are not those that the run began with."""
    if changed := _changes(run_dir, run_dir.read_json(run_files.ENVIRONMENT), environment.describe(), data):
        raise _cannot_go_on(run_dir, changed)


def _cannot_go_on(run_dir: RunDir, changed: Sequence[str]) -> NNTrainError:
    help = "restore what changed, or go on all the same with `--allow-changed`"
    return NNTrainError(f"`{run_dir}` cannot go on exactly: {'; '.join(changed)}", help=help)


def _changes(run_dir: RunDir, then: Mapping[str, Any], now: Mapping[str, Any], data: Dataset) -> list[str]:
    """What is not as it was, in words."""
    found = [
        f"{name} was {then['packages'].get(name)} and is {now['packages'][name]}"
        for name in _MUST_EQUAL
        if then["packages"].get(name) != now["packages"][name]
    ]
    if _sha256_of(run_dir) != then["resolved_sha256"]:
        found.append("resolved.yaml was edited")
    if datasets.sha256(data) != then["data_sha256"]:
        found.append("the data have changed")
    return found


def _sha256_of(run_dir: RunDir) -> str:
    return hashlib.sha256((run_dir.path / run_files.RESOLVED).read_bytes()).hexdigest()


def _rewritten(run_dir: RunDir, prepared: Prepared, longer: bool) -> str:
    """The hash of resolved.yaml, after the new length was written to it."""
    if longer:
        run_dir.write(run_files.RESOLVED, experiment.resolved_text(prepared.resolved.experiment))
    return _sha256_of(run_dir)


def _state(store: Store, longer: bool, terminal: Terminal) -> State | None:
    """The last good checkpoint; None, and so from the start, where the run was stopped before its first."""
    found = store.load()
    if found is None:
        terminal.note("there is no checkpoint yet: training begins again from the start")
        return None
    for complaint in found.complaints:
        terminal.note(f"warning: {complaint}; going on from the checkpoint before it")
    position = found.state.facts["position"]
    terminal.note(f"going on in epoch {position['epoch']}, after {position['step']} of its steps")
    if not longer:
        return found.state
    history = {**found.state.facts["history"], "reason": ""}
    return replace(found.state, facts={**found.state.facts, "stop_training": False, "history": history})
