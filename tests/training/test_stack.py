"""A stack of trainings: each with its own end, and the same bits after a stop or a kill in any epoch."""

import copy
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from nntrain.config.load import load
from nntrain.errors import NNTrainError, Stopped
from nntrain.model.callbacks import build_callbacks
from nntrain.runs import stacks
from nntrain.runs.group_config import GroupConfig
from nntrain.training import trainer
from nntrain.training.history import Row
from nntrain.training.loop import PRUNED
from nntrain.training.prepare import Prepared
from nntrain.training.programs.stacked import StackedData, StackedProgram, taken
from nntrain.training.scorer import Scorer
from nntrain.training.signals import StopRequest
from nntrain.training.stack import Stack
from nntrain.training.stack_member import Member
from nntrain.training.state import State

TEXT = """
data: iris
model:
  - Normalization
  - Dense: {units: 4, activation: relu}
  - Dropout: 0.2
train:
  epochs: 24
  batch_size: 32
  optimizer: {Adam: {learning_rate: 0.1}}
  callbacks:
    - EarlyStopping: {monitor: val_accuracy, patience: 3, restore_best_weights: true}
    - ReduceLROnPlateau: {patience: 1}
"""


class Memory:
    """Keeps every checkpoint."""

    def __init__(self) -> None:
        self.states: list[State] = []

    def save(self, state: State) -> None:
        self.states.append(copy.deepcopy(state))


class Silent:
    def __init__(self, stop_in: int = 0, request: StopRequest | None = None) -> None:
        self.stop_in = stop_in
        self.request = request
        self.pruned: dict[str, int] = {}

    def start(self, epochs: int) -> None: ...

    def part(self, epoch: int, share: float) -> None:
        if epoch == self.stop_in and self.request is not None:
            self.request.ask()

    def rows(self, rows: Mapping[str, Row]) -> Collection[str]:
        return [name for name, row in rows.items() if row["epoch"] == self.pruned.get(name)]

    def end(self) -> None: ...


class Parts:
    """What the stacks of these tests share, so that it is traced once."""

    def __init__(self, folder: Path) -> None:
        (folder / "net.yaml").write_text(TEXT)
        self.members = stacks.form_whole(GroupConfig.over_folds(load(folder / "net.yaml"), 8))  # of 104 and 105 rows
        first = next(iter(self.members.values()))
        scorer = self.scorer = Scorer.of(first.resolved, first.model, first.data.train.x, 32)
        runs = self.members.values()
        self.training = StackedData([scorer.arrays(run.data.train) for run in runs])
        self.program = StackedProgram(scorer.program, self.training)
        self.start = self.program.initial([run.model for run in runs])
        self.validation = StackedData([scorer.arrays(run.data.validation) for run in runs if run.data.validation])

    def of_member(self, place: int) -> tuple[StackedData, StackedData | None]:
        run = list(self.members.values())[place]
        splits = [run.data.train, run.data.validation]
        training, validation = [StackedData([self.scorer.arrays(split)]) if split else None for split in splits]
        assert training is not None
        return training, validation

    def stack(self, watcher: Silent | None = None) -> tuple[Stack, Memory]:
        store: Any = Memory()
        members = [self.member(name, run) for name, run in self.members.items()]
        stack = Stack(self.program, members, self.training, self.validation, watcher or Silent(), store, 0.0)
        return stack, store

    def member(self, name: str, run: Prepared) -> Member:
        callbacks = build_callbacks(run.resolved.experiment)
        return Member(name, trainer.make_plan(run.resolved, run.data), callbacks, lambda: "help")


def outcome(stack: Stack) -> list[Any]:
    def rows(member: Member) -> list[dict[str, float]]:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in member.history.rows]

    def kept(member: Member) -> list[bytes]:
        return [weight.tobytes() for weight in member.history.weights]

    ends = [(rows(each), kept(each), each.history.best_epoch, each.history.reason) for each in stack.members]
    return [ends, [array.tobytes() for array in stack.state.arrays], stack.state.compactions]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return Parts(tmp_path_factory.mktemp("stack"))


@pytest.fixture(scope="module")
def calm(parts: Parts) -> tuple[Stack, Memory]:
    stack, store = parts.stack()
    stack.fit(parts.start, StopRequest())
    return stack, store


def test_the_folds_have_other_numbers_of_rows(parts: Parts) -> None:
    assert len(set(parts.training.sizes)) == 2 and not parts.training.is_shared


def test_each_member_ends_by_its_own_callback(calm: tuple[Stack, Memory]) -> None:
    stack, _ = calm
    epochs = [len(member.history.rows) for member in stack.members]
    assert len(set(epochs)) > 2 and max(epochs) <= 24
    for member in stack.members:
        reason = member.history.reason
        assert reason == "early stopping: val_accuracy has not improved for 3 epochs" or len(member.history.rows) == 24
    ended = [sum(count > end["epoch"] for count in epochs) for end in stack.state.compactions]
    assert ended == [end["members"] for end in stack.state.compactions]


def test_each_member_has_its_own_learning_rate(calm: tuple[Stack, Memory]) -> None:
    rates = [[round(row["learning_rate"], 6) for row in member.history.rows] for member in calm[0].members]
    assert len({tuple(each[:4]) for each in rates}) > 1 and all(set(each) <= {0.1, 0.01, 0.001, 1e-4} for each in rates)


def test_from_the_checkpoint_of_any_epoch_all_ends_alike(parts: Parts, calm: tuple[Stack, Memory]) -> None:
    expected = outcome(calm[0])
    for saved in calm[1].states[::3]:
        stack, _ = parts.stack()
        stack.fit(parts.start, StopRequest(), saved)
        assert outcome(stack) == expected


def test_a_stop_inside_an_epoch_begins_it_again(parts: Parts, calm: tuple[Stack, Memory]) -> None:
    request = StopRequest()
    stack, store = parts.stack(Silent(1, request))
    with pytest.raises(Stopped):
        stack.fit(parts.start, request)
    assert not any(member.history.rows for member in stack.members)
    again, _ = parts.stack()
    again.fit(parts.start, StopRequest(), store.states[-1])
    assert outcome(again) == outcome(calm[0])


def test_a_member_that_diverges_leaves_the_others_alone(parts: Parts, calm: tuple[Stack, Memory]) -> None:
    broken = [np.array(value) for value in parts.start]
    kernel = next(index for index, value in enumerate(broken) if value.shape[1:] == (4, 4))
    broken[kernel][2, 0, 0] = np.nan
    stack, store = parts.stack()
    stack.fit(tuple(map(tf.constant, broken)), StopRequest())
    error = stack.members[2].error
    assert error is not None and str(error).startswith("error: the training diverged in epoch 1: `dense/kernel` holds")
    assert stack.members[2].history.rows == [] and stack.state.compactions[0] == {"epoch": 1, "members": 7}
    first = [member.history.rows[0]["loss"] for member in stack.members if member.history.rows]
    alike = [member.history.rows[0]["loss"] for member in calm[0].members if member.name != "fold-3"]
    assert first == alike
    again, _ = parts.stack()
    again.fit(parts.start, StopRequest(), store.states[0])
    assert outcome(again) == outcome(stack) and again.members[2].error is not None


def test_a_member_that_is_pruned_leaves_and_another_run_continues_it(parts: Parts, calm: tuple[Stack, Memory]) -> None:
    watcher = Silent()
    watcher.pruned = {"fold-2": 2}
    stack, _ = parts.stack(watcher)
    stack.fit(parts.start, StopRequest())
    assert stack.members[1].history.reason == PRUNED and len(stack.members[1].history.rows) == 2
    assert stack.state.compactions[0] == {"epoch": 2, "members": 7}
    left = stack.state.of_member(1, stack.members[1], parts.program.model, parts.program.variables)
    origin = State({**left.facts, "stop_training": False}, left.arrays)
    again, _ = parts.stack()
    again.members = [member for member in again.members if member.name == "fold-2"]
    again.training, again.validation = parts.of_member(1)
    again.fit(taken(parts.start, [1]), StopRequest(), origins={"fold-2": origin})
    rows = [row["loss"] for row in calm[0].members[1].history.rows]
    assert [row["loss"] for row in again.members[0].history.rows] == pytest.approx(rows, rel=1e-4)
    inside = State({**left.facts, "position": {"epoch": 2, "step": 1, "seconds": 0.0}}, left.arrays)
    with pytest.raises(NNTrainError, match="it lies inside an epoch"):
        parts.stack()[0].fit(parts.start, StopRequest(), origins={"fold-2": inside})


def test_the_checkpoint_of_another_stack_is_refused(parts: Parts, calm: tuple[Stack, Memory]) -> None:
    saved = calm[1].states[0]
    fewer = State({**saved.facts, "members": saved.facts["members"][1:]}, saved.arrays)
    other = State(saved.facts, {name: array[:3] for name, array in saved.arrays.items()})
    for state, why in ((fewer, "it has other members"), (other, "its variables have other shapes")):
        with pytest.raises(NNTrainError, match=f"does not fit the model of the run: {why}"):
            parts.stack()[0].fit(parts.start, StopRequest(), state)


def test_the_state_of_a_member_is_that_of_a_run(parts: Parts, calm: tuple[Stack, Memory]) -> None:
    stack, member = calm[0], calm[0].members[1]
    state = stack.state.of_member(1, member, parts.program.model, parts.program.variables)
    assert state.facts["position"]["epoch"] == len(member.history.rows) + 1 and state.facts["stop_training"]
    kernel = next(array for array in state.arrays.values() if array.shape == (4, 4))
    assert kernel.dtype == np.float32 and np.isfinite(kernel).all()
