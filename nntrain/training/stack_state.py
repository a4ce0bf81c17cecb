"""The state of a stack between two epochs, all that an exact resume needs, and that of each of its members."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from nntrain.errors import Diverged
from nntrain.model.custom import Network
from nntrain.storage import records
from nntrain.training import state
from nntrain.training.programs.stacked import StackedProgram, Values
from nntrain.training.stack_member import Member
from nntrain.training.state import State, unfit


class _Compaction(records.Record):
    """The number of members that went on after an epoch at which others ended."""

    epoch: records.Count
    members: records.Count


class _MemberFacts(records.Record):
    """A member, without its values."""

    history: state.HistoryFacts
    callbacks: list[state.CallbackFacts]
    stop_training: bool
    diverged: records.Text | None
    kept: bool


class _Facts(records.Record):
    """What a state holds besides its arrays."""

    members: list[_MemberFacts]
    compactions: list[_Compaction]


@dataclass
class StackState:
    """arrays: (members, *shape) for each variable, also of members that have ended; and who left when."""

    arrays: list[np.ndarray]
    compactions: list[dict[str, int]] = field(default_factory=list)

    @classmethod
    def of(cls, values: Values) -> "StackState":
        """Return the state of all members at the start."""
        return cls([value.numpy().copy() for value in values])

    def take(self, places: Sequence[int]) -> Values:
        """Return the values of some members."""
        return tuple(tf.constant(array[list(places)]) for array in self.arrays)

    def put(self, places: Sequence[int], values: Values) -> None:
        """Store the values of some members."""
        for array, value in zip(self.arrays, values, strict=True):
            array[list(places)] = value.numpy()

    def capture(self, members: Sequence[Member]) -> State:
        """Return the state with the histories and callbacks of the members, as a checkpoint holds it."""
        arrays = {f"stack.{index}": array for index, array in enumerate(self.arrays)}
        for index, weights in enumerate(_columns([member.history.weights for member in members])):
            arrays[f"kept.{index}"] = weights
        facts = {"members": [_facts(member) for member in members], "compactions": list(self.compactions)}
        return State(facts, arrays)

    @classmethod
    def restore(cls, saved: State, begun: "StackState", members: Sequence[Member], model: Network) -> "StackState":
        """Put a checkpoint into new members and return its values; begun: those of the start.

        Raises NNTrainError for the checkpoint of another stack, and for one that no training writes.
        """
        records.check(_Facts, saved.facts, "the checkpoint")
        found = [saved.arrays.get(f"stack.{index}") for index in range(len(begun.arrays))]
        arrays = [array for array in found if array is not None]
        shapes = [(array.shape, array.dtype) for array in arrays]
        if shapes != [(array.shape, array.dtype) for array in begun.arrays]:
            raise unfit("its variables have other shapes")
        if len(saved.facts["members"]) != len(members):
            raise unfit("it has other members")
        for place, (member, facts) in enumerate(zip(members, saved.facts["members"], strict=True)):
            _restore(member, facts, _kept(saved, place, model) if facts["kept"] else [])
        return cls(arrays, list(saved.facts["compactions"]))

    def put_run(self, place: int, saved: State, member: Member, program: StackedProgram) -> None:
        """Put the state of a run, as `of_member` returns it, into a new member.

        Raises NNTrainError where it does not fit, or lies inside an epoch.
        """
        names = {id(variable): name for name, variable in state.named_variables(program.model)}
        for array, variable in zip(self.arrays, program.variables, strict=True):
            if (name := names.get(id(variable))) is not None:
                found = saved.arrays.get(name)
                if found is None or found.shape != array.shape[1:]:
                    raise unfit(f"`{name}` in it has another shape")
                array[place] = found
        facts = saved.facts
        if facts["position"]["step"] or facts["position"]["epoch"] != len(facts["history"]["rows"]) + 1:
            raise unfit("it lies inside an epoch")
        kept = [saved.arrays[f"kept.{index}"] for index in range(facts["kept"])]
        _restore(member, {**facts, "diverged": None}, kept)

    def of_member(self, place: int, member: Member, model: Network, variables: Sequence[Any]) -> State:
        """Return the state of one member as a training alone has it; model: the template's, with its variables."""
        values = {id(variable): array[place] for variable, array in zip(variables, self.arrays, strict=True)}
        arrays = {name: np.array(values[id(variable)]) for name, variable in state.named_variables(model)}
        arrays |= {f"kept.{index}": weight for index, weight in enumerate(member.history.weights)}
        facts = {
            "position": {"epoch": len(member.history.rows) + 1, "step": 0, "seconds": 0.0},
            "history": member.history.as_facts(),
            "kept": len(member.history.weights),
            "callbacks": [state.callback_state(callback)[0] for callback in member.callbacks],
            "stop_training": member.stop_training,
        }
        return State(facts, arrays)


def _facts(member: Member) -> dict[str, Any]:
    return {
        "history": member.history.as_facts(),
        "callbacks": [state.callback_state(callback)[0] for callback in member.callbacks],
        "stop_training": member.stop_training,
        "diverged": None if member.error is None else member.error.problems[0].message,
        "kept": bool(member.history.weights),
    }


def _restore(member: Member, facts: dict[str, Any], weights: list[np.ndarray]) -> None:
    rows = facts["history"]["rows"]
    state.refuse_other_rows(facts["history"], len(rows) + 1)
    member.history.take_facts(facts["history"])
    member.history.weights = weights
    if len(member.callbacks) != len(facts["callbacks"]):
        raise unfit("it was written with other callbacks")
    for callback, plain in zip(member.callbacks, facts["callbacks"], strict=True):
        state.restore_callback(callback, plain, {})
    member.stop_training = facts["stop_training"]
    if facts["diverged"] is not None:
        member.error = Diverged(facts["diverged"], help=member.help())


def _kept(saved: State, place: int, model: Network) -> list[np.ndarray]:
    """Return the weights that a member has kept."""
    found = []
    for index, weight in enumerate(model.weights):
        array = saved.arrays.get(f"kept.{index}")
        if array is None or array.shape[1:] != tuple(weight.shape) or place >= len(array):
            raise unfit(f"`kept.{index}` in it are not its weights")
        found.append(np.array(array[place], np.dtype(weight.dtype)))
    return found


def _columns(members: Sequence[Sequence[np.ndarray]]) -> list[np.ndarray]:
    """Return (members, *shape) for each weight, zeros for a member without any."""
    first = next((weights for weights in members if weights), ())
    return [
        np.stack([weights[index] if weights else np.zeros_like(first[index]) for weights in members])
        for index in range(len(first))
    ]
