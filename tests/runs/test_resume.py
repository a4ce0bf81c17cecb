"""A training that was stopped, killed or finished is resumed."""

import shutil
import signal
import subprocess
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from nntrain.cli.requests import Fit
from nntrain.config.load import load_run
from nntrain.data.dataset import load_data
from nntrain.errors import ConfigError, DataError, NNTrainError
from nntrain.evaluation.evaluate import evaluate
from nntrain.runs import resume as resuming
from nntrain.runs.resume import changes, option_to_lengthen
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.checkpoint import Store
from nntrain.training.run_context import RunContext
from tests.conftest import environment
from tests.forked import Forked

pytestmark = pytest.mark.usefixtures("shared_programs")

resume = partial(resuming.resume, context=RunContext(plots=False))

CONFIG = """
seed: 5
data: iris
model:
  - Dense: {units: 8, activation: relu}
  - Reshape: [2, 2, 2]
  - BatchNormalization: {momentum: 0.5}
  - Flatten
  - Dropout: 0.2
train:
  epochs: EPOCHS
  batch_size: 16
  checkpoint_seconds: 0
  callbacks:
    - ReduceLROnPlateau: {patience: 1, factor: 0.5, min_delta: 0.1}
"""
FLAT = CONFIG.replace("  - Reshape: [2, 2, 2]\n", "")
"""The kernel of images rounds by the number of threads, which another process may have chosen otherwise."""


def train(folder: Path, epochs: int, name: str = "run", text: str = CONFIG) -> RunDir:
    config = folder / "run.yaml"
    config.write_text(text.replace("EPOCHS", str(epochs)))
    Fit(config=str(config), name=name, runs_dir=folder / "runs", device="cpu", no_plots=True).run(quiet())
    return RunDir(folder / "runs" / name)


def quiet() -> Terminal:
    return Terminal(quiet=True, as_json=False)


def rows(run: RunDir) -> list[dict[str, str]]:
    return [{name: cell for name, cell in row.items() if name != "seconds"} for row in run.read_rows()]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    return train(tmp_path_factory.mktemp("finished"), epochs=6)


@pytest.fixture
def copy(finished: RunDir, tmp_path: Path) -> RunDir:
    shutil.copytree(finished.path, tmp_path / "copy")
    return RunDir(tmp_path / "copy")


def test_a_finished_run_has_nothing_to_resume(finished: RunDir) -> None:
    assert resume(finished, (), False, quiet()) is None


def test_a_finished_run_trained_further_is_a_longer_run(copy: RunDir, tmp_path: Path) -> None:
    longer = train(tmp_path, epochs=10)
    result = resume(copy, ("train.epochs=10",), False, quiet())
    assert result is not None
    assert rows(copy) == rows(longer)
    assert float(rows(longer)[-1]["learning_rate"]) < float(rows(longer)[0]["learning_rate"]), (
        "the plateau must have been met"
    )
    assert copy.read_json("summary.json")["metrics"] == longer.read_json("summary.json")["metrics"]
    assert copy.read_json("environment.json")["resumed"][0]["set"] == ["train.epochs=10"]


STOPPING = """
data: {toy_2d: {kind: moons, size: 100, noise: 0.3}}
model: [{Dense: {units: 4, activation: tanh}}]
train:
  LENGTH
  batch_size: 16
  checkpoint_seconds: 0
  optimizer: {SGD: {learning_rate: RATE, momentum: 0.9}}
  CALLBACKS
"""


def trained_for(folder: Path, length: str, callbacks: str = "save: best", rate: str = "3.0") -> RunDir:
    folder.mkdir()
    text = STOPPING.replace("LENGTH", length).replace("CALLBACKS", callbacks).replace("RATE", rate)
    (folder / "run.yaml").write_text(text)
    Fit(config=str(folder / "run.yaml"), runs_dir=folder, device="cpu", no_plots=True).run(quiet())
    return RunDir(folder / "run")


def test_a_run_that_a_callback_has_stopped_ends_there_when_it_is_longer_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    early = "callbacks: [{EarlyStopping: {patience: 2}}]"
    longer, run = trained_for(tmp_path / "a", "epochs: 30", early), trained_for(tmp_path / "b", "epochs: 20", early)
    stopped = run.read_json("summary.json")["stopped"]
    assert len(rows(run)) < 20 and stopped.startswith("early stopping") and option_to_lengthen(run) == ""
    assert resume(run, ("train.epochs=30",), False, Terminal()) is not None
    assert f"note: {stopped}, and that ends a longer training too" in capsys.readouterr().err
    assert rows(run) == rows(longer)
    ours, theirs = run.read_json("summary.json"), longer.read_json("summary.json")
    assert {**ours, "seconds": 0} == {**theirs, "seconds": 0}


def test_steps_that_end_inside_an_epoch_go_on_from_there(tmp_path: Path) -> None:
    longer, run = trained_for(tmp_path / "a", "steps: 23"), trained_for(tmp_path / "b", "steps: 9")  # 4 an epoch
    assert len(rows(run)) == 3
    assert resume(run, ("train.steps=9",), False, quiet()) is not None
    assert len(rows(run)) == 3
    assert resume(run, ("train.steps=23",), False, quiet()) is not None
    assert rows(run) == rows(longer)
    assert run.read_json("summary.json")["metrics"] == longer.read_json("summary.json")["metrics"]


def test_what_keeps_a_longer_training_from_learning_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rate = "{CosineDecay: {initial_learning_rate: 0.1, decay_steps: 8}}"
    run = trained_for(tmp_path / "a", "epochs: 2", rate=rate)
    capsys.readouterr()
    resume(run, ("train.epochs=6",), False, Terminal())
    assert "warning: the learning rate of `CosineDecay` is 0 in 65 % of the training" in capsys.readouterr().err


def test_only_the_length_can_be_changed(copy: RunDir) -> None:
    with pytest.raises(ConfigError) as caught:
        resume(copy, ("train.batch_size=8",), False, quiet())
    assert str(caught.value) == (
        "error: `resume` can change how long to train, not `train.batch_size`\n"
        " help: start another run from its weights: `nntrain fit CONFIG --init-from RUN`"
    )


@pytest.mark.parametrize(("option", "length", "shorter"), [("epochs", 6, 5), ("steps", 20, 17), ("steps", 12, 9)])
def test_a_run_cannot_become_shorter_than_it_is(tmp_path: Path, option: str, length: int, shorter: int) -> None:
    (tmp_path / "run.yaml").write_text(CONFIG.replace("epochs: EPOCHS", f"{option}: {length}"))
    Fit(config=str(tmp_path / "run.yaml"), runs_dir=tmp_path, device="cpu", no_plots=True).run(quiet())
    run = RunDir(tmp_path / "run")
    before = {path: path.read_bytes() for path in run.path.glob("*.*")}
    with pytest.raises(ConfigError, match=f"has already trained {length} {option}, more than {shorter}") as caught:
        resume(run, (f"train.{option}={shorter}",), False, quiet())
    assert f"--set train.{option}={shorter}`" in str(caught.value)
    assert {path: path.read_bytes() for path in run.path.glob("*.*")} == before
    assert resume(run, (f"train.{option}={length}",), False, quiet()) is not None


def test_the_option_that_ended_a_finished_run_makes_it_longer(finished: RunDir, tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text(CONFIG.replace("epochs: EPOCHS", "epochs: 90000\n  max_seconds: 1"))
    Fit(config=str(tmp_path / "run.yaml"), runs_dir=tmp_path, device="cpu", no_plots=True).run(quiet())
    run = RunDir(tmp_path / "run")
    assert option_to_lengthen(finished) == "train.epochs"
    assert option_to_lengthen(run) == "train.max_seconds"
    count = len(rows(run))
    longer = ("train.max_seconds=1000", f"train.epochs={count + 1}")
    assert resume(run, longer, False, quiet()) is not None
    assert len(rows(run)) == count + 1


def test_a_training_that_has_done_all_its_epochs_was_not_cut_short(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text(
        CONFIG.split("  callbacks")[0].replace("16", "full").replace("EPOCHS", "1\n  max_seconds: 1e-3")
    )
    Fit(config=str(tmp_path / "run.yaml"), runs_dir=tmp_path, device="cpu", no_plots=True).run(quiet())
    assert RunDir(tmp_path / "run").read_json("summary.json")["stopped"] == "all epochs are done"


def test_a_time_limit_ends_the_first_epoch_and_resume_trains_as_if_it_had_not(finished: RunDir, tmp_path: Path) -> None:
    limited = CONFIG.replace("EPOCHS", "6\n  max_seconds: 1e-3")
    (tmp_path / "run.yaml").write_text(limited)
    Fit(config=str(tmp_path / "run.yaml"), runs_dir=tmp_path, device="cpu", no_plots=True).run(quiet())
    run = RunDir(tmp_path / "run")
    summary = run.read_json("summary.json")
    assert summary["stopped"] == "the limit of 0.001 s is reached in epoch 1, after 1 of 6 steps"
    assert (summary["epochs"], summary["best_epoch"], len(rows(run))) == (1, 1, 1)
    assert set(summary["metrics"]) == {"train", "validation", "test"}
    assert resume(run, ("train.max_seconds=1000",), False, quiet()) is not None
    assert rows(run) == rows(finished)
    assert run.read_json("summary.json")["metrics"] == finished.read_json("summary.json")["metrics"]


def test_a_kill_before_the_first_checkpoint_loses_no_initial_weights(finished: RunDir, tmp_path: Path) -> None:
    text = CONFIG.replace("EPOCHS", f"2\n  init_from: {finished.path}")
    whole, killed = train(tmp_path, 2, "whole", text), train(tmp_path, 2, "killed", text)
    shutil.rmtree(killed.checkpoints)
    killed.write_json("environment.json", {**killed.read_json("environment.json"), "end": None, "exit_status": None})
    assert resume(killed, (), False, quiet()) is not None
    assert rows(killed) == rows(whole)


def test_other_initial_weights_are_refused_where_the_training_begins_with_them(copy: RunDir, tmp_path: Path) -> None:
    text = CONFIG.replace("EPOCHS", f"2\n  init_from: {copy.path}")
    run = train(tmp_path, 2, "begins", text)
    assert resume(copy, ("train.epochs=8",), False, quiet()) is not None
    assert resume(run, ("train.epochs=3",), False, quiet()) is not None  # its checkpoint has all that it needs
    shutil.rmtree(run.checkpoints)
    then = run.read_json("environment.json")
    run.write_json("environment.json", {**then, "end": None, "exit_status": None})
    with pytest.raises(NNTrainError, match=f"exactly: the weights of `{copy.path}` have changed\n"):
        resume(run, (), False, quiet())
    assert resume(run, (), True, quiet()) is not None
    now = run.read_json("environment.json")
    assert now["resumed"][-1]["changed"] == [f"the weights of `{copy.path}` have changed"]
    assert now["init_from_sha256"] != then["init_from_sha256"]


def test_an_edited_config_is_refused_and_can_be_allowed(copy: RunDir) -> None:
    resolved = copy.path / "resolved.yaml"
    resolved.write_text(resolved.read_text().replace("share: 0.2", "share: 0.3"))
    with pytest.raises(NNTrainError, match="resolved.yaml was edited; the data have changed"):
        resume(copy, ("train.epochs=8",), False, quiet())
    result = resume(copy, ("train.epochs=8",), True, quiet())
    assert result is not None
    record = copy.read_json("environment.json")["resumed"][0]
    assert record["changed"] == ["resolved.yaml was edited", "the data have changed"]


def write_table(folder: Path, shift: float, columns: str = "ab") -> None:
    header, rows = ",".join([*columns, "class"]), range(30)
    cells = [",".join([*(f"{row + shift}" for _ in columns), "xy"[row % 2]]) for row in rows]
    (folder / "d.csv").write_text("\n".join([header, *cells, ""]))


@pytest.fixture
def of_a_table(tmp_path: Path) -> RunDir:
    """A run of one epoch on a table."""
    write_table(tmp_path, 0)
    (tmp_path / "run.yaml").write_text(
        "data: {table: {path: d.csv, target: class, encode: false}}\nmodel: [{Dense: 2}]\ntrain: {epochs: 1}"
    )
    Fit(config=str(tmp_path / "run.yaml"), runs_dir=tmp_path, device="cpu", no_plots=True).run(quiet())
    return RunDir(tmp_path / "run")


def test_a_run_resumed_on_other_data_is_one_of_these_data(of_a_table: RunDir, tmp_path: Path) -> None:
    write_table(tmp_path, 0.5)
    with pytest.raises(DataError, match="the data are not those that"):
        evaluate(of_a_table, None, False)
    assert resume(of_a_table, ("train.epochs=2",), True, quiet()) is not None
    summary = of_a_table.read_json("summary.json")
    assert evaluate(of_a_table, None, False).metrics == summary["metrics"]["test"]
    assert resume(of_a_table, ("train.epochs=3",), False, quiet()) is not None
    write_table(tmp_path, 0)
    with pytest.raises(DataError, match="the data are not those that"):
        evaluate(of_a_table, None, False)
    changed = [each["changed"] for each in of_a_table.read_json("environment.json")["resumed"]]
    assert changed == [["the data have changed"], []]


def test_a_run_is_not_resumed_on_data_of_another_shape(of_a_table: RunDir, tmp_path: Path) -> None:
    write_table(tmp_path, 0, columns="abc")
    before = {path: path.read_bytes() for path in of_a_table.path.rglob("*.*")}
    with pytest.raises(NNTrainError) as caught:
        resume(of_a_table, ("train.epochs=2",), True, quiet())
    message = "`dense/kernel` has the shape (3, 2), and is of the shape (2, 2) in it"
    assert caught.value.problems[0].message == f"the checkpoint does not fit the model of the run: {message}"
    assert {path: path.read_bytes() for path in of_a_table.path.rglob("*.*")} == before


def test_other_versions_are_refused(copy: RunDir) -> None:
    environment = copy.read_json("environment.json")
    environment["packages"]["keras"] = "3.0.0"
    copy.write_json("environment.json", environment)
    with pytest.raises(NNTrainError, match=r"keras was 3\.0\.0 and is"):
        resume(copy, ("train.epochs=8",), False, quiet())


def test_a_run_whose_images_keras_normalized_is_refused(copy: RunDir, of_a_table: RunDir) -> None:
    """Environment.json of runs from before the fused kernel names no layers."""
    for run in (copy, of_a_table):
        environment = run.read_json("environment.json")
        del environment["fused"]
        run.write_json("environment.json", environment)
    with pytest.raises(NNTrainError) as caught:
        resume(copy, ("train.epochs=8",), False, quiet())
    kernel = "Keras computed `batch_normalization`, and now TensorFlow's fused kernel does, with other last bits"
    assert caught.value.problems[0].message == f"`{copy}` cannot be resumed exactly: {kernel}"
    assert resume(copy, ("train.epochs=8",), True, quiet()) is not None
    environment = copy.read_json("environment.json")
    assert (environment["fused"], environment["resumed"][0]["changed"]) == (["batch_normalization"], [kernel])
    assert resume(of_a_table, ("train.epochs=2",), False, quiet()) is not None
    assert of_a_table.read_json("environment.json")["fused"] == []


def test_a_run_whose_random_numbers_xla_drew_is_refused(tmp_path: Path) -> None:
    """Environment.json of runs from before names no layers whose numbers are drawn before XLA's steps."""
    run = train(tmp_path, 2, text=FLAT.replace("train:\n", "train:\n  compile: xla\n"))
    environment = run.read_json("environment.json")
    assert environment.pop("drawn") == ["dropout"]
    run.write_json("environment.json", environment)
    with pytest.raises(NNTrainError) as caught:
        resume(run, ("train.epochs=3",), False, quiet())
    drawn = "the random numbers of `dropout` are now drawn before steps that XLA compiles, with other results"
    assert caught.value.problems[0].message == f"`{run}` cannot be resumed exactly: {drawn}"
    run.write_json("environment.json", {**environment, "stack": {}})  # whose steps are not those of a run alone
    assert changes(run, load_data(load_run(run))) == []


def test_a_damaged_checkpoint_is_reported_and_the_one_before_it_used(copy: RunDir, tmp_path: Path) -> None:
    newest = max(copy.checkpoints.glob("*.ckpt"), key=lambda path: path.stat().st_mtime_ns)
    newest.write_bytes(newest.read_bytes()[:-100])
    terminal = quiet()
    assert resume(copy, ("train.epochs=10",), False, terminal) is not None
    assert any("is damaged: its SHA-256 differs" in line for line in terminal.log)
    assert rows(copy) == rows(train(tmp_path, epochs=10))


def test_a_checkpoint_of_another_run_is_refused(copy: RunDir, tmp_path: Path) -> None:
    other = train(tmp_path, epochs=6, name="other")
    shutil.rmtree(copy.checkpoints)
    shutil.copytree(other.checkpoints, copy.checkpoints)
    with pytest.raises(NNTrainError, match="belongs to another run"):
        resume(copy, ("train.epochs=8",), False, quiet())


def test_one_process_owns_a_run(copy: RunDir) -> None:
    with copy.locked(), pytest.raises(NNTrainError, match="another process is training"):
        resume(copy, ("train.epochs=8",), False, quiet())


def test_without_a_whole_checkpoint_the_run_must_be_trained_again(copy: RunDir) -> None:
    for path in copy.checkpoints.glob("*.ckpt"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    with pytest.raises(NNTrainError, match="no checkpoint can be used: .* is damaged: .* is damaged: ") as caught:
        resume(copy, ("train.epochs=8",), False, quiet())
    assert caught.value.exit_code == 1 and "nntrain fit" in caught.value.problems[0].help


def test_a_second_command_that_resumes_is_refused(copy: RunDir, in_process: Any) -> None:
    with copy.locked():
        done = in_process(copy.path.parent, "resume", "copy", "--runs-dir", ".")
    assert done.returncode == 1
    assert done.stderr == "error: another process is training `copy`\n help: wait for it to end, or stop it\n"


def test_a_patience_too_long_for_a_quick_run_does_not_prevent_resuming(tmp_path: Path) -> None:
    """`--set train.epochs=2` made it too long; resolved.yaml does not show that any more."""
    config = tmp_path / "run.yaml"
    stop = "- EarlyStopping: {patience: 9}\n    - ReduceLROnPlateau"
    config.write_text(CONFIG.replace("EPOCHS", "20").replace("- ReduceLROnPlateau", stop))
    short = {"assignments": ("train.epochs=2",), "no_plots": True}
    Fit(config=str(config), runs_dir=tmp_path, device="cpu", **short).run(quiet())
    assert resume(RunDir(tmp_path / "run"), ("train.epochs=4",), False, quiet()) is not None
    assert len(rows(RunDir(tmp_path / "run"))) == 4


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return Forked(*arguments, cwd=folder, env=environment(), text=True, stderr=subprocess.PIPE, stdout=-3)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    return train(tmp_path_factory.mktemp("undisturbed"), epochs=60, text=FLAT)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_signal_leaves_a_checkpoint_that_resumes_exactly(
    undisturbed: RunDir, tmp_path: Path, number: int, code: int
) -> None:
    """`scripts/torture kill` sends SIGKILL at any moment; tests/cli/commands/test_fit.py has SIGTERM."""
    (tmp_path / "run.yaml").write_text(FLAT.replace("EPOCHS", "60"))
    process = started(tmp_path, "fit", "run.yaml", "--no-plots")
    run = RunDir(tmp_path / "runs" / "run")
    while not list(run.checkpoints.glob("*.ckpt")) and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(number)
    error = process.communicate(timeout=60)[1]
    assert process.returncode == code, error
    if number == signal.SIGINT:
        assert " help: resume it with `nntrain resume runs/run`" in error
        assert "metrics" not in run.read_json("summary.json"), "the test split is looked at once, at the end"
    assert resume(run, (), False, quiet()) is not None
    assert rows(run) == rows(undisturbed)


def test_a_run_killed_while_it_wrote_its_results_writes_them_and_a_newer_checkpoint(copy: RunDir) -> None:
    before = Store(copy.checkpoints, copy.key())
    then = before.load()
    copy.write_json("environment.json", {**copy.read_json("environment.json"), "exit_status": None})
    (copy.path / "summary.json").unlink()
    assert resume(copy, (), False, quiet()) is not None
    after = Store(copy.checkpoints, copy.key())
    now = after.load()
    assert then is not None and now is not None
    assert after.counter == before.counter + 1
    assert {name: array.tobytes() for name, array in now.state.arrays.items()} == {
        name: array.tobytes() for name, array in then.state.arrays.items()
    }
    assert (copy.path / "summary.json").is_file()
