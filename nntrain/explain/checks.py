"""Gradients found in two other ways: by central differences, and in forward mode."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

from nntrain.explain.passes import BatchLoss, Passes

MOST_DIFFERENCES = 200  # entries that are moved, two passes each
MOST_TANGENTS = 500  # weights with a forward pass of their own
STEP = 6e-6  # the cube root of float64's epsilon (Press et al. 2007, Numerical Recipes, section 5.7)
Index = tuple[int, ...]
_FLOORS = 1e-3, 1e-5  # of the largest gradient of the same weight, and of all weights


@dataclass(frozen=True)
class Comparison:
    """Gradients beside others: how many entries were compared, of how many, and the largest differences."""

    compared: int
    entries: int
    relative: float
    absolute: float
    at: str


@dataclass(frozen=True)
class ForwardMode:
    """Jᵀu · v of reverse mode and u · Jv of forward mode, for u = dL/dy and a random direction v of the weights.

    `comparison` compares each derivative with that of a forward pass of its own; None where they are too many.
    """

    vjp: float
    jvp: float
    comparison: Comparison | None


def named(path: str, index: Index) -> str:
    """Return the name of an entry of a weight: `dense/kernel[0, 1]`."""
    return f"{path}[{', '.join(map(str, index))}]"


def central_differences(objective: BatchLoss, passes: Passes) -> Comparison:
    """Compare the gradients with (J(w + s) - J(w - s)) / 2s, where J has the penalties; of many, some entries.

    A relative difference is that to the gradient, or to a small part of the largest one: below it is rounding.
    """
    found = []
    for number, index in _chosen(passes):
        variable, value = objective.float64_model.weights[number], passes.before[number]
        step = STEP * max(1.0, abs(float(value[index])))
        moved = []
        for sign in (1, -1):
            other = value.copy()
            other[index] += sign * step
            variable.assign(other)
            moved.append(float(objective.compiled_total()))
        variable.assign(value)
        found.append((number, index, (moved[0] - moved[1]) / (2 * step)))
    return _compared(objective, passes, found)


def _chosen(passes: Passes) -> Iterator[tuple[int, Index]]:
    """Yield the weights and the places of the entries to move: all, or evenly spread ones."""
    sizes = [each.size for each in passes.before]
    most = max(1, MOST_DIFFERENCES // max(1, len(sizes)))
    for number, value in enumerate(passes.before):
        every = sum(sizes) <= MOST_DIFFERENCES or value.size <= most
        flat = range(value.size) if every else np.linspace(0, value.size - 1, most, dtype=int)
        for at in flat:
            yield number, tuple(int(each) for each in np.unravel_index(at, value.shape))


def _compared(objective: BatchLoss, passes: Passes, found: list[tuple[int, Index, float]]) -> Comparison:
    """Return the largest differences between found derivatives and the gradients."""
    totals, worst, where, absolute = passes.totals, 0.0, "", 0.0
    largest = [float(np.abs(each).max()) for each in totals]
    for number, index, value in found:
        gradient = float(totals[number][index])
        floor = max(_FLOORS[0] * largest[number], _FLOORS[1] * max(largest))
        difference = abs(value - gradient)
        relative = difference / max(abs(gradient), floor, 1e-300)
        absolute = max(absolute, difference)
        if relative > worst or not where:
            worst, where = relative, named(objective.float64_model.weights[number].path, index)
    return Comparison(len(found), sum(each.size for each in totals), worst, absolute, where)


def forward_mode(objective: BatchLoss, passes: Passes) -> ForwardMode:
    """Compare forward mode (JVP) with reverse mode (VJP): in a random direction, and for each of a few weights."""
    random = np.random.default_rng(0)
    direction = [random.normal(size=each.shape) for each in passes.before]
    adjoint = passes.adjoints[-1]
    vjp = sum(float((first * second).sum()) for first, second in zip(_vjp(objective, adjoint), direction, strict=True))
    jvp = tf.function(partial(_jvp, objective))
    forward = float((adjoint * jvp(_tensors(direction))[0].numpy()).sum())
    few = sum(each.size for each in passes.before) <= MOST_TANGENTS
    return ForwardMode(vjp, forward, _compared(objective, passes, list(_tangents(jvp, passes))) if few else None)


def _vjp(objective: BatchLoss, adjoint: np.ndarray) -> list[np.ndarray]:
    variables = [each.value for each in objective.float64_model.weights]
    with tf.GradientTape() as tape:
        prediction = objective.float64_model.forward(objective.x)[-1]
    zero = tf.UnconnectedGradients.ZERO
    found = tape.gradient(prediction, variables, output_gradients=tf.constant(adjoint), unconnected_gradients=zero)
    return [each.numpy() for each in found]


def _jvp(objective: BatchLoss, direction: Sequence[Any]) -> tuple[Any, Any]:
    """Return the derivatives of the prediction, (n, *outputs), and of loss and penalties in a direction."""
    variables = [each.value for each in objective.float64_model.weights]
    with tf.autodiff.ForwardAccumulator(variables, list(direction)) as accumulator:
        outputs = objective.float64_model.forward(objective.x)
        total = objective.loss_of(outputs[-1]) + objective.float64_model.penalty(outputs)
    zero = tf.UnconnectedGradients.ZERO
    return tuple(accumulator.jvp(each, unconnected_gradients=zero) for each in (outputs[-1], total))


def _tangents(jvp: Callable[[list[Any]], tuple[Any, Any]], passes: Passes) -> Iterator[tuple[int, Index, float]]:
    """Yield the derivative by every single entry of the weights, a forward pass each."""
    for number, value in enumerate(passes.before):
        for index in np.ndindex(value.shape):
            direction = [np.zeros(each.shape) for each in passes.before]
            direction[number][index] = 1
            yield number, index, float(jvp(_tensors(direction))[1])


def _tensors(arrays: Iterable[np.ndarray]) -> list[Any]:
    return [tf.constant(each) for each in arrays]
