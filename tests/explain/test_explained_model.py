"""Where model, weights and rows come from."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.errors import ConfigError, DataError
from nntrain.explain import explained_model
from nntrain.model.restore import load_model
from nntrain.storage.run_dir import RunDir
from nntrain.training.checkpoint import Store


def test_a_finished_run_has_its_trained_weights(trained: Any) -> None:
    run_dir = trained("iris")
    found = explained_model.of_run(run_dir)
    for ours, theirs in zip(found.model.get_weights(), load_model(run_dir).model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert (found.name, found.weights) == ("iris", "the weights of the run")


def stopped(run_dir: RunDir, folder: Path) -> RunDir:
    """A copy of a run as a killed one leaves it: without a summary and a model."""
    shutil.copytree(run_dir.path, folder / "stopped")
    for name in ("summary.json", "model.keras", "model.json"):
        (folder / "stopped" / name).unlink()
    return RunDir(folder / "stopped")


def test_a_killed_run_has_the_weights_of_its_checkpoint(trained: Any, tmp_path: Path) -> None:
    run_dir = stopped(trained("moons"), tmp_path)
    state = Store(run_dir.checkpoints, run_dir.key()).load().state
    found = explained_model.of_run(run_dir)
    np.testing.assert_array_equal(found.model.variables[0].numpy(), state.arrays["model.0"])
    assert found.weights.startswith("the checkpoint of epoch ")


def test_a_run_that_was_killed_at_once_has_none(trained: Any, tmp_path: Path) -> None:
    run_dir = stopped(trained("moons"), tmp_path)
    shutil.rmtree(run_dir.checkpoints)
    with pytest.raises(ConfigError, match="stopped before its first checkpoint"):
        explained_model.of_run(run_dir)


def test_other_data_are_refused(fit: Any, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    rows = [f"{row},{row % 7},{'ab'[row % 2]}" for row in range(40)]
    table.write_text("\n".join(["x,y,label", *rows]))
    text = (
        f"data: {{table: {{path: {table}, target: label, encode: false}}}}\nmodel: [{{Dense: 2}}]\ntrain: {{epochs: 1}}"
    )
    run_dir = fit(text)
    table.write_text("\n".join(["x,y,label", "7,7,b", *rows[1:]]))
    with pytest.raises(DataError, match="not those that"):
        explained_model.of_run(run_dir)
