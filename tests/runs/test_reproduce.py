"""A run that is trained again: the same bits, or the first difference."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from nntrain.config.load import load
from nntrain.errors import DataError, NNTrainError
from nntrain.runs import experiment, reproduce
from nntrain.runs.resume import resume
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.run_context import RunContext


@pytest.fixture
def copy(trained: Any, tmp_path: Path) -> RunDir:
    shutil.copytree(trained("moons").path, tmp_path / "moons")
    return RunDir(tmp_path / "moons")


def test_a_run_that_was_resumed_is_reproduced_in_one_go(copy: RunDir) -> None:
    assert resume(copy, ("train.epochs=4",), False, Terminal(quiet=True), RunContext(plots=False)) is not None
    assert reproduce.repeat(copy) == ""


def test_the_model_is_needed_before_the_training(copy: RunDir, monkeypatch: pytest.MonkeyPatch) -> None:
    copy.model.unlink()
    monkeypatch.setattr(reproduce, "prepare", pytest.fail)
    with pytest.raises(NNTrainError, match="model"):
        reproduce.repeat(copy)


def test_other_data_are_an_error_before_the_training(copy: RunDir, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = copy.read_json("environment.json")
    copy.write_json("environment.json", {**environment, "data_sha256": "0" * 64})
    monkeypatch.setattr(experiment, "run", pytest.fail)
    with pytest.raises(DataError, match="the data are not those that `.*` was trained on"):
        reproduce.repeat(copy)


def test_what_has_changed_since_then_is_named(copy: RunDir) -> None:
    environment = copy.read_json("environment.json")
    environment["packages"]["keras"] = "3.0.0"
    resumed = [{"changed": ["the data have changed"]}, {"changed": []}]
    copy.write_json("environment.json", {**environment, "resumed": resumed})
    resolved = copy.path / "resolved.yaml"
    resolved.write_text(resolved.read_text().replace("epochs: 2", "epochs: 3"))
    *_, first, second, third = reproduce.repeat(copy).split("; ")
    assert first.startswith("keras was 3.0.0 and is ")
    assert (second, third) == ("resolved.yaml was edited", "it was resumed though the data have changed")


def test_other_initial_weights_are_named(copy: RunDir, tmp_path: Path) -> None:
    text = (copy.path / "resolved.yaml").read_text().replace("\ntrain:\n", f"\ntrain:\n  init_from: {copy}\n")
    (tmp_path / "again.yaml").write_text(text)
    context = RunContext(plots=False, report=False)
    result = experiment.fit(load(tmp_path / "again.yaml"), tmp_path, "again", Terminal(quiet=True), context)
    assert result is not None and reproduce.repeat(result.run_dir) == ""
    assert resume(copy, ("train.epochs=4",), False, Terminal(quiet=True), context) is not None
    different, *causes = reproduce.repeat(result.run_dir).split("; ")
    assert different.startswith("epoch 1 differs: loss was ")
    assert causes == [f"the weights of `{copy}` have changed"]


def test_the_first_metric_that_differs_is_named(copy: RunDir) -> None:
    lines = (copy.path / "metrics.csv").read_text().splitlines()
    cells = lines[2].split(",")
    cells[lines[0].split(",").index("loss")] = "9.5"
    (copy.path / "metrics.csv").write_text("\n".join([*lines[:2], ",".join(cells), *lines[3:], ""]))
    assert reproduce.repeat(copy).startswith("epoch 2 differs: loss was 9.5 and is ")
