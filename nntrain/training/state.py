"""The state of a training, all that an exact resume needs; the order of examples follows from seed and epoch."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from nntrain.config.messages import counted
from nntrain.errors import NNTrainError
from nntrain.model.custom import Network
from nntrain.storage import records
from nntrain.training.history import History

# What every process creates anew. Keras negates `min_delta` when it sets `monitor_op`, so the two go together.
_SKIPPED = ("model", "_model", "params", "_params", "monitor_op", "min_delta", "began")

_ROW_BYTES, _REST_BYTES = 4096, 16 << 20  # of a checkpoint: a row of metrics, and whatever else


class _Position(records.Record):
    """The fields of `Position`."""

    epoch: records.Positive
    step: records.Count
    seconds: records.Seconds


class HistoryFacts(records.Record):
    """The fields of `History` but its weights."""

    rows: list[dict[str, float]]
    best_epoch: records.Count
    best_value: float | None
    reason: records.Text
    seconds: records.Seconds


class CallbackFacts(records.Record):
    """The lists of weights of a callback by their lengths; its numbers and texts are the other fields."""

    _weights: dict[str, records.Count]


class _Facts(records.Record):
    """What a state holds besides its arrays."""

    position: _Position
    history: HistoryFacts
    kept: records.Count
    callbacks: list[CallbackFacts]
    stop_training: bool


@dataclass(frozen=True)
class Position:
    """How far the training is: `step` updates of `epoch` are done, in `seconds`."""

    epoch: int
    step: int
    seconds: float


@dataclass(frozen=True)
class State:
    """`facts` are plain values for JSON; `arrays` are the rest."""

    facts: dict[str, Any]
    arrays: dict[str, np.ndarray]


def capture(
    model: Network, callbacks: Sequence[keras.callbacks.Callback], history: History, position: Position
) -> State:
    """Return the state between two steps."""
    arrays = {name: np.array(variable.numpy()) for name, variable in named_variables(model)}
    arrays |= {f"kept.{index}": weight for index, weight in enumerate(history.weights)}
    states = []
    for number, callback in enumerate(callbacks):
        plain, weights = callback_state(callback)
        states.append(plain)
        for name, parts in weights.items():
            arrays |= {f"callback.{number}.{name}.{index}": part for index, part in enumerate(parts)}
    facts = {
        "position": {"epoch": position.epoch, "step": position.step, "seconds": position.seconds},
        "history": history.as_facts(),
        "kept": len(history.weights),
        "callbacks": states,
        "stop_training": bool(model.stop_training),
    }
    return State(facts, arrays)


def restore(state: State, model: Network, callbacks: Sequence[keras.callbacks.Callback], history: History) -> Position:
    """Put a state into newly built objects and return its position.

    Raises NNTrainError for the state of another model, and for one that no training writes.
    """
    records.check(_Facts, state.facts, "the checkpoint")
    _restore_variables(state, model)
    facts = state.facts
    refuse_other_rows(facts["history"], facts["position"]["epoch"])
    history.take_facts(facts["history"])
    history.weights = _kept(state, "kept.", facts["kept"], model)
    if len(callbacks) != len(facts["callbacks"]):
        raise unfit("it was written with other callbacks")
    for number, (callback, plain) in enumerate(zip(callbacks, facts["callbacks"], strict=True)):
        weights = {
            name: _kept(state, f"callback.{number}.{name}.", count, model) for name, count in plain["_weights"].items()
        }
        restore_callback(callback, plain, weights)
    model.stop_training = facts["stop_training"]
    return Position(**{name: facts["position"][name] for name in ("epoch", "step", "seconds")})


def refuse_other_rows(history: dict[str, Any], epoch: int) -> None:
    """Raise NNTrainError unless there is a row for each epoch before this one."""
    rows = history["rows"]
    numbered = len(rows) == epoch - 1 and all(row.get("epoch") == number for number, row in enumerate(rows, 1))
    if not numbered or history["best_epoch"] > len(rows) or not all({"loss", "seconds"} <= row.keys() for row in rows):
        raise unfit(f"its rows are not those of {counted(epoch - 1, 'epoch')}")


def largest(model: Network, epochs: int) -> int:
    """Return the bytes that a checkpoint of this model can have after this many epochs, generously.

    It holds the weights, up to three times as much for the optimizer, the best weights so far and those that a callback
    keeps, and a row for each epoch.
    """
    weights = sum(math.prod(each.shape) * np.dtype(each.dtype).itemsize for each in model.variables)
    return 16 * weights + _ROW_BYTES * epochs + _REST_BYTES


def refuse_other_model(state: State, model: Network) -> None:
    """Raise NNTrainError for the state of a model whose variables have other shapes."""
    for index, variable in enumerate(model.variables):
        array = state.arrays.get(f"model.{index}")
        if array is None or array.shape != tuple(variable.shape):
            shape = "missing" if array is None else f"of the shape {array.shape}"
            raise unfit(f"`{variable.path}` has the shape {tuple(variable.shape)}, and is {shape} in it")


def unfit(why: str) -> NNTrainError:
    """Return the error for a checkpoint that cannot be put into the model that is trained."""
    help = "train again with `nntrain fit`; `--init-from RUN` begins with the weights of a run"
    return NNTrainError(f"the checkpoint does not fit the model of the run: {why}", help=help)


def named_variables(model: Network) -> Iterator[tuple[str, Any]]:
    """Yield weights, seeds of random layers, metrics and the optimizer's slots, by names independent of Keras."""
    groups = {"model": model.variables, "metrics": model.metrics_variables, "optimizer": model.optimizer.variables}
    for group, variables in groups.items():
        for index, variable in enumerate(variables):
            yield f"{group}.{index}", variable


def _restore_variables(state: State, model: Network) -> None:
    found = dict(named_variables(model))
    stored = {name for name in state.arrays if name.split(".")[0] in ("model", "metrics", "optimizer")}
    refuse_other_model(state, model)
    if stored != set(found):
        raise unfit("it was written with another optimizer, or other metrics")
    for name, variable in found.items():
        array, expected = state.arrays[name], (tuple(variable.shape), np.dtype(variable.dtype))
        if (array.shape, array.dtype) != expected:
            raise unfit(f"`{variable.path}` is {array.dtype} of the shape {array.shape} in it")
        variable.assign(array)


def callback_state(callback: Any) -> tuple[dict[str, Any], dict[str, list[np.ndarray]]]:
    """Return the callback's counters and best values, and its lists of weights."""
    plain: dict[str, Any] = {}
    weights: dict[str, list[np.ndarray]] = {}
    for name, value in vars(callback).items():
        if name in _SKIPPED:
            continue
        if value is None or isinstance(value, (bool, int, float, str)):
            plain[name] = value
        elif isinstance(value, np.generic):
            plain[name] = value.item()
        elif isinstance(value, list) and all(isinstance(part, np.ndarray) for part in value):
            weights[name] = value
    return plain | {"_weights": {name: len(parts) for name, parts in weights.items()}}, weights


def _kept(state: State, prefix: str, count: int, model: Network) -> list[np.ndarray]:
    """Return the arrays of a list, which are copies of all weights, or none."""
    if not count:
        return []
    found = [state.arrays.get(f"{prefix}{index}") for index in range(len(model.weights))]
    kinds = [array is not None and (array.shape, array.dtype) for array in found]
    if count != len(found) or kinds != [(tuple(one.shape), np.dtype(one.dtype)) for one in model.weights]:
        raise unfit(f"`{prefix[:-1]}` in it are not its weights")
    return [array for array in found if array is not None]


def restore_callback(callback: Any, plain: Mapping[str, Any], weights: Mapping[str, list[np.ndarray]]) -> None:
    """Put what `callback_state` returned into a new callback; raises NNTrainError for what it cannot have."""
    known, lists = callback_state(callback)
    for name, value in plain.items():
        if name != "_weights":
            if hasattr(type(callback), name) or not _are_alike(known.get(name), value):
                raise unfit(f"`{name}` of `{type(callback).__name__}` is {value!r} in it")
            setattr(callback, name, value)
    for name, value in weights.items():
        if name not in lists and known.get(name, 0) is not None:
            raise unfit(f"`{type(callback).__name__}` keeps no `{name}`")
        setattr(callback, name, value)


def _are_alike(known: Any, value: Any) -> bool:
    """Return whether a training may change an attribute of a callback from one value to the other."""
    if known is None:
        return value is None or isinstance(value, (bool, int, float, str))
    return isinstance(value, str) if isinstance(known, str) else isinstance(value, (bool, int, float))
