"""Runs of a group that are trained at once have the bits of those one after another, whatever happens to a worker."""

import contextlib
import json
import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.load import Config, load
from nntrain.errors import Stopped
from nntrain.model.restore import load_model
from nntrain.processes.process_pool import NoWorker
from nntrain.runs import groups
from nntrain.runs.group_config import GroupConfig
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.signals import StopRequest
from tests.conftest import BARE

TEXT = """
data: {table: {path: points.csv, target: side, encode: false}}
model: [{Dense: {units: 4, activation: relu}}, {Dropout: 0.2}, {Dense: {units: 1, activation: sigmoid}}]
train: {epochs: 300, batch_size: 3, checkpoint_seconds: 0.02}
"""
SEEDS = (3, 0, 5)
EPOCHS = 300  # more than a pipe holds: a worker cannot end before its first epoch was received


@dataclass
class AtFirstEpoch(Terminal):
    """Does something when the first epoch of a run has ended."""

    do: Any = None

    def event(self, name: str, content: Mapping[str, Any]) -> None:
        super().event(name, content)
        if name == "epoch" and self.do is not None:
            self.do, do = None, self.do
            do()


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Config]:
    """The configs of three seeds, and of a training that diverges."""
    folder = tmp_path_factory.mktemp("parallel")
    random = np.random.default_rng(0)
    rows = [f"{a:.3f},{b:.3f},{'left' if a < b else 'right'}" for a, b in random.normal(size=(60, 2))]
    (folder / "points.csv").write_text("\n".join(["u,v,side", *rows]) + "\n")
    (folder / "net.yaml").write_text(TEXT)
    good = {f"seed-{seed}": load(folder / "net.yaml", [f"seed={seed}"]) for seed in SEEDS}
    rate = "train.optimizer={SGD: {learning_rate: 1.0e+38}}"
    return {**good, "bad": load(folder / "net.yaml", ["train.batch_size=1", rate])}


@pytest.fixture(scope="module")
def in_turn(configs: dict[str, Config], tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    place = RunDir.create(tmp_path_factory.mktemp("in_turn"), "net")
    groups.run_all(groups.members_of(GroupConfig("seeds", configs), place, Terminal(quiet=True), BARE))
    return place


def assert_same(one: RunDir, other: RunDir) -> None:
    """The same bits, and the same files but for what time has changed."""
    assert one.read_json(run_files.GROUP) == other.read_json(run_files.GROUP)
    summaries = [each.read_json(run_files.SUMMARY) for each in (one, other)]
    assert [list(each["runs"]) for each in summaries] == [[f"seed-{seed}" for seed in SEEDS]] * 2
    assert summaries[0]["statistics"] == summaries[1]["statistics"]
    for seed in SEEDS:
        ours, theirs = RunDir(one.path / f"seed-{seed}"), RunDir(other.path / f"seed-{seed}")
        rows = [[{**row, "seconds": ""} for row in each.read_rows()] for each in (ours, theirs)]
        assert rows[0] == rows[1] and len(rows[0]) == EPOCHS
        ends = [{**each.read_json(run_files.SUMMARY), "seconds": 0} for each in (ours, theirs)]
        assert ends[0] == ends[1]
        for name in (run_files.RESOLVED, run_files.CONFIG):
            assert (ours.path / name).read_bytes() == (theirs.path / name).read_bytes()
        weights = zip(*(load_model(each).model.get_weights() for each in (ours, theirs)), strict=True)
        assert all(np.array_equal(*pair) for pair in weights)


@pytest.fixture(scope="module")
def with_a_loss(
    configs: dict[str, Config], tmp_path_factory: pytest.TempPathFactory
) -> tuple[RunDir, list[dict[str, Any]], str]:
    """The same, two at a time, whose workers are killed once; what is printed on stdout and stderr."""

    def kill() -> None:
        for worker in active_children():
            os.kill(worker.pid or 0, signal.SIGKILL)

    place = RunDir.create(tmp_path_factory.mktemp("at_once"), "net")
    victims = AtFirstEpoch(as_json=True, do=kill)
    runs = groups.members_of(GroupConfig("seeds", configs), place, victims, BARE)
    with pytest.MonkeyPatch.context() as patch, (place.path / "printed").open("w") as out:
        printed: list[str] = []
        patch.setattr(victims.err, "print", printed.append)
        with contextlib.redirect_stdout(out):
            groups.run_all(replace(runs, workers=2))
    lines = (place.path / "printed").read_text().splitlines()
    return place, list(map(json.loads, lines)), "\n".join(printed)


def test_runs_at_once_have_the_bits_of_those_one_after_another_though_a_worker_is_killed(
    in_turn: RunDir, with_a_loss: tuple[RunDir, list[dict[str, Any]], str]
) -> None:
    place, _, printed = with_a_loss
    assert_same(place, in_turn)
    assert "the worker process was ended by SIGKILL, perhaps because memory ran out; it goes on from" in printed


def test_each_epoch_is_an_event_of_its_run_and_each_run_says_when_it_begins(
    with_a_loss: tuple[RunDir, list[dict[str, Any]], str],
) -> None:
    place, events, printed = with_a_loss
    for number, seed in enumerate(SEEDS, start=1):
        epochs = [each for each in events if each.get("run") == f"{place}/seed-{seed}" and each["event"] == "epoch"]
        assert {each["epoch"] for each in epochs} == set(range(1, EPOCHS + 1))
        assert f"seed-{seed} ({number} of 4)" in printed.splitlines()
        log = (place.path / f"seed-{seed}" / run_files.LOG).read_text()
        assert f"seed-{seed} ({number} of 4)\n" in log and "epoch 300/300  loss" in log
    assert active_children() == []


def test_a_run_that_fails_is_reported_as_it_is_one_after_another(
    in_turn: RunDir, with_a_loss: tuple[RunDir, list[dict[str, Any]], str]
) -> None:
    place, events, printed = with_a_loss
    message = in_turn.read_json(run_files.SUMMARY)["failed"]["bad"].replace(str(in_turn), str(place))
    assert place.read_json(run_files.SUMMARY)["failed"] == {"bad": message}
    failed = [event for event in events if event["event"] == "failed"]
    assert [(event["run"], event["message"]) for event in failed] == [(f"{place}/bad", message)]
    assert f"bad failed: {message}" in printed
    assert RunDir(place.path / "bad").read_json(run_files.ENVIRONMENT)["exit_status"] == 5


def test_a_stopped_group_is_resumed_at_once_to_the_same_bits(
    configs: dict[str, Config], in_turn: RunDir, tmp_path: Path
) -> None:
    request = StopRequest()

    @contextlib.contextmanager
    def watch() -> Iterator[StopRequest]:
        yield request

    place = RunDir.create(tmp_path, "net")
    terminal = AtFirstEpoch(quiet=True, do=lambda: request.ask(signal.SIGINT))
    good = GroupConfig("seeds", {name: config for name, config in configs.items() if name != "bad"})
    runs = groups.members_of(good, place, terminal, replace(BARE, watch=watch))
    with pytest.raises(Stopped, match="by SIGINT; 0 of 3 runs are done") as raised:
        groups.run_all(replace(runs, workers=2))
    assert raised.value.exit_code == 130 and raised.value.run == place.path
    assert raised.value.problems[0].help == f"resume it with `nntrain resume {place}`"
    rows = [len(RunDir(path.parent).read_rows()) for path in place.path.glob("*/metrics.csv")]
    assert rows and all(count < EPOCHS for count in rows)
    assert groups.resume_all(place, False, Terminal(quiet=True), replace(BARE, workers=2)) is not None
    summary = place.read_json(run_files.SUMMARY)
    assert list(summary["runs"]) == [f"seed-{seed}" for seed in SEEDS]
    other = in_turn.read_json(run_files.SUMMARY)
    assert summary["statistics"] == other["statistics"]
    for name in good.members:
        ours, theirs = (load_model(RunDir(each.path / name)).model.get_weights() for each in (place, in_turn))
        assert all(np.array_equal(*pair) for pair in zip(ours, theirs, strict=True))


def test_where_no_worker_can_start_the_help_is_how_to_train_the_rest(
    configs: dict[str, Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise NoWorker("no worker process could start")

    monkeypatch.setattr("nntrain.runs.parallel_members.ProcessPool", fail)
    place = RunDir.create(tmp_path, "net")
    context = replace(BARE, workers=2)
    runs = groups.members_of(GroupConfig("seeds", configs), place, Terminal(quiet=True), context)
    with pytest.raises(NoWorker) as raised:
        groups.run_all(replace(runs, workers=2))
    problem = raised.value.problems[0]
    assert problem.message == "no worker process could start; 0 of 4 runs are done"
    assert problem.help == f"resume it with `nntrain resume {place}`"
