"""`nntrain fit` as a process: stdout and stderr, exit codes, signals, a terminal."""

import json
import os
import pty
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nntrain import backend
from nntrain.cli.requests import Fit
from nntrain.errors import ConfigError, DataError
from nntrain.storage import run_files
from nntrain.storage.find_runs import find_run
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from tests.forked import Forked

pytestmark = pytest.mark.usefixtures("shared_programs")

REPOSITORY = Path(__file__).parents[3]
PATHS = {**os.environ, "PYTHONPATH": str(REPOSITORY)}


MOONS = """
data: {toy_2d: {kind: moons, size: 60}}
model: [{Dense: {units: 4, activation: tanh}}]
train: {epochs: 3}
"""
LONG = """
data: {toy_2d: {kind: moons, size: 2000}}
model: [{Dense: {units: 16, activation: tanh}}]
train: {epochs: 100000, batch_size: 8}
"""


def test_fit_in_json_prints_only_versioned_json_and_its_stderr_holds_no_noise(command: Any, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(MOONS)
    done = command(tmp_path, "fit", "net.yaml", "--json", "--seed", "0", "--set", "train.epochs=2")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["event"] for line in lines] == ["epoch", "epoch", "doctor", "summary"]
    assert all(line["version"] == 1 for line in lines)
    run = find_run(tmp_path / "runs", "net")
    assert {line["run"] for line in lines} == {"runs/net"}
    assert lines[-1]["metrics"] == run.read_json(run_files.SUMMARY)["metrics"]
    for noise in ("I0000", "oneDNN", "WARNING", "cuda", "CUDA", "Traceback", "\x1b"):
        assert noise not in done.stderr
    messages = done.stderr.splitlines()
    assert messages[0] == "note: added the output layer `Dense: {units: 1, activation: sigmoid}`"
    assert all(message.startswith(("note: ", "epoch ")) for message in messages) and messages[-1].startswith(
        "epoch 2/2"
    )
    environment = run.read_json(run_files.ENVIRONMENT)
    assert (environment["threads"]["intra_op"], environment["threads"]["inter_op"]) == (1, 1)  # for small steps
    assert environment["command"][1:] == ["fit", "net.yaml", "--json", "--seed", "0", "--set", "train.epochs=2"]
    logged = run.read_log()
    assert set(messages) <= set(logged) and "parameters, " in "\n".join(logged)


def test_results_are_on_stdout_and_quiet_leaves_stderr_empty(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.yaml").write_text(MOONS)
    fit_into(tmp_path / "net.yaml", tmp_path / "runs", "net")
    out, err = capfd.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert lines[0].split() == ["split", "rows", "loss", "accuracy"]
    assert [line.split()[0] for line in lines[1:6]] == ["train", "validation", "best", "final", "17"]
    assert lines[4].startswith("final test on 12 rows: loss ") and lines[5].startswith("17 parameters, ")


def test_what_is_wrong_leaves_no_run_directory(tmp_path: Path) -> None:
    config = tmp_path / "net.yaml"
    config.write_text("data: {table: {path: gone.csv, target: a}}\nmodel: [{Dense: 2}]\n")
    with pytest.raises(DataError, match="there is no file `.*gone.csv`"):
        fit_into(config, tmp_path / "runs", "net")
    config.write_text(MOONS.replace("units: 4", "units: 4, kernel_initializer: {Values: [[1, 2]]}"))
    with pytest.raises(ConfigError):
        fit_into(config, tmp_path / "runs", "net")
    config.write_text(MOONS)
    with pytest.raises(ConfigError, match="invalid run name"):
        fit_into(config, tmp_path / "runs", "../net")
    assert not (tmp_path / "runs").exists()


def fit_into(config: Path, runs: Path, name: str) -> None:
    Fit(config=str(config), name=name, runs_dir=runs, device="cpu").run(Terminal(quiet=True))


def test_a_gpu_that_is_not_there_ends_with_code_1_and_a_message(in_process: Any, tmp_path: Path) -> None:
    backend.start("cpu")
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        pytest.skip("this machine has a GPU")
    (tmp_path / "net.yaml").write_text(MOONS)
    done = in_process(tmp_path, "fit", "net.yaml", "--device", "gpu")
    assert (done.returncode, done.stdout) == (1, "")
    command_line = f"{sys.executable} -m pip install 'nntrain[gpu]'"
    help = f" help: run `{command_line}` and install an NVIDIA driver, or use `--device cpu`"
    assert done.stderr == f"error: TensorFlow finds no GPU\n{help}\n"
    assert not (tmp_path / "runs").exists()


@pytest.fixture
def training(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that has finished its first epoch of very many."""
    (tmp_path / "net.yaml").write_text(LONG)
    pipe = subprocess.PIPE
    process = Forked("fit", "net.yaml", "--no-plots", cwd=tmp_path, env=PATHS, text=True, stdout=pipe, stderr=pipe)
    try:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("note: ")
        assert process.stderr.readline().startswith("epoch 1/")
        yield process
    finally:
        process.kill()
        process.communicate()


def computed(process: "subprocess.Popen[str]") -> float:
    """Seconds of CPU time so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def computed_by_ended() -> float:
    """Seconds of CPU time of all processes that this one has started and seen end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_signal_ends_a_training_promptly_with_its_finished_epochs_kept(
    training: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    """tests/runs/test_resume.py has SIGINT."""
    before = computed(training) + computed_by_ended()
    training.send_signal(signal.SIGTERM)
    out, err = training.communicate(timeout=60)
    assert computed_by_ended() - before < 5  # of CPU time, because other tests may have the cores
    assert (training.returncode, out) == (143, "")
    *_, message, help = err.splitlines()
    assert help == " help: resume it with `nntrain resume runs/net`"
    run = find_run(tmp_path / "runs", "net")
    summary = run.read_json(run_files.SUMMARY)
    epochs = summary["epochs"]
    finished = "1 epoch was finished" if epochs == 1 else f"{epochs} epochs were finished"
    assert message == f"stopped: by SIGTERM; {finished}; the model of epoch {summary['best_epoch']} is in runs/net"
    assert summary["stopped"] == "stopped by SIGTERM" and epochs >= 1
    assert len((run.path / run_files.METRICS).read_text().splitlines()) == 1 + epochs
    assert run.verified_model()["classes"] == ["negative", "positive"]
    assert run.read_json(run_files.ENVIRONMENT)["exit_status"] == 143
    assert message in (run.path / run_files.LOG).read_text()


def test_on_a_terminal_there_is_a_bar_without_colours_where_they_are_not_wanted(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(MOONS)
    ours, theirs = pty.openpty()
    words = ("fit", "net.yaml", "--no-plots")
    environment = {**PATHS, "TERM": "xterm-256color", "NO_COLOR": "1", "COLUMNS": "100"}
    pipe = subprocess.PIPE
    with Forked(*words, cwd=tmp_path, env=environment, stdout=pipe, stderr=theirs, text=True) as fit:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            shown += piece
        assert fit.stdout is not None
        out = fit.stdout.read()
    os.close(ours)
    text = shown.decode()
    assert fit.returncode == 0
    assert "━" in text and "epoch 3/3" in text
    assert "\x1b[3" not in text and "\x1b[1;3" not in text  # no colour
    assert "\x1b" not in out and "best epoch" in out
    assert "\x1b" not in (tmp_path / "runs" / "net" / run_files.LOG).read_text()


@pytest.mark.parametrize("several", [(), ("--seeds", "1")])
def test_a_config_from_a_pipe_is_read_once_and_kept(in_process: Any, tmp_path: Path, several: tuple[str, ...]) -> None:
    text = "  # from a pipe\n" + MOONS
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    done = in_process(tmp_path, "fit", f"/dev/fd/{reading}", "--name", "net", "-q", "--no-plots", *several)
    os.close(reading)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs" / "net" / run_files.CONFIG).read_text() == text


@pytest.mark.parametrize(("data", "options"), [("moons", ["--no-test"]), ("{kind: moons, test: hold}", [])])
def test_without_a_test_the_split_waits_for_eval(
    in_process: Any, tmp_path: Path, data: str, options: list[str]
) -> None:
    (tmp_path / "net.yaml").write_text(
        f"data: {{toy_2d: {data}}}\nmodel: [{{Dense: {{units: 2, activation: tanh}}}}]\ntrain: {{epochs: 1}}\n"
    )
    done = in_process(tmp_path, "fit", "net.yaml", *options, "--no-plots", "--device", "cpu", "-q")
    assert done.returncode == 0, done.stderr
    assert "test" not in done.stdout
    run = RunDir(tmp_path / "runs" / "net")
    assert set(run.read_json("summary.json")["metrics"]) == {"train", "validation"}
    assert "hold_out_test: true" in run.read_text("resolved.yaml")
    assert in_process(tmp_path, "eval", "net").stdout.splitlines()[1].startswith("validation ")
    assert in_process(tmp_path, "eval", "net", "--split", "test").stdout.splitlines()[1].startswith("test ")
