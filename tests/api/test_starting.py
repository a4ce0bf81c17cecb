"""`nntrain.fit` and `nntrain.tune` do what the commands do, to the bit."""

import io
import signal
import sys
import threading
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

import nntrain
from nntrain.document import yaml_file
from nntrain.errors import ConfigError, NNTrainError
from nntrain.runs import resume
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from tests.conftest import CONFIGS

MOONS = yaml_file.parse(dedent(CONFIGS["moons"]), "").tree
TUNE = {"engine": {"RandomSearch": {}}, "trials": 1, "space": {"train.batch_size": {"choice": [16, 32]}}}


def rows(run: RunDir) -> list[dict[str, str]]:
    return [{name: cell for name, cell in row.items() if name != "seconds"} for row in run.read_rows()]


def test_fit_gives_the_results_of_the_command_to_the_bit(trained: Any, tmp_path: Path) -> None:
    command = trained("iris")
    for config in (command.path / "config.yaml", yaml_file.parse(dedent(CONFIGS["iris"]), "").tree):
        run = nntrain.fit(config, runs_dir=tmp_path, device="cpu", quiet=True)
        assert rows(RunDir(run.path)) == rows(command)
        assert run.metrics == command.read_json("summary.json")["metrics"]
        for ours, theirs in zip(run.model.weights, nntrain.load(command.path).model.weights, strict=True):
            assert np.array_equal(ours, theirs)
    assert run.path.name == "run"


def test_a_thread_can_train(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found: list[nntrain.Run] = []
    config = {**MOONS, "train": {"epochs": 1}}
    thread = threading.Thread(target=lambda: found.append(nntrain.fit(config, runs_dir=tmp_path, name="thread")))
    thread.start()
    thread.join()
    assert found[0].path == tmp_path / "thread"
    out, err = capsys.readouterr()
    assert out == "" and "epoch 1/1" in err


class Interrupting(io.StringIO):
    """A stderr at whose first line of progress the user presses Ctrl-C."""

    def write(self, text: str) -> int:
        if "epoch 1/" in text:
            signal.raise_signal(signal.SIGINT)
        return super().write(text)


def test_ctrl_c_is_a_keyboard_interrupt_that_leaves_a_run_to_resume(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", Interrupting())
    before = signal.getsignal(signal.SIGINT)
    config = {**MOONS, "train": {"epochs": 1000}}
    with pytest.raises(KeyboardInterrupt, match=r"stopped: by SIGINT; (?s:.*)nntrain resume .*/net"):
        nntrain.fit(config, runs_dir=tmp_path, name="net")
    assert signal.getsignal(signal.SIGINT) is before
    run = nntrain.load("net", tmp_path)
    assert "not ended" in repr(run) and 1 <= len(run.history) < 1000
    with pytest.raises(NNTrainError, match="the training of .* has not ended"):
        _ = run.metrics
    longest = run.history["epoch"].max()
    assert resume.resume(RunDir(run.path), (), False, Terminal(quiet=True)) is not None
    assert len(run.history) == longest and len(nntrain.load(run.path).history) == 1000


def test_seeds_give_a_group(tmp_path: Path) -> None:
    config = {**MOONS, "train": {"epochs": 1}}
    group = nntrain.fit(config, seeds=[3, 4], runs_dir=tmp_path, name="group", quiet=True)
    assert isinstance(group, nntrain.Group)
    assert list(group.runs) == ["seed-3", "seed-4"] and repr(group).endswith("group', 2 runs)")
    assert group.statistics.loc[("validation", "accuracy"), "count"] == 2
    assert isinstance(nntrain.load("group", tmp_path), nntrain.Group)
    assert len(nntrain.runs(runs_dir=tmp_path, members=True)) == 3
    with pytest.raises(ConfigError, match="`--seeds` and `--folds` exclude each other"):
        nntrain.fit(config, seeds=2, folds=2, runs_dir=tmp_path)


def test_tune_gives_a_search_whose_best_config_can_be_fitted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = {**MOONS, "train": {"epochs": 1}, "tune": TUNE}
    search = nntrain.tune(config, name="search", runs_dir=tmp_path, device="cpu", quiet=True)
    assert capsys.readouterr() == ("", "")
    assert len(search.trials) == 1 and search.best["train"]["epochs"] == 1
    assert "best val_" in repr(search)
    assert isinstance(nntrain.load(search.path), nntrain.Search)
