"""A group over seeds or folds that was stopped or killed is resumed, and its summary is that of an undisturbed one."""

import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from nntrain.cli.requests import Fit
from nntrain.errors import ConfigError, NNTrainError
from nntrain.runs import groups
from nntrain.storage import run_files
from nntrain.storage.find_runs import find_run
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.run_context import RunContext
from tests.conftest import environment
from tests.forked import Forked

CONFIG = """
data: iris
model:
  - Dense: {units: 8, activation: relu}
  - Dropout: 0.2
train: {epochs: 40, batch_size: 8, checkpoint_seconds: 0}
"""
WITHOUT_PLOTS = RunContext(plots=False)


def quiet() -> Terminal:
    return Terminal(quiet=True)


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return Forked(*arguments, cwd=folder, env=environment(), text=True, stderr=subprocess.PIPE, stdout=-3)


def summary(place: Path) -> dict[str, Any]:
    """summary.json without the times."""
    found = RunDir(place).read_json(run_files.SUMMARY)
    runs = {name: {key: value for key, value in run.items() if key != "seconds"} for name, run in found["runs"].items()}
    return {**found, "runs": runs}


def trained(folder: Path, **asked: Any) -> Path:
    (folder / "net.yaml").write_text(CONFIG)
    runs, apart = folder / "runs", {"no_stack": True, "no_plots": True}
    Fit(config=str(folder / "net.yaml"), runs_dir=runs, device="cpu", **apart, **asked).run(quiet())
    return runs / "net"


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("seeds"), seeds="3")


@pytest.fixture
def copy(seeds: Path, tmp_path: Path) -> RunDir:
    shutil.copytree(seeds, tmp_path / "net")
    return RunDir(tmp_path / "net")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGTERM, 143)])
def test_a_killed_group_is_resumed_in_the_run_that_was_killed(
    seeds: Path, tmp_path: Path, number: int, code: int
) -> None:
    (tmp_path / "net.yaml").write_text(CONFIG)
    process = started(tmp_path, "fit", "net.yaml", "--seeds", "3", "--no-stack", "--no-plots")
    place = tmp_path / "runs" / "net"
    while not list((place / "seed-2" / "checkpoint").glob("*.ckpt")) and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(number)
    error = process.communicate(timeout=60)[1]
    assert process.returncode == code, error
    assert code < 0 or error.endswith(" help: resume it with `nntrain resume runs/net`\n")
    assert not (place / "seed-3").exists() and not (place / run_files.SUMMARY).exists()
    first = (place / "seed-1" / run_files.ENVIRONMENT).read_bytes()

    groups.resume_all(RunDir(place), False, quiet(), WITHOUT_PLOTS)
    assert summary(place) == summary(seeds)
    assert (place / "seed-1" / run_files.ENVIRONMENT).read_bytes() == first, "the first run was finished"
    assert len(RunDir(place / "seed-2").read_json(run_files.ENVIRONMENT)["resumed"]) == 1


def test_a_group_that_was_killed_between_two_runs_is_resumed_with_the_next(copy: RunDir, seeds: Path) -> None:
    """The second run has a folder and nothing in it yet, the third nothing at all."""
    (copy.path / run_files.SUMMARY).unlink()
    shutil.rmtree(copy.path / "seed-2")
    (copy.path / "seed-2").mkdir()
    shutil.rmtree(copy.path / "seed-3")
    assert groups.resume_all(copy, False, quiet(), WITHOUT_PLOTS) is not None
    assert summary(copy.path) == summary(seeds)
    assert sorted(path.name for path in copy.path.glob("seed-*")) == ["seed-1", "seed-2", "seed-3"]


def test_a_group_that_was_killed_before_its_summary_writes_it(copy: RunDir, seeds: Path) -> None:
    (copy.path / run_files.SUMMARY).unlink()
    groups.resume_all(copy, False, quiet(), WITHOUT_PLOTS)
    assert summary(copy.path) == summary(seeds)


def test_folds_are_resumed_too(tmp_path: Path) -> None:
    place = RunDir(trained(tmp_path, folds=2, assignments=("train.epochs=2",)))
    before = summary(place.path)
    (place.path / run_files.SUMMARY).unlink()
    shutil.rmtree(place.path / "fold-2")
    groups.resume_all(place, False, quiet(), WITHOUT_PLOTS)
    assert summary(place.path) == before and before["kind"] == "folds"


def test_a_group_is_resumed_on_the_devices_of_the_command(tmp_path: Path, in_process: Any) -> None:
    (tmp_path / "net.yaml").write_text(CONFIG)
    devices = ("--device", "cpu", "--devices", "2")
    options = ("--set", "train.epochs=2", "--set", "train.threads=1", *devices)
    place, alone = tmp_path / "runs" / "net", ("resume", "net", "--no-plots")
    for words in (
        ("fit", "net.yaml", "--seeds", "2", "--no-stack", "--no-plots", *options),
        ("resume", "net", "--no-plots", *devices),
        alone,
    ):
        if "--devices" in words:
            process = started(tmp_path, *words)
            error, code = process.communicate(timeout=120)[1], process.returncode
        else:
            done = in_process(tmp_path, *words)
            code, error = done.returncode, done.stderr
        assert code == 0, error
        assert ("note: 2 logical devices of the CPU share every batch" in error) == ("--devices" in words)
        assert ("warning: the group began on 2 devices, not 1" in error) == (words == alone)
        environment = RunDir(place / "seed-2").read_json(run_files.ENVIRONMENT)
        assert environment["devices"] == (1 if words == alone else 2)
        if environment["devices"] == 2:
            assert (environment["threads"]["intra_op"], environment["threads"]["inter_op"]) == (1, 1)
        shutil.rmtree(place / "seed-2")
        (place / run_files.SUMMARY).unlink()


def test_other_versions_are_refused_before_the_next_run_begins(copy: RunDir) -> None:
    shutil.rmtree(copy.path / "seed-3")
    first = RunDir(copy.path / "seed-1")
    environment = first.read_json(run_files.ENVIRONMENT)
    environment["packages"]["keras"] = "3.0.0"
    first.write_json(run_files.ENVIRONMENT, environment)
    with pytest.raises(NNTrainError, match=r"seed-1` cannot be resumed exactly: keras was 3\.0\.0 and is"):
        groups.resume_all(copy, False, quiet(), WITHOUT_PLOTS)
    assert not (copy.path / "seed-3").exists()


def test_one_process_owns_a_group(copy: RunDir) -> None:
    with copy.locked(), pytest.raises(NNTrainError, match="another process is training"):
        groups.resume_all(copy, False, quiet(), WITHOUT_PLOTS)


def test_an_unfinished_group_is_still_no_run_to_score(copy: RunDir) -> None:
    (copy.path / run_files.SUMMARY).unlink()
    with pytest.raises(ConfigError, match="is a group of runs, not one run"):
        find_run(copy.path.parent, "net")
