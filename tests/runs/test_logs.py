"""A logger that fails is a warning, at its start, in the middle or at the end; one that is missing an error before."""

import sys
from pathlib import Path

import pytest

from nntrain.cli.requests import Fit, Tune
from nntrain.config.train import Train
from nntrain.errors import MissingPackage
from nntrain.runs import logs
from nntrain.runs.logs import LoggedRun, Logs, of_run
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal

pytest.importorskip("tensorboard", reason="tensorboard is not installed: pip install 'nntrain[tensorboard]'")

ROW = {"epoch": 1, "loss": 0.5}
FAILED = "warning: the logger `tensorboard` has failed, and the training goes on: "


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    (tmp_path / "net").mkdir()
    return Terminal(quiet=True)


def started(folder: Path, terminal: Terminal) -> Logs:
    loggers = Train.model_validate({"loggers": ["TensorBoard"]}).loggers
    return Logs(loggers, LoggedRun(folder / "net", folder, "a1", {}, 0.0), [], terminal)


def test_one_that_cannot_start_is_told_nothing(tmp_path: Path, terminal: Terminal) -> None:
    (tmp_path / "net" / "tensorboard").touch()
    told = started(tmp_path, terminal)
    told.epoch(ROW)
    told.end(0, {})
    [line] = terminal.log
    assert FAILED in line


def test_one_that_fails_later_is_left_out_from_then_on(tmp_path: Path, terminal: Terminal) -> None:
    told = started(tmp_path, terminal)
    told.epoch({"epoch": 1, "loss": "no number"})  # type: ignore[dict-item]
    told.end(0, {})
    [line] = terminal.log
    assert FAILED in line and told.logs == {}


def test_a_logger_is_told_when_it_is_due(tmp_path: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    told = started(tmp_path, terminal)
    told.epoch(ROW)
    assert [epoch.row for epoch in told.waiting] == [ROW]
    monkeypatch.setattr(logs, "SECONDS", -1.0)
    told.epoch({**ROW, "epoch": 2})
    assert told.waiting == []
    told.end(0, {})
    assert list(terminal.log) == []


def test_a_run_of_a_group_is_named_with_its_group(tmp_path: Path, terminal: Terminal) -> None:
    member = RunDir(tmp_path / "group" / "seed-1")
    member.path.mkdir(parents=True)
    (tmp_path / "group" / "group.json").touch()
    named = []
    options = Train.model_validate({"loggers": ["tensorboard"]}).loggers[0]
    module = sys.modules[type(options).__module__]
    original = module.start
    try:
        module.start = lambda options, run: named.append(run.name) or original(options, run)  # type: ignore[attr-defined]
        of_run([options], member, {"run_key": "a"}, [], terminal).end(0, {})
    finally:
        module.start = original  # type: ignore[attr-defined]
    assert named == ["group/seed-1"]


@pytest.mark.parametrize("command", [Fit, Tune])
def test_a_missing_package_is_an_error_with_the_command_before_anything_is_written(
    command: type[Fit] | type[Tune], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nntrain.errors.find_spec", lambda name: None)
    config = tmp_path / "net.yaml"
    config.write_text(
        "data: iris\nmodel: [Flatten]\ntrain: {loggers: [mlflow]}\n"
        "tune: {engine: RandomSearch, trials: 1, space: {train.batch_size: {choice: [16, 32]}}}\n"
    )
    with pytest.raises(MissingPackage, match="`loggers: \\[mlflow\\]` needs the package `mlflow`") as raised:
        command(config=str(config), runs_dir=tmp_path / "runs", device="cpu").run(Terminal(quiet=True))
    assert raised.value.exit_code == 3 and "pip install 'nntrain[mlflow]'" in raised.value.problems[0].help
    assert not (tmp_path / "runs").exists()
