"""Two workers on this machine: the same training, one run directory, and a checkpoint when one is lost."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nntrain.cli.commands import launch
from nntrain.cli.error_event import error_event
from nntrain.errors import ConfigError, NNTrainError
from tests.forked import Forked

ROOT = Path(__file__).parents[3]
CONFIG = """
seed: 3
data: iris
model:
  - Dense: {units: 8, activation: relu}
  - Dropout: 0.2
train:
  epochs: 100000
  batch_size: 16
"""


def start(folder: Path, *words: str) -> "subprocess.Popen[str]":
    """`python -m nntrain` with these words."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "", "XDG_CONFIG_HOME": str(folder)}
    environment.pop("NNTRAIN_AUTHKEY")  # workers that are started by hand make the key file
    return Forked(*words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def free_addresses() -> str:
    return ",".join(f"127.0.0.1:{port}" for port in launch._free_ports(2))


def end(*processes: "subprocess.Popen[str]") -> list[tuple[int, str, str]]:
    """Exit code, stdout and stderr of each."""
    ended = []
    for process in processes:
        out, err = process.communicate(timeout=60)
        ended.append((process.returncode, out, err))
    return ended


def wait_for_epochs(run: Path, process: "subprocess.Popen[str]") -> None:
    """Until an epoch is done and metrics.csv is written."""
    until = time.monotonic() + 60
    while not (run / "metrics.csv").is_file():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Two workers started by hand, of which the second one was killed while they trained."""
    folder = tmp_path_factory.mktemp("lost")
    (folder / "net.yaml").write_text(CONFIG)
    addresses = free_addresses()
    chief, other = (
        start(folder, "fit", "net.yaml", "--workers", addresses, "--worker", str(index), "--device", "cpu")
        for index in range(2)
    )
    try:
        wait_for_epochs(folder / "runs" / "net", chief)
        time.sleep(3)  # a slow first state in memory delays the next one
        other.send_signal(signal.SIGKILL)
        killed = time.monotonic()
        ended = end(chief, other)
        yield {"folder": folder, "ended": ended, "seconds": time.monotonic() - killed}
    finally:
        chief.kill()
        other.kill()


def test_a_lost_worker_ends_the_run_with_a_message(lost: dict[str, Any]) -> None:
    code, _, err = lost["ended"][0]
    assert code == 1
    assert "error: worker 1 (127.0.0.1:" in err
    assert "is gone; " in err
    assert " help: resume it with `nntrain resume runs/net`" in err
    assert err.startswith("note: 2 workers share every batch, on 2 devices\n")
    assert lost["seconds"] < 30


def test_only_the_chief_prints_and_writes(lost: dict[str, Any]) -> None:
    _, (_, out, err) = lost["ended"]
    assert (out, err) == ("", "")
    assert [path.name for path in (lost["folder"] / "runs").iterdir()] == ["net"]
    schema = json.loads((lost["folder"] / "runs" / "net" / "environment.json").read_text())
    assert (schema["devices"], schema["workers"], schema["exit_status"]) == (2, 2, 1)


def test_one_machine_resumes_a_training_of_two(lost: dict[str, Any], in_process: Any) -> None:
    run = lost["folder"] / "runs" / "net"
    longer = json.loads((run / "summary.json").read_text())["epochs"] + 3
    done = in_process(
        lost["folder"], "resume", "net", "--set", f"train.epochs={longer}", "--no-plots", "--device", "cpu"
    )
    assert done.returncode == 0, done.stderr
    assert "warning: the run began on 2 devices, not 1, so the last bits may differ" in done.stderr
    assert "resuming in epoch " in done.stderr
    reached = int(done.stderr.split("resuming in epoch ")[1].split(",")[0])
    assert reached > 1
    assert json.loads((run / "summary.json").read_text())["epochs"] == longer >= reached


def test_launched_workers_that_were_stopped_resume_with_the_bits_of_one_process_on_two_devices(tmp_path: Path) -> None:
    """So the workers' weights are equal in every step; `scripts/torture workers` compares them."""
    (tmp_path / "net.yaml").write_text(CONFIG.replace("  - Dropout", "  - BatchNormalization\n  - Dropout"))
    (tmp_path / "socket.py").write_text("raise SystemExit('a user's own module, which no worker imports')")
    launched = start(tmp_path, "launch", "--local", "2", "net.yaml", "--no-plots", "--device", "cpu")
    wait_for_epochs(tmp_path / "runs" / "net", launched)
    launched.send_signal(signal.SIGTERM)
    ((code, _, err),) = end(launched)
    assert code == 143
    assert err.count("stopped: by SIGTERM") == 1
    epochs = len((tmp_path / "runs" / "net" / "metrics.csv").read_text().splitlines()) + 1
    longer = f"train.epochs={epochs}"
    (done,) = end(
        start(tmp_path, "launch", "--local", "2", "resume", "net", "--set", longer, "--no-plots", "--device", "cpu")
    )
    assert done[0] == 0, done[2]
    assert f"of {epochs}, val_loss" in done[1]
    devices = ("--device", "cpu", "--devices", "2")
    (done,) = end(start(tmp_path, "fit", "net.yaml", *devices, "--no-plots", "--name", "alone", "--set", longer))
    assert done[0] == 0, done[2]
    stopped, alone = (rows(tmp_path / "runs" / name) for name in ("net", "alone"))
    assert len(alone) == epochs and stopped == alone


def rows(run: Path) -> list[dict[str, str]]:
    names, *lines = (line.split(",") for line in (run / "metrics.csv").read_text().splitlines())
    return [{name: cell for name, cell in zip(names, line, strict=True) if name != "seconds"} for line in lines]


def is_alive(process: int) -> bool:
    """Whether the process runs; one that has ended stays in the list until its parent has waited for it."""
    status = Path(f"/proc/{process}/stat")
    return status.is_file() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="the system does not list the children of a process")
def test_launched_workers_stop_when_the_launcher_is_killed(tmp_path: Path, in_process: Any) -> None:
    (tmp_path / "net.yaml").write_text(CONFIG)
    launched = start(tmp_path, "launch", "--local", "2", "net.yaml", "--device", "cpu")
    wait_for_epochs(tmp_path / "runs" / "net", launched)
    children = Path(f"/proc/{launched.pid}/task/{launched.pid}/children").read_text()
    workers = [int(number) for number in children.split()]
    assert len(workers) == 2
    try:
        launched.send_signal(signal.SIGKILL)
        ((code, _, err),) = end(launched)  # the chief has the same standard error, so this waits for it too
        until = time.monotonic() + 30
        while any(is_alive(worker) for worker in workers):
            assert time.monotonic() < until
            time.sleep(0.1)
    finally:
        for worker in filter(is_alive, workers):
            os.kill(worker, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert "stopped: by SIGTERM" in err
    schema = json.loads((tmp_path / "runs" / "net" / "environment.json").read_text())
    assert schema["exit_status"] == 143
    epochs = len((tmp_path / "runs" / "net" / "metrics.csv").read_text().splitlines()) + 1
    done = in_process(tmp_path, "resume", "net", "--set", f"train.epochs={epochs}", "--no-plots", "--device", "cpu")
    assert done.returncode == 0 and "resuming in epoch " in done.stderr


@pytest.mark.parametrize(
    ("count", "words", "message"),
    [
        (1, ["net.yaml"], "`--local` takes a number from 2 to 64, got `1`"),
        (2, [], "`launch` needs a config"),
        (2, ["fit"], "`launch` needs a config"),
        (2, ["resume"], "`launch` needs a run"),
        (2, ["net.yaml", "--workers=a:1,b:1"], "`--workers=a:1,b:1` is not allowed: `launch` sets the workers itself"),
        (2, ["tune", "net.yaml"], "`launch` starts `fit` and `resume`, not `tune`"),
        (2, ["eval"], "`launch` starts `fit` and `resume`, not `eval`"),
        (2, ["eval", "--split", "test"], "`launch` starts `fit` and `resume`, not `eval`"),
        (
            2,
            ["--name", "x", "--worker", "1", "net.yaml"],
            "`--worker` is not allowed: `launch` sets the workers itself",
        ),
        (2, ["resume", "--devices=2", "x"], "`--devices=2` is not allowed: `launch` sets the workers itself"),
    ],
)
def test_launch_refuses_what_it_cannot_start(count: int, words: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        launch.launch(count, words)
    assert caught.value.problems[0].message == message


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["resume", "--quiet"], "Missing argument 'RUN'"),
        (["fit", "--quiet"], "Missing argument 'CONFIG'"),
        (["--quiet"], "Missing argument 'CONFIG'"),
        (["net.yaml", "--device", "tpu"], "Invalid value for '--device'"),
        (["net.yaml", "--nope"], "No such option: --nope"),
    ],
)
def test_what_the_command_does_not_take_is_refused_before_a_worker_starts(
    in_process: Any, tmp_path: Path, words: list[str], fault: str
) -> None:
    done = in_process(tmp_path, "launch", "--local", "2", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count(fault) == 1


class Begun(Exception):
    """The workers would start now, on these GPUs."""


@pytest.mark.parametrize(
    ("words", "gpus"),
    [
        (["net.yaml"], ["0", "1"]),
        (["net.yaml", "--name", "cpu"], ["0", "1"]),
        (["--name=cpu", "net.yaml", "--device", "gpu"], ["0", "1"]),
        (["cpu"], ["0", "1"]),
        (["resume", "cpu", "--device=auto"], ["0", "1"]),
        (["net.yaml", "--device", "cpu"], [None, None]),
        (["--device=cpu", "net.yaml"], [None, None]),
        (["resume", "--device", "cpu", "runs/net"], [None, None]),
    ],
)
def test_only_the_option_device_keeps_the_workers_from_the_gpus(
    monkeypatch: pytest.MonkeyPatch, words: list[str], gpus: list[str | None]
) -> None:
    found: list[str | None] = []

    def start(index: int, words: object, gpus: str | None, key: str) -> None:
        found.append(gpus)
        if index == 1:
            raise Begun

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    monkeypatch.setattr(launch, "_start", start)
    monkeypatch.setattr(launch, "_end", lambda workers: None)
    with pytest.raises(Begun):
        launch.launch(2, words)
    assert found == gpus


def test_the_exit_code_is_that_of_the_chief(forked: Any, tmp_path: Path) -> None:
    done = forked(tmp_path, "launch", "--local", "2", "none.yaml", "--device", "cpu")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: there is no file `none.yaml`\n")


def test_a_chief_that_is_killed_is_an_error_with_the_code_of_a_shell(tmp_path: Path) -> None:
    process = subprocess.Popen(["sleep", "60"])
    process.kill()
    with (tmp_path / "errors").open("wb") as errors, pytest.raises(NNTrainError) as raised:
        launch._wait([launch._Worker(0, process, errors)])
    assert raised.value.problems[0].message == "the chief was killed by SIGKILL"
    assert raised.value.exit_code == 128 + signal.SIGKILL
    assert error_event(raised.value)["code"] == 137
