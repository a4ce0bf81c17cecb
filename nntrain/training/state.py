"""The state of a training, all that an exact resume needs; the order of examples follows from seed and epoch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from nntrain.model.custom import Network
from nntrain.training.history import History

# What every process creates anew. Keras negates `min_delta` when it sets `monitor_op`, so the two go together.
_SKIPPED = ("model", "_model", "params", "_params", "monitor_op", "min_delta", "began")


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
    arrays = {name: np.array(variable.numpy()) for name, variable in _variables(model)}
    arrays |= {f"kept.{index}": weight for index, weight in enumerate(history.weights)}
    states = []
    for number, callback in enumerate(callbacks):
        plain, weights = _callback_state(callback)
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
    """Put a state into newly built objects and return its position; raises ValueError for that of another model."""
    _restore_variables(state, model)
    history.take_facts(state.facts["history"])
    history.weights = [state.arrays[f"kept.{index}"] for index in range(state.facts["kept"])]
    if len(callbacks) != len(state.facts["callbacks"]):
        raise ValueError("the checkpoint was written with other callbacks")
    for number, (callback, plain) in enumerate(zip(callbacks, state.facts["callbacks"], strict=True)):
        _restore_callback(callback, plain, state.arrays, f"callback.{number}.")
    model.stop_training = state.facts["stop_training"]
    return Position(**state.facts["position"])


def _variables(model: Network) -> Iterator[tuple[str, Any]]:
    """Yield weights, seeds of random layers, metrics and the optimizer's slots, by names independent of Keras."""
    groups = {"model": model.variables, "metrics": model.metrics_variables, "optimizer": model.optimizer.variables}
    for group, variables in groups.items():
        for index, variable in enumerate(variables):
            yield f"{group}.{index}", variable


def _restore_variables(state: State, model: Network) -> None:
    found = dict(_variables(model))
    stored = {name for name in state.arrays if name.split(".")[0] in ("model", "metrics", "optimizer")}
    if stored != set(found):
        raise ValueError("the checkpoint was written by another model or optimizer")
    for name, variable in found.items():
        array = state.arrays[name]
        if tuple(variable.shape) != array.shape:
            raise ValueError(f"`{variable.path}` has the shape {tuple(variable.shape)}, not {array.shape}")
        variable.assign(array)


def _callback_state(callback: Any) -> tuple[dict[str, Any], dict[str, list[np.ndarray]]]:
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


def _restore_callback(callback: Any, plain: dict[str, Any], arrays: dict[str, np.ndarray], prefix: str) -> None:
    for name, value in plain.items():
        if name != "_weights":
            setattr(callback, name, value)
    for name, count in plain["_weights"].items():
        setattr(callback, name, [arrays[f"{prefix}{name}.{index}"] for index in range(count)])
