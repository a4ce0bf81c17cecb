"""`nntrain repro`: train a run again from its own directory and find the first difference."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nntrain.config.load import Config, load_run
from nntrain.config.messages import counted
from nntrain.errors import ConfigError, NNTrainError
from nntrain.evaluation.evaluate import refuse_other_data
from nntrain.model.restore import SavedModel, load_model
from nntrain.runs import ensembles, resume, stacks
from nntrain.runs.experiment import Training
from nntrain.runs.group_config import GroupConfig
from nntrain.runs.stacked_runs import StackedRuns
from nntrain.storage import run_files, stack_record
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.checkpoint import Store
from nntrain.training.prepare import prepare
from nntrain.training.run_context import ALONE, RunContext


def repeat(run_dir: RunDir, context: RunContext = ALONE) -> str:
    """Return the first epoch and metric that differ, or the first weight, and why; nothing when all are equal.

    A run that was trained as one with others is trained so again. Raises DataError for other data than those of the
    run, and NNTrainError for a run of a stack that was trained further alone.
    """
    then, kept = run_dir.read_rows(), load_model(run_dir)
    stack = run_dir.read_json(run_files.ENVIRONMENT).get("stack")
    if stack is not None:
        stack_record.check(stack, f"`{run_dir.path / run_files.ENVIRONMENT}`")
    if stack is not None and stack.get("alone"):
        help = f"`nntrain fit {run_dir.path / run_files.RESOLVED}` trains it alone from the start; compare the two"
        raise ConfigError(f"`{run_dir}` was trained as one with others and then alone, which `repro` cannot", help=help)
    if stack is not None and stack.get("continued"):
        help = f"`nntrain fit {run_dir.path / run_files.RESOLVED}` trains it alone from the start; compare the two"
        message = f"`{run_dir}` continued another trial, and both were trained as one with others, which `repro` cannot"
        raise ConfigError(message, help=help)
    context = replace(context, plots=False, report=False)  # of the second training, which is not kept
    with tempfile.TemporaryDirectory() as folder:
        again = RunDir.create(Path(folder), "again")
        config = load_run(run_dir)
        prepared = prepare(config)
        refuse_other_data(run_dir, prepared.data)
        training = Training(prepared, again, Terminal(quiet=True), context)
        if stack is None:
            ensembles.train_one(training)
        else:
            again = _train_stack(stack, config, again, context)
        different = _difference_of_rows(then, again.read_rows()) or _difference_of_weights(kept, load_model(again))
    weights = resume.changed_weights(run_dir.read_json(run_files.ENVIRONMENT), prepared)
    causes = [*resume.changes(run_dir, prepared.data), *weights, *_changes_before(run_dir)]
    return "; ".join([different, *causes]) if different else ""


def _train_stack(stack: dict[str, Any], config: Config, folder: RunDir, context: RunContext) -> RunDir:
    """Train the runs of a stack in a folder; return the directory of the run with this config."""
    group = GroupConfig.varied(config, stack["kind"], stack["values"])
    members, names = stacks.form_whole(group), list(group.members)
    folders = {name: folder.member(name) for name in names}
    store = Store(folder.checkpoints, "again")
    runs = StackedRuns(group.kind, stack["values"], members, folders, store, Terminal(quiet=True), context)
    runs.train()
    name = names[stack["place"]]
    if name in runs.failed:
        raise NNTrainError(runs.failed[name].message)
    return folders[name]


def _changes_before(run_dir: RunDir) -> list[str]:
    """Return what had changed when the run was resumed with `--allow-changed`, in words."""
    resumed = run_dir.read_json(run_files.ENVIRONMENT).get("resumed", ())
    return [f"it was resumed though {change}" for each in resumed for change in each.get("changed", ())]


def _difference_of_rows(then: list[dict[str, str]], now: list[dict[str, str]]) -> str:
    for old, new in zip(then, now, strict=False):
        for name, value in old.items():
            if name != "seconds" and new.get(name) != value:
                return f"epoch {old['epoch']} differs: {name} was {value} and is {new.get(name)}"
    return "" if len(then) == len(now) else f"the run had {counted(len(then), 'epoch')}, and now it has {len(now)}"


def _difference_of_weights(then: SavedModel, now: SavedModel) -> str:
    pairs = zip(then.model.weights, now.model.weights, strict=True)
    different = [old.path for old, new in pairs if not np.array_equal(old.numpy(), new.numpy())]
    return f"the weights of {different[0]} differ" if different else ""
