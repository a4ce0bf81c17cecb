"""What `tune --dry-run` prints, from the rows of a sample that is as long as each test has it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from nntrain.config.load import from_document
from nntrain.config.search.load import search_of
from nntrain.document import yaml_file
from nntrain.errors import ConfigError, DataError, NNTrainError, Problem
from nntrain.processes.executor import Executor
from nntrain.processes.messages import Event
from nntrain.search import dry_run
from nntrain.search.engine import Proposal, Waiting, make_engine
from nntrain.search.task import Task
from nntrain.terminal import Terminal

CONFIG = """
data: iris
model: [{Dense: 3}]
train: {%s}
tune:
  engine: %s
  space: {%s}
  trials: 4
  repeats: %d
"""


class Sample(Executor):
    """An executor that ends each task with an event."""

    free = 1

    def __init__(self, **event: Any) -> None:
        self.event = Event(**{"number": 0, "kind": "done", **event})
        self.tasks: list[Any] = []

    @property
    def task(self) -> Task | None:
        """The first one."""
        return self.tasks[0] if self.tasks else None

    def submit(self, task: Any) -> None:
        self.tasks.append(task)

    def next(self, timeout_seconds: float | None = None) -> Event | None:
        return self.event

    def answer(self, number: int, stop: bool) -> None: ...

    def stop(self) -> None: ...

    def close(self) -> None: ...


def rows(*seconds: float) -> list[dict[str, float]]:
    return [{"seconds": each} for each in seconds]


class Fixed:
    """An engine that proposes what it was given."""

    ended = ""

    def __init__(self, proposals: Sequence[Proposal]) -> None:
        self.proposals = list(proposals)

    def ask(self) -> Proposal | Waiting | None:
        return self.proposals.pop(0) if self.proposals else None

    def report(self, number: int, epoch: int, score: float) -> bool:
        return False

    def tell(self, number: int, score: float | None, epochs: int) -> None: ...


BATCH = "train.batch_size: {choice: [8, 16]}"
RATE = f"{BATCH}, train.optimizer.Adam.learning_rate: {{float: [0.001, 0.1]}}"
EPOCHS = "train.epochs: {int: [2, 9]}"


def printed(
    capsys: pytest.CaptureFixture[str],
    sample: Sample,
    train: str = "epochs: 5",
    engine: str = "RandomSearch",
    space: str = BATCH,
    repeats: int = 1,
    proposals: Sequence[Proposal] = (),
) -> dict[str, Any]:
    config = from_document(yaml_file.parse(CONFIG % (train, engine, space, repeats), "c.yaml"))
    found = dry_run.sample(config, sample, Path("runs"))
    dry_run.estimate(config, Fixed(proposals), found, 1, Terminal(as_json=True, quiet=True))
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


def test_epochs_and_seconds_follow_from_the_second_epoch_of_a_sample(capsys: pytest.CaptureFixture[str]) -> None:
    sample = Sample(rows=rows(9.0, 0.5))
    found = printed(capsys, sample, repeats=2)
    assert sample.task is not None and "epochs: 2" in sample.task.config
    assert (found["space"], found["trials"], found["epochs"]) == (2, 2, 2 * 5 * 2)
    assert found["epoch_seconds"] == 0.5


@pytest.mark.parametrize(("workers", "at_once"), [(1, 1), (2, 2), (200, 2)])
def test_the_time_is_that_of_the_start_the_trials_and_their_epochs_on_the_cores_that_there_are(
    workers: int, at_once: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_run.machine, "cores", lambda: 2)
    config = from_document(yaml_file.parse(CONFIG % ("epochs: 5", "RandomSearch", RATE, 1), "c.yaml"))
    sample = dry_run.Sample(rows(9.0, 0.5), start_seconds=4.0, trial_seconds=1.5)
    dry_run.estimate(config, Fixed([]), sample, workers, Terminal(as_json=True, quiet=True))
    assert json.loads(capsys.readouterr().out)["seconds"] == 4 + 4 * (5 * 0.5 + 1.5) / at_once


def test_the_second_training_has_other_values(tmp_path: Path) -> None:
    sample = Sample(rows=rows(9.0, 0.5))
    config = from_document(yaml_file.parse(CONFIG % ("epochs: 5", "RandomSearch", RATE, 1), "c.yaml"))
    dry_run.sample(config, sample, tmp_path)
    first, second = ([line for line in task.config.splitlines() if "learning_rate" in line] for task in sample.tasks)
    assert second and first != second


def test_a_sample_is_trained_where_the_runs_are_and_leaves_nothing(tmp_path: Path) -> None:
    sample = Sample(rows=rows(9.0, 0.5))
    config = from_document(yaml_file.parse(CONFIG % ("epochs: 5", "RandomSearch", BATCH, 1), "c.yaml"))
    assert dry_run.sample(config, sample, tmp_path / "shared" / "runs").rows == rows(9.0, 0.5)
    assert sample.task is not None and Path(sample.task.folder).parents[1] == tmp_path
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("engine", ["RandomSearch", "GridSearch"])
def test_steps_are_as_many_epochs_as_the_sample_has(capsys: pytest.CaptureFixture[str], engine: str) -> None:
    sample = Sample(rows=rows(9.0, 0.5, 0.5, 0.1))  # of which the last one is cut
    proposals = [Proposal({"train.batch_size": size}) for size in (8, 16)]
    found = printed(capsys, sample, "steps: 22", engine, proposals=proposals)
    assert sample.task is not None and "steps: 22" in sample.task.config and "epochs:" not in sample.task.config
    assert (found["trials"], found["epochs"], found["epoch_seconds"]) == (2, 8, 0.5)


def test_searched_epochs_count_by_the_most_of_them_or_as_they_are_proposed(capsys: pytest.CaptureFixture[str]) -> None:
    sample = Sample(rows=rows(9.0, 0.5))
    assert printed(capsys, sample, space=EPOCHS)["epochs"] == 4 * 9
    assert printed(capsys, sample, space="train.epochs: {choice: [3, null]}")["epochs"] == 2 * 10  # null is the default
    proposals = [Proposal({"train.epochs": epochs}) for epochs in (5, 2, 9)]
    assert printed(capsys, sample, engine="GridSearch", space=EPOCHS, proposals=proposals)["epochs"] == 16


def test_a_promotion_trains_what_its_parent_did_not(capsys: pytest.CaptureFixture[str]) -> None:
    values = {"train.batch_size": 8}
    proposals = [Proposal(values, epochs=2), Proposal(values, epochs=6, parent=0)]
    found = printed(capsys, Sample(rows=rows(9.0, 0.5)), engine="{Hyperband: 6}", proposals=proposals)
    assert (found["trials"], found["epochs"]) == (2, 6)


@pytest.mark.parametrize(
    ("engine", "space", "words"),
    [
        ("RandomSearch", BATCH, "space: 1 parameter, 2 sets of values"),
        ("RandomSearch", RATE, "space: 2 parameters, with a continuous range"),
        ("{Hyperband: 6}", RATE, "space: 2 parameters, with a continuous range"),
        (
            "GridSearch",
            RATE,
            "space: 2 parameters, with a continuous range, which GridSearch takes in ten places",
        ),
    ],
)
def test_the_size_of_the_space_agrees_with_the_trials(
    capsys: pytest.CaptureFixture[str], engine: str, space: str, words: str
) -> None:
    config = from_document(yaml_file.parse(CONFIG % ("epochs: 5", engine, space, 1), "c.yaml"))
    search = search_of(config)
    dry_run.estimate(config, make_engine(search), dry_run.Sample(rows(9.0), 1.0, 1.0), 1, Terminal())
    assert words in capsys.readouterr().out.splitlines()


def test_a_sample_that_fails_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NNTrainError, match="the config as written does not train: out of memory"):
        printed(capsys, Sample(kind="failed", message="out of memory"))
    for wrong, kind in (("data", DataError), ("config", ConfigError)):
        with pytest.raises(kind) as caught:
            printed(capsys, Sample(kind="failed", wrong=wrong, faults=(Problem("there is no row", ("data", "iris")),)))
        assert caught.value.problems[0].span is not None and caught.value.problems[0].span.line == 2


STACKED = """
data: iris
model: [{Dense: {units: 4, activation: relu}}, {Dropout: 0.2}]
train: {epochs: 5, batch_size: 16}
tune: {trials: 40, engine: RandomSearch, space: {model.1.Dropout.rate: {float: [0.1, 0.5]}}}
"""


def test_a_part_of_the_search_is_tried_as_one_program(tmp_path: Path) -> None:
    executor = Sample(rows=rows(9.0, 0.5), summary={"rows": {"train": 96}})
    config = from_document(yaml_file.parse(STACKED, "c.yaml"))
    found = dry_run.sample(config, executor, tmp_path, stacking=True)
    assert [len(task.tasks) for task in executor.tasks] == [1, 1, dry_run.SAMPLED]
    assert all("epochs: 2" in task.config for task in executor.tasks[2].tasks)
    assert found.stack is not None and (found.stack.steps, found.stack.epoch_seconds) == (6, 0.5)
    assert found.stack.tracing_seconds == pytest.approx(16 * 8.5) and len(found.parts[0].trainings) == 40
    assert dry_run.sample(config, Sample(rows=rows(9.0, 0.5)), tmp_path).stack is None, "without `stacking`"


@pytest.mark.parametrize(
    ("why", "line", "seconds"),
    [
        ("", "programs: 1 stack for 40 trainings", 4 + 2 + 40 * (0.25 + 5 * 0.01)),
        ("`Conv2D`", "programs: each training is one, because of `Conv2D`", 4 + 40 * (1.5 + 5 * 0.5)),
    ],
)
def test_the_time_of_stacks_is_that_of_their_tracing_and_their_trials(
    why: str, line: str, seconds: float, capsys: pytest.CaptureFixture[str]
) -> None:
    config = from_document(yaml_file.parse(STACKED, "c.yaml"))
    together = dry_run.StackSample(2.0, 0.25, 0.01, 6, why)
    sample = dry_run.Sample(rows(9.0, 0.5), 4.0, 1.5, together, dry_run.stack_plan.parts(config))
    found = dry_run.estimate(config, Fixed([]), sample, 2, Terminal())
    assert line in capsys.readouterr().out.splitlines()
    assert (found.stacks, found.stacked) == ((0, 0) if why else (1, 40))
    assert found.seconds == pytest.approx(4 + (seconds - 4) / (2 if why else 1)), "two workers do not share a stack"
