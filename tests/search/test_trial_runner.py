"""Trials that run one after another in one process have the results of separate runs."""

import gc
import shutil
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.processes.messages import Event
from nntrain.search import trial_runner
from nntrain.search.task import Task
from nntrain.search.trial_runner import TrialRunner
from nntrain.storage.lock import locked
from nntrain.storage.run_dir import RunDir
from nntrain.training.checkpoint import Store
from nntrain.training.signals import StopRequest

NET = """
seed: {seed}
data: {data}
model: {model}
train: {{epochs: {epochs}, batch_size: 16, optimizer: {optimizer}{more}}}
"""
IRIS = "iris"
MLP = "[{Dense: {units: 8, activation: relu}}, {Dropout: 0.3}]"
IMAGES = "{npz_file: {path: IMAGES, validation: 0.25, test: 0.25}}"


def net(seed: int = 1, epochs: int = 3, rate: float = 0.01, more: str = "", **parts: str) -> str:
    chosen = {"data": IRIS, "model": MLP, "optimizer": f"{{Adam: {{learning_rate: {rate}}}}}", **parts}
    return NET.format(seed=seed, epochs=epochs, more=more, **chosen)


@pytest.fixture(scope="module")
def runner() -> TrialRunner:
    """For the tests that look at a trial and not at the programs that its runner keeps."""
    return TrialRunner()


def silent(_: dict[str, float]) -> bool:
    return False


def done(runner: TrialRunner, folder: Path, config: str, parent: Path | None = None) -> Event:
    event = runner.run(Task(1, str(folder), config, None if parent is None else str(parent)), silent)
    assert event.kind == "done", event.message
    return event


def without_seconds(event: Event) -> list[dict[str, float]]:
    return [{name: value for name, value in row.items() if name != "seconds"} for row in event.rows]


def final_state(folder: Path) -> dict[str, bytes]:
    """Return the arrays of the last checkpoint: weights, optimizer, seeds of random layers, the weights to keep."""
    run = RunDir(folder)
    found = Store(run.checkpoints, run.key()).load()
    assert found is not None
    return {name: array.tobytes() for name, array in found.state.arrays.items()}


def saved_weights(folder: Path) -> list[Any]:
    import keras

    return keras.saving.load_model(folder / "model.keras", compile=False).get_weights()  # type: ignore[no-any-return]


def assert_same_run(one: Path, event: Event, other: Path, expected: Event) -> None:
    assert without_seconds(event) == without_seconds(expected)
    assert event.summary["metrics"] == expected.summary["metrics"]
    assert final_state(one) == final_state(other)
    for ours, theirs in zip(saved_weights(one), saved_weights(other), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_trial_leaves_an_ordinary_run_without_the_test_split_and_plots(runner: TrialRunner, tmp_path: Path) -> None:
    rows: list[dict[str, float]] = []
    (tmp_path / "tune").mkdir()
    task = Task(7, str(tmp_path / "tune" / "trial-007"), net())
    event = runner.run(task, lambda row: bool(rows.append(row)))
    assert (event.kind, event.number) == ("done", 7), event.message
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert event.rows == rows
    assert set(event.summary["metrics"]) == {"train", "validation"}
    names = {path.name for path in Path(task.folder).iterdir()}
    files = {"config.yaml", "resolved.yaml", "environment.json", "metrics.csv", "summary.json", "log.txt"}
    assert names == files | {"model.keras", "model.json", "checkpoint"}
    assert (Path(task.folder) / "config.yaml").read_text() == task.config


def test_a_trial_is_the_run_that_fit_makes(runner: TrialRunner, tmp_path: Path, fit: Any) -> None:
    event = done(runner, tmp_path / "trial", net())
    run: RunDir = fit(net())
    rows = [{name: float(cell) for name, cell in row.items() if name != "seconds"} for row in run.read_rows()]
    assert without_seconds(event) == rows
    assert final_state(tmp_path / "trial") == final_state(run.path)
    metrics = run.read_json("summary.json")["metrics"]
    assert event.summary["metrics"] == {name: metrics[name] for name in ("train", "validation")}


KINDS: dict[str, dict[str, str]] = {
    "dropout and adam": {},
    "batch normalization, noise, momentum and averaged weights": {
        "model": "[{Dense: 8}, BatchNormalization, {GaussianNoise: 0.1}, {RReLU: {}}]",
        "optimizer": "{SGD: {learning_rate: RATE, momentum: 0.9, use_ema: true, ema_momentum: 0.9}}",
    },
    "a schedule": {"optimizer": "{SGD: {learning_rate: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 9}}}}"},
    "penalties, weights of classes, decay and a plateau": {
        "model": "[{Dense: {units: 6, activation: relu, kernel_regularizer: {L2: 0.01}}}]",
        "optimizer": "{AdamW: {learning_rate: RATE, weight_decay: 0.01}}",
        "more": ", class_weight: balanced, metrics: [accuracy, AUC], "
        "callbacks: [{ReduceLROnPlateau: {patience: 1, factor: 0.5, min_delta: 0.5}}]",
    },
    "normalization": {"model": "[Normalization, {Dense: 5}, ReLU]"},
    "normalization of the outputs of random weights": {"model": "[{Dense: 5}, Normalization, {Dense: 5}, ReLU]"},
    "augmented images": {
        "data": IMAGES,
        "model": "[{RandomFlip: horizontal}, {RandomRotation: 0.1}, {Conv2D: {filters: 2, kernel_size: 3}}]",
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_reused_program_gives_the_same_bits(tmp_path: Path, kind: str) -> None:
    save_images(tmp_path / "images.npz")
    parts = {name: text.replace("IMAGES", str(tmp_path / "images.npz")) for name, text in KINDS[kind].items()}

    def config(seed: int, rate: float) -> str:
        return net(seed, rate=rate, **{name: text.replace("RATE", str(rate)) for name, text in parts.items()})

    runner = TrialRunner()
    done(runner, tmp_path / "before", config(1, 0.05))
    event = done(runner, tmp_path / "again", config(2, 0.01))
    assert len(runner.programs) == 1
    expected = done(TrialRunner(), tmp_path / "fresh", config(2, 0.01))
    assert_same_run(tmp_path / "again", event, tmp_path / "fresh", expected)


def save_images(path: Path) -> None:
    generator = np.random.default_rng(0)
    y = np.arange(64) % 2
    x = generator.integers(0, 200, (64, 6, 6, 1)).astype("uint8") + (50 * y[:, None, None, None]).astype("uint8")
    np.savez(path, x=x, y=y)


def test_a_program_is_not_reused_for_an_option_that_its_graph_contains(tmp_path: Path) -> None:
    runner = TrialRunner()
    for number, rate in enumerate((0.1, 0.4)):
        done(runner, tmp_path / f"trial-{number}", net(model=f"[{{Dense: 8}}, {{Dropout: {rate}}}]"))
    assert len(runner.programs) == 2


def test_only_the_latest_programs_are_kept_and_the_graphs_of_the_others_are_freed(tmp_path: Path) -> None:
    from tensorflow.python.framework.func_graph import FuncGraph

    runner = TrialRunner()
    runner.programs.most = 1
    counts = []
    for units in range(3, 8):
        done(runner, tmp_path / f"trial-{units}", net(epochs=1, model=f"[{{Dense: {units}}}, ReLU]"))
        counts.append(sum(isinstance(thing, FuncGraph) for thing in gc.get_objects()))
    assert len(runner.programs) == 1
    assert counts[-1] == counts[-2] == counts[-3], counts


STATEFUL = ", checkpoint_seconds: 0, callbacks: [{ReduceLROnPlateau: {patience: 1, factor: 0.5, min_delta: 0.1}}]"


def test_a_child_continues_its_parent_as_one_training(runner: TrialRunner, tmp_path: Path) -> None:
    done(runner, tmp_path / "short", net(epochs=3, more=STATEFUL))
    event = done(runner, tmp_path / "child", net(epochs=7, more=STATEFUL), parent=tmp_path / "short")
    expected = done(runner, tmp_path / "long", net(epochs=7, more=STATEFUL))
    assert len(event.rows) == 7
    assert event.rows[-1]["learning_rate"] < event.rows[0]["learning_rate"], "the plateau was not reached"
    assert_same_run(tmp_path / "child", event, tmp_path / "long", expected)


def test_a_child_killed_before_its_first_checkpoint_still_continues_its_parent(
    runner: TrialRunner, tmp_path: Path
) -> None:
    config = net(epochs=5, more=STATEFUL)
    done(runner, tmp_path / "short", net(epochs=2, more=STATEFUL))
    task = Task(1, str(tmp_path / "child"), config, str(tmp_path / "short"))
    request = StopRequest()
    request.ask()
    assert runner.run(task, silent, request).kind == "stopped"
    RunDir(tmp_path / "child").checkpoints.joinpath("a.ckpt").unlink()  # the second one, which the stop wrote
    shutil.rmtree(tmp_path / "short")
    event = runner.run(task, silent)
    expected = done(runner, tmp_path / "long", config)
    assert_same_run(tmp_path / "child", event, tmp_path / "long", expected)


def test_a_child_of_an_early_stopped_parent_stays_stopped(runner: TrialRunner, tmp_path: Path) -> None:
    early = ", callbacks: [{EarlyStopping: {monitor: val_loss, patience: 1, min_delta: 100.0}}]"
    parent = done(runner, tmp_path / "short", net(epochs=4, more=early))
    child = done(runner, tmp_path / "child", net(epochs=9, more=early), parent=tmp_path / "short")
    assert len(parent.rows) == len(child.rows) == 2
    assert child.summary["stopped"] == parent.summary["stopped"]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (net(epochs=5, rate=0.02), "differs in more than its length"),
        (net(epochs=5, seed=2), "differs in more than its length"),
    ],
)
def test_a_run_of_another_config_cannot_be_continued(
    runner: TrialRunner, tmp_path: Path, other: str, message: str
) -> None:
    done(runner, tmp_path / "short", net(epochs=1))
    event = runner.run(Task(1, str(tmp_path / "child"), other, str(tmp_path / "short")), silent)
    assert event.kind == "failed"
    assert message in event.message


def test_a_judge_prunes_and_a_child_continues_from_there(runner: TrialRunner, tmp_path: Path) -> None:
    task = Task(1, str(tmp_path / "short"), net(epochs=6), judged=True)
    event = runner.run(task, lambda row: row["epoch"] == 2)
    assert (event.kind, len(event.rows), event.summary["stopped"]) == ("done", 2, "pruned")
    child = done(runner, tmp_path / "child", net(epochs=6), parent=tmp_path / "short")
    expected = done(runner, tmp_path / "long", net(epochs=6))
    assert_same_run(tmp_path / "child", child, tmp_path / "long", expected)


def test_a_stopped_trial_resumes_exactly(runner: TrialRunner, tmp_path: Path) -> None:
    request = StopRequest()
    task = Task(1, str(tmp_path / "trial"), net(epochs=6))

    def asking(row: dict[str, float]) -> bool:
        if row["epoch"] == 3:
            request.ask()
        return False

    stopped = runner.run(task, asking, request)
    assert (stopped.kind, stopped.message.split(";")[0]) == ("stopped", "by SIGTERM")
    event = runner.run(task, silent)
    expected = done(runner, tmp_path / "whole", net(epochs=6))
    assert_same_run(tmp_path / "trial", event, tmp_path / "whole", expected)


def test_a_finished_trial_is_not_trained_again(runner: TrialRunner, tmp_path: Path) -> None:
    event = done(runner, tmp_path / "trial", net())
    model = tmp_path / "trial" / "model.keras"
    before = model.stat().st_mtime_ns
    rows: list[Any] = []
    again = runner.run(Task(1, str(tmp_path / "trial"), net()), lambda row: bool(rows.append(row)))
    assert again == event
    assert not rows
    assert model.stat().st_mtime_ns == before


def test_a_trial_waits_for_a_lost_worker_that_still_trains_it(runner: TrialRunner, tmp_path: Path) -> None:
    (tmp_path / "trial").mkdir()
    lock = ExitStack()
    lock.enter_context(locked(tmp_path / "trial"))
    threading.Timer(1.0, lock.close).start()
    began = time.monotonic()
    done(runner, tmp_path / "trial", net(epochs=1))
    assert time.monotonic() - began > 1.0


@pytest.mark.parametrize(("stopped", "kind"), [(False, "failed"), (True, "stopped")])
def test_a_trial_does_not_wait_forever_for_a_lost_worker(
    runner: TrialRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: bool, kind: str
) -> None:
    monkeypatch.setattr(trial_runner, "LOST_SECONDS", 100.0 if stopped else 0.2)
    (tmp_path / "trial").mkdir()
    request = StopRequest()
    if stopped:
        request.ask()
    with locked(tmp_path / "trial"):
        event = runner.run(Task(1, str(tmp_path / "trial"), net(epochs=1)), silent, request)
    assert event.kind == kind
    assert stopped or event.message == f"another process is training `{tmp_path / 'trial'}`"


def test_a_folder_with_another_config_is_refused(runner: TrialRunner, tmp_path: Path) -> None:
    done(runner, tmp_path / "trial", net())
    event = runner.run(Task(1, str(tmp_path / "trial"), net(rate=0.3)), silent)
    assert (event.kind, event.message) == ("failed", f"`{tmp_path / 'trial'}` is a run of another config")
    assert event.wrong == "", "the other trials of a search have folders of their own"


FAULTS = {
    "a wrong option": (net(model="[{Dense: {unit: 3}}]"), "model.0.Dense.unit: `Dense` has no option `unit`"),
    "a diverged training": (
        net(rate=1e30),
        "the training diverged in epoch 1: `dense/kernel` holds values that are not finite",
    ),
    "missing data": (net(data="{table: {path: /nowhere.csv, target: y}}"), "/nowhere.csv"),
    "a layer that does not fit": (net(model="[{Conv2D: {filters: 2, kernel_size: 3}}]"), "`Conv2D` needs images"),
    "invalid YAML": ("model: [", ""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failed_trial_has_a_reason_of_one_line_and_the_next_one_runs(
    runner: TrialRunner, tmp_path: Path, fault: str
) -> None:
    config, message = FAULTS[fault]
    event = runner.run(Task(3, str(tmp_path / "bad"), config), silent)
    assert (event.kind, event.number) == ("failed", 3)
    assert message in event.message
    assert event.message
    assert "\n" not in event.message
    assert str(tmp_path) not in event.message.replace(str(tmp_path / "bad" / "config.yaml"), "")
    assert event.message in (tmp_path / "bad" / "log.txt").read_text()
    done(runner, tmp_path / "good", net(epochs=1))


def test_invalid_data_are_reported_with_their_places_but_not_those_in_the_folder_of_the_trial(
    runner: TrialRunner, tmp_path: Path
) -> None:
    (tmp_path / "data.csv").write_text("x,y\n1,a\n?,b\n2,a\n")
    for label, span in (("y", "data.csv:3:1"), ("z", None)):
        config = net(data=f"{{table: {{path: {tmp_path / 'data.csv'}, target: {label}}}}}")
        event = runner.run(Task(1, str(tmp_path / "bad"), config), silent)
        (fault,) = event.faults
        assert (event.kind, fault.path[:2]) == ("failed", ("data", "table"))
        assert fault.span is None if span is None else str(fault.span).endswith(span)
    event = runner.run(Task(1, str(tmp_path / "bad"), net(model="[{Dense: {unit: 3}}]")), silent)
    assert (event.wrong, [fault.span for fault in event.faults]) == ("config", [None])


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("a bug\nof ours")])
def test_any_exception_is_a_failure_of_the_trial_alone(runner: TrialRunner, tmp_path: Path, error: Exception) -> None:
    def report(_: dict[str, float]) -> bool:
        raise error

    event = runner.run(Task(1, str(tmp_path / "bad"), net()), report)
    memory = isinstance(error, MemoryError)
    expected = "the memory ran out; the training needs about 650 MB" if memory else "RuntimeError: a bug of ours"
    assert event.kind == "failed" and event.message.startswith(expected)
    log = (tmp_path / "bad" / "log.txt").read_text()
    assert ("Traceback" in log) is not memory
