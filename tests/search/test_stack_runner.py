"""Trials that are trained as one program: ordinary runs with their events, whatever happens to one of them."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nntrain.errors import ConfigError
from nntrain.processes.messages import Event
from nntrain.runs import reproduce
from nntrain.search import stack_plan, stack_runner
from nntrain.search.task import Kept, Stack, Task
from nntrain.search.trial_runner import TrialRunner
from nntrain.storage.run_dir import RunDir
from nntrain.training.signals import StopRequest

NET = """
seed: {seed}
data: iris
model: [{{Dense: {{units: 4, activation: relu, kernel_regularizer: {{L2: {penalty}}}}}}}, {{Dropout: {drop}}}]
train:
  epochs: {epochs}
  batch_size: 60
  metrics: [accuracy]
  optimizer: {{SGD: {{learning_rate: {rate}, momentum: {momentum}}}}}
"""
RATES = (0.01, 0.2, 1e30, 0.05)
OTHERS = (  # of every second one
    {"penalty": 0.5, "drop": 0.2, "momentum": 0.1},
    {"penalty": 0.02, "drop": 0.3, "momentum": 0.2},
)
PATHS = {
    "momentum": "train.optimizer.SGD.momentum",
    "penalty": "model.0.Dense.kernel_regularizer.L2.l2",
    "drop": "model.1.Dropout.rate",
}
KEPT = Kept("val_loss", "min", "best", 1)


@pytest.fixture(scope="module", autouse=True)
def always() -> Iterator[None]:
    """Lets the smallest stack pay."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stack_plan, "LEAST_STEPS", 0)
        yield


@pytest.fixture(scope="module")
def runner() -> TrialRunner:
    """One for all tests, so that the program is traced once."""
    return TrialRunner()


def stack(folder: Path, rates: tuple[float, ...] = RATES, epochs: int = 4, kept: Kept | None = None) -> Stack:
    (folder / "journal.jsonl").touch()
    configs = [NET.format(seed=1, epochs=epochs, rate=rate, **OTHERS[n % 2]) for n, rate in enumerate(rates)]
    tasks = [Task(place, str(folder / f"trial-{place + 1:03}"), config) for place, config in enumerate(configs)]
    return Stack(tuple(tasks), str(folder / "checkpoint-1"), "stack-1", kept)


def silent(_: Task, __: dict[str, float]) -> bool:
    return False


def rows(event: Event) -> list[dict[str, float]]:
    return [{name: value for name, value in row.items() if name != "seconds"} for row in event.rows]


def layers_of(run: Path) -> list[Any]:
    with zipfile.ZipFile(run / "model.keras") as file:
        layers: list[Any] = json.loads(file.read("config.json"))["config"]["layers"][1:]
    return layers


@pytest.fixture(scope="module")
def trained(runner: TrialRunner, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    """A search whose third trial diverges."""
    folder = tmp_path_factory.mktemp("search")
    return folder, stack_runner.run(stack(folder), runner, silent, StopRequest())


def test_each_trial_is_a_run_with_the_results_of_one_trained_alone(
    trained: tuple[Path, list[Event]], runner: TrialRunner, tmp_path: Path
) -> None:
    folder, events = trained
    assert [event.kind for event in events] == ["done", "done", "failed", "done"]
    alone = runner.run(replace(stack(folder).tasks[1], folder=str(tmp_path / "trial-001")), lambda _: False)
    assert rows(events[1])[-1] == pytest.approx(rows(alone)[-1], rel=1e-5)
    for split, metrics in alone.summary["metrics"].items():
        assert events[1].summary["metrics"][split] == pytest.approx(metrics, rel=1e-5)
    models = [layers_of(place) for place in (folder / "trial-002", tmp_path / "trial-001")]
    assert models[0] == models[1], "it has the numbers of its own trial"
    files = {path.name for path in (tmp_path / "trial-001").iterdir()}
    assert {path.name for path in (folder / "trial-002").iterdir()} == files
    assert not list(folder.glob("checkpoint-*")), "they are not needed any more"


def test_a_run_names_those_that_were_trained_with_it_and_is_reproduced(trained: tuple[Path, list[Event]]) -> None:
    place = RunDir(trained[0] / "trial-002")
    record = place.read_json("environment.json")["stack"]
    for n, rate in enumerate(RATES):
        values = {PATHS[name]: value for name, value in OTHERS[n % 2].items()}
        assert record["values"][f"trial-00{n + 1}"] == {"train.optimizer.SGD.learning_rate": rate, **values}
    assert (record["kind"], record["place"]) == ("trials", 1)
    assert record["compactions"] == [{"epoch": 1, "members": 3}, {"epoch": 4, "members": 0}]
    assert reproduce.repeat(place) == ""


def test_one_that_diverges_says_so_alone(trained: tuple[Path, list[Event]]) -> None:
    failed = trained[1][2]
    assert failed.message.startswith(
        "the training diverged in epoch 1: `dense/kernel` holds values that are not finite"
    )
    assert failed.summary["epochs"] == 0 and failed.summary["seconds"] > 0
    assert RunDir(trained[0] / "trial-003").read_json("environment.json")["exit_status"] == 5


def test_the_model_of_the_best_alone_is_kept(runner: TrialRunner, tmp_path: Path) -> None:
    events = stack_runner.run(stack(tmp_path, kept=KEPT), runner, silent, StopRequest())
    losses = {event.number: min(row["val_loss"] for row in event.rows) for event in events if event.rows}
    best = f"trial-00{min(losses, key=losses.__getitem__) + 1}"
    for name in ("model.keras", "model.json", "checkpoint"):
        assert [path.parent.name for path in tmp_path.glob(f"trial-*/{name}")] == [best]


def test_a_judge_ends_one_trial_and_a_later_one_continues_it(
    trained: tuple[Path, list[Event]], runner: TrialRunner, tmp_path: Path
) -> None:
    whole = stack(tmp_path, rates=(0.01, 0.2))
    judged = replace(whole, tasks=tuple(replace(task, judged=True) for task in whole.tasks))
    events = stack_runner.run(judged, runner, lambda task, row: task.number == 1 and row["epoch"] == 2, StopRequest())
    assert [(event.summary["stopped"], len(event.rows)) for event in events] == [
        ("all epochs are done", 4),
        ("pruned", 2),
    ]
    children = [
        replace(task, number=task.number + 2, folder=str(tmp_path / f"trial-00{task.number + 3}"), parent=task.folder)
        for task in whole.tasks
    ]
    more = stack_runner.run(replace(whole, tasks=tuple(children)), runner, silent, StopRequest())
    assert [event.kind for event in more] == ["done", "done"], more[0].message
    assert rows(more[1])[-1] == pytest.approx(rows(trained[1][1])[-1], rel=1e-5)
    with pytest.raises(ConfigError, match="continued another trial"):
        reproduce.repeat(RunDir(tmp_path / "trial-004"))


def test_a_stack_that_was_stopped_ends_with_the_same_bits(
    trained: tuple[Path, list[Event]], runner: TrialRunner, tmp_path: Path
) -> None:
    request = StopRequest()

    def asking(task: Task, row: dict[str, float]) -> bool:
        request.ask()
        return False

    stopped = stack_runner.run(stack(tmp_path), runner, asking, request)
    assert {event.kind for event in stopped} == {"stopped"} and stopped[0].message == "by SIGTERM"
    assert RunDir(tmp_path / "trial-001").read_rows() and (tmp_path / "checkpoint-1").is_dir()
    events = stack_runner.run(stack(tmp_path), runner, silent, StopRequest())
    assert list(map(rows, events)) == list(map(rows, trained[1]))
    again = stack_runner.run(stack(tmp_path, rates=RATES[:2]), runner, pytest.fail, StopRequest())
    assert [rows(event) for event in again] == [rows(event) for event in events[:2]], "nothing is trained again"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("[{Dense: {units: 4, ", "[{Dense: 4}, {Dense: {units: 3, "), ""),
        (("metrics: [accuracy]", "metrics: [AUC]"), "`AUC`"),
        (("data: iris", "data: {table: {path: /nowhere.csv, target: y}}"), "/nowhere.csv"),
    ],
)
def test_what_is_not_trained_as_one_is_left_untouched(
    runner: TrialRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str], why: str
) -> None:
    monkeypatch.setattr(stack_plan, "LEAST_STEPS", 10_000 if not why else 0)
    plain = stack(tmp_path, rates=(0.1, 0.2))
    tasks = tuple(replace(task, config=task.config.replace(*change)) for task in plain.tasks)
    (event,) = stack_runner.run(replace(plain, tasks=tasks), runner, silent, StopRequest())
    assert (event.kind, event.number) == ("apart", 0)
    assert event.message == why if why.startswith("`") or not why else why in event.message
    assert not list(tmp_path.glob("trial-*"))


def test_the_folds_of_the_best_trial_are_kept(trained: tuple[Path, list[Event]]) -> None:
    histories: dict[str, Any] = {}
    tasks = [Task(n, f"search/trial-00{n // 2 + 1}/fold-{n % 2 + 1}", "") for n in range(5)]
    for task, loss in zip(tasks, (0.5, 0.1, 0.2, 0.2, 9.0), strict=True):
        history = type("Made", (), {"rows": [{"val_loss": loss}], "reason": ""})
        histories[stack_runner._name(task)] = history
    trials: Any = {stack_runner._name(task): type("Made", (), {"task": task}) for task in tasks}
    whole = Stack(tuple(tasks), "", "", replace(KEPT, trainings=2))
    running = stack_runner._Running(whole, trials, TrialRunner(), silent, StopRequest())
    assert whole.kept is not None
    kept = running._best(whole.kept, histories)
    assert kept == {"trial-002-fold-1", "trial-002-fold-2", "trial-003-fold-1"}, "the last one has a fold elsewhere"
    assert json.dumps(sorted(kept))
