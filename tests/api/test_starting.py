"""`nntrain.fit` and `nntrain.tune` do what the commands do, to the bit."""

import inspect
import io
import signal
import sys
import threading
from dataclasses import fields
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

import nntrain
from nntrain.cli.requests import Fit, Tune
from nntrain.document import yaml_file
from nntrain.errors import ConfigError, NNTrainError
from nntrain.storage.run_dir import RunDir
from tests.conftest import CONFIGS

MOONS = yaml_file.parse(dedent(CONFIGS["moons"]), "").tree
TUNE = {"engine": {"RandomSearch": {}}, "trials": 1, "space": {"train.batch_size": {"choice": [16, 32]}}}


def rows(run: RunDir) -> list[dict[str, str]]:
    return [{name: cell for name, cell in row.items() if name != "seconds"} for row in run.read_rows()]


def test_fit_gives_the_results_of_the_command_to_the_bit(trained: Any, tmp_path: Path) -> None:
    command = trained("iris")
    for config in (command.path / "config.yaml", yaml_file.parse(dedent(CONFIGS["iris"]), "").tree):
        run = nntrain.fit(config, runs_dir=tmp_path, device="cpu", quiet=True, no_plots=True)
        assert rows(RunDir(run.path)) == rows(command)
        assert run.metrics == command.read_json("summary.json")["metrics"]
        for ours, theirs in zip(run.model.weights, nntrain.load(command.path).model.weights, strict=True):
            assert np.array_equal(ours, theirs)
    assert run.path.name == "run"


def test_a_thread_can_train(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found: list[nntrain.Run] = []
    config = {**MOONS, "train": {"epochs": 1}}
    asked = {"runs_dir": tmp_path, "name": "thread", "no_plots": True}
    thread = threading.Thread(target=lambda: found.append(nntrain.fit(config, **asked)))
    thread.start()
    thread.join()
    assert found[0].path == tmp_path / "thread"
    out, err = capsys.readouterr()
    assert out == "" and "epoch 1/1" in err


# Options of the command that are none of the function: other names, and processes that only a command line starts.
RENAMED = {"assignments": "set"}
OF_THE_COMMAND = {"fit": {"worker", "json"}, "tune": {"json"}}


@pytest.mark.parametrize("request_", [Fit, Tune])
def test_every_option_of_the_command_is_an_argument_with_its_default(request_: Any) -> None:
    name = request_.__name__.lower()
    function = getattr(nntrain, name)
    options = {RENAMED.get(one.name, one.name): one.default for one in fields(request_)}
    arguments = {one.name: one.default for one in inspect.signature(function).parameters.values()}
    assert options.keys() - OF_THE_COMMAND[name] == arguments.keys()
    differ = {one for one in arguments if arguments[one] != options[one]}
    assert differ == {"config", "runs_dir"} - ({"config"} if options["config"] is arguments["config"] else set())


def test_the_options_are_those_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = {**MOONS, "train": {"epochs": 1}}
    first = nntrain.fit(config, name="first", runs_dir=tmp_path, quiet=True, no_plots=True, no_report=True)
    assert not (first.path / "plots").exists() and not (first.path / "report.html").exists()
    parts = {"no_doctor": True, "no_plots": True, "no_report": True, "no_test": True, "watch": True}
    second = nntrain.fit(config, name="second", runs_dir=tmp_path, init_from=first, **parts)
    assert "note: 4 of 4 weights are those of" in capsys.readouterr().err
    assert second.config["train"]["init_from"] == str(first.path)
    assert not (second.path / "diagnosis.json").exists() and (first.path / "diagnosis.json").exists()
    assert "test" in first.metrics and "test" not in second.metrics
    with pytest.raises(ConfigError, match="`first-1` is neither a run nor a file"):
        nntrain.fit(config, runs_dir=tmp_path, init_from="first-1")
    with pytest.raises(ConfigError, match="`--devices` takes a number from 1 to 1024, got `0`"):
        nntrain.fit(config, runs_dir=tmp_path, devices=0)
    with pytest.raises(NNTrainError, match="its CPU cannot become 3 logical devices"):
        nntrain.fit(config, runs_dir=tmp_path, devices=3, device="cpu")


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
    config = {**MOONS, "train": {"epochs": 60}}
    with pytest.raises(KeyboardInterrupt, match=r"stopped: by SIGINT; (?s:.*)nntrain\.resume\('.*/net'\)`"):
        nntrain.fit(config, runs_dir=tmp_path, name="net", no_plots=True)
    assert signal.getsignal(signal.SIGINT) is before
    run = nntrain.load("net", tmp_path)
    assert "not ended" in repr(run) and 1 <= len(run.history) < 60
    with pytest.raises(NNTrainError, match="the training of .* has not ended"):
        _ = run.metrics
    longest = run.history["epoch"].max()
    resumed = nntrain.resume(run, quiet=True, no_plots=True, no_report=True)
    assert len(run.history) == longest and len(resumed.history) == 60
    undisturbed = nntrain.fit(config, runs_dir=tmp_path, name="whole", quiet=True, no_plots=True, no_report=True)
    assert rows(RunDir(resumed.path)) == rows(RunDir(undisturbed.path))


def test_ctrl_c_while_tensorflow_loads_has_few_frames_and_leaves_no_run(command: Any, tmp_path: Path) -> None:
    code = f"""
import os, signal, threading, traceback
import nntrain
from nntrain import backend
from nntrain.api.starting import fit
start = threading.Thread.start
def interrupted(thread):
    start(thread)
    if thread.name == "import of TensorFlow":
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
threading.Thread.start = interrupted
for _ in range(2):
    try:
        run = fit({MOONS!r}, set={{"train.epochs": 1}}, quiet=True, no_plots=True, no_report=True)
        print(run.path.name)
    except KeyboardInterrupt as error:
        print(error, len(traceback.extract_tb(error.__traceback__)), os.listdir("."))
"""
    done = command(tmp_path, "-c", code, python=True)
    assert done.stdout == "while TensorFlow was loading; nothing has been written 4 []\nrun\n", done.stderr


def test_seeds_give_a_group(tmp_path: Path) -> None:
    config = {**MOONS, "train": {"epochs": 1}}
    group = nntrain.fit(config, seeds=[3, 4], runs_dir=tmp_path, name="group", quiet=True, no_plots=True)
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
    search = nntrain.tune(config, name="search", runs_dir=tmp_path, quiet=True, no_plots=True)
    assert capsys.readouterr() == ("", "")
    assert len(search.trials) == 1 and search.best["train"]["epochs"] == 1
    assert "best val_" in repr(search)
    assert isinstance(nntrain.load(search.path), nntrain.Search)
    longer = nntrain.resume(search, set={"tune.trials": 2}, quiet=True, no_plots=True, no_report=True)
    assert isinstance(longer, nntrain.Search) and len(longer.trials) == 2
    with pytest.raises(ConfigError, match="`refit` is 0 or more, got `-1`"):
        nntrain.tune(config, runs_dir=tmp_path, refit=-1)
