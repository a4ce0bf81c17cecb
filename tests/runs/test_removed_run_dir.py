"""A run directory that is removed while it trains: a message soon, and a signal is not hidden by it."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nntrain.config.load import from_document
from nntrain.document import yaml_file
from nntrain.errors import NNTrainError, Stopped
from nntrain.runs import experiment, groups
from nntrain.runs.experiment import Training
from nntrain.runs.group_config import GroupConfig
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training import loop
from nntrain.training.checkpoint import Store
from nntrain.training.job import Job
from nntrain.training.prepare import prepare
from tests.conftest import environment
from tests.forked import Forked

pytestmark = pytest.mark.usefixtures("shared_programs")

CONFIG = "data: iris\nmodel: [{Dense: {units: 4, activation: relu}}]\ntrain: {epochs: EPOCHS}\n"
GONE = "`{}` is gone: it was removed or moved"


def run(folder: Path) -> RunDir:
    prepared = prepare(from_document(yaml_file.parse(CONFIG.replace("EPOCHS", "2"), "net.yaml")))
    run_dir = RunDir.create(folder, "net")
    experiment.run(Training(prepared, run_dir, Terminal(quiet=True)))
    return run_dir


def test_a_training_whose_folder_is_removed_ends_soon_with_a_message(tmp_path: Path) -> None:
    """No checkpoint is due for half a minute, and the training would take hours."""
    (tmp_path / "net.yaml").write_text(CONFIG.replace("EPOCHS", "10000000"))
    words = ("fit", "net.yaml", "-q")
    process = Forked(*words, cwd=tmp_path, env=environment(), text=True, stderr=subprocess.PIPE)
    while not (tmp_path / "runs" / "net" / "metrics.csv").exists() and process.poll() is None:
        time.sleep(0.05)
    shutil.rmtree(tmp_path / "runs" / "net")
    error = process.communicate(timeout=20)[1]
    assert error == f"error: {GONE.format('runs/net')}\n help: train again with `nntrain fit`\n"
    assert process.returncode == 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_files_of_the_end_have_the_message_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    fit = loop.fit

    def fit_and_lose(*arguments: Any) -> None:
        if moment == "before":
            shutil.rmtree(tmp_path / "net")
        fit(*arguments)
        if moment == "after":
            shutil.rmtree(tmp_path / "net")

    monkeypatch.setattr(loop, "fit", fit_and_lose)
    with pytest.raises(NNTrainError) as caught:
        run(tmp_path)
    assert caught.value.problems[0].message == GONE.format(tmp_path / "net")
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("name", ["write_rows", "_save_model", "write_json"])
def test_every_file_of_the_end_has_the_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The folder vanishes just before this file is written."""
    from nntrain.runs.results import FinishedTraining

    owner: Any = FinishedTraining if name.startswith("_") else RunDir
    write, count = getattr(owner, name), [0]

    def lost(self: Any, *arguments: Any) -> None:
        count[0] += 1
        if name != "write_json" or arguments[0] == "summary.json":
            shutil.rmtree(tmp_path / "net", ignore_errors=True)
        write(self, *arguments)

    monkeypatch.setattr(owner, name, lost)
    with pytest.raises(NNTrainError, match="is gone: it was removed or moved"):
        run(tmp_path)
    assert count[0]


def test_a_group_whose_folder_is_removed_trains_no_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = from_document(yaml_file.parse(CONFIG.replace("EPOCHS", "2"), "net.yaml"))
    place, fit, begun = RunDir.create(tmp_path, "net"), loop.fit, []

    def fit_and_lose(*arguments: Any) -> None:
        begun.append(arguments)
        shutil.rmtree(tmp_path / "net")
        fit(*arguments)

    monkeypatch.setattr(loop, "fit", fit_and_lose)
    with pytest.raises(NNTrainError) as caught:
        groups.run_all(groups.members_of(GroupConfig.over_seeds(config, "3"), place, Terminal(quiet=True)))
    assert caught.value.problems[0].message == GONE.format(tmp_path / "net") and len(begun) == 1


class Sends:
    """A watcher that sends SIGTERM to this process after the first epoch."""

    def begin(self, epochs: int, steps: int) -> None: ...

    def piece(self, epoch: int, step: int, metrics: dict[str, float]) -> None: ...

    def epoch(self, row: dict[str, float]) -> None:
        os.kill(os.getpid(), signal.SIGTERM)


def test_a_signal_is_not_hidden_by_a_checkpoint_that_cannot_be_written(
    prepare: Callable[..., Any], tmp_path: Path
) -> None:
    """A group would take the failure for that of one run and go on with the next."""
    net = prepare(CONFIG.replace("EPOCHS", "5"))
    store = Store(tmp_path / "gone" / "checkpoint", "key")
    validation = net.scorer.arrays(net.data.validation)
    job = Job(net.scorer.program, net.arrays, validation, net.plan, [], Sends(), store)
    with pytest.raises(Stopped) as caught:
        loop.fit(job, net.history)
    assert caught.value.problems[0].message == f"by SIGTERM; {GONE.format(tmp_path / 'gone')}"
    assert caught.value.exit_code == 143


def test_a_stopped_run_whose_folder_is_gone_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: Any) -> None:
        shutil.rmtree(tmp_path / "net")
        raise Stopped("by SIGTERM", signal=signal.SIGTERM)

    monkeypatch.setattr(loop, "fit", stopped)
    with pytest.raises(Stopped, match="by SIGTERM") as caught:
        run(tmp_path)
    assert caught.value.problems[0].message == f"by SIGTERM; {GONE.format(tmp_path / 'net')}"
    assert caught.value.problems[0].help == "train again with `nntrain fit`"
