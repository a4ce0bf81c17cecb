"""`nntrain repro`: train a run again from its own directory and find the first difference."""

import tempfile
from pathlib import Path

import numpy as np

from nntrain.config.load import load_run
from nntrain.config.messages import counted
from nntrain.evaluation.evaluate import refuse_other_data
from nntrain.model.restore import SavedModel, load_model
from nntrain.runs import experiment, resume
from nntrain.runs.experiment import Training
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.prepare import prepare
from nntrain.training.run_context import ALONE, RunContext


def repeat(run_dir: RunDir, context: RunContext = ALONE) -> str:
    """Return the first epoch and metric that differ, or the first weight, and why; nothing when all are equal.

    Raises DataError for other data than those of the run.
    """
    then, kept = run_dir.read_rows(), load_model(run_dir)
    with tempfile.TemporaryDirectory() as folder:
        again = RunDir.create(Path(folder), "again")
        prepared = prepare(load_run(run_dir))
        refuse_other_data(run_dir, prepared.data)
        experiment.run(Training(prepared, again, Terminal(quiet=True), context))
        different = _difference_of_rows(then, again.read_rows()) or _difference_of_weights(kept, load_model(again))
    causes = [*resume.changes(run_dir, prepared.data), *_changes_before(run_dir)]
    return "; ".join([different, *causes]) if different else ""


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
