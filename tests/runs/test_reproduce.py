"""A run that is trained again: the same bits, or the first difference."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from nntrain.errors import NNTrainError
from nntrain.runs import reproduce
from nntrain.runs.resume import resume
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal


@pytest.fixture
def copy(trained: Any, tmp_path: Path) -> RunDir:
    shutil.copytree(trained("moons").path, tmp_path / "moons")
    return RunDir(tmp_path / "moons")


def test_a_run_that_was_resumed_is_reproduced_in_one_go(copy: RunDir) -> None:
    assert resume(copy, ("train.epochs=4",), False, Terminal(quiet=True)) is not None
    assert reproduce.repeat(copy) == ""


def test_the_model_is_needed_before_the_training(copy: RunDir, monkeypatch: pytest.MonkeyPatch) -> None:
    copy.model.unlink()
    monkeypatch.setattr(reproduce, "prepare", pytest.fail)
    with pytest.raises(NNTrainError, match="model"):
        reproduce.repeat(copy)


def test_the_first_metric_that_differs_is_named(copy: RunDir) -> None:
    lines = (copy.path / "metrics.csv").read_text().splitlines()
    cells = lines[2].split(",")
    cells[lines[0].split(",").index("loss")] = "9.5"
    (copy.path / "metrics.csv").write_text("\n".join([*lines[:2], ",".join(cells), *lines[3:], ""]))
    assert reproduce.repeat(copy).startswith("epoch 2 differs: loss was 9.5 and is ")
