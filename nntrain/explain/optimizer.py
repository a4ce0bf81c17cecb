"""The explanation of an optimizer: one weight with given gradients, beside the formula of the lectures."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nntrain.config.keras.optimizers import Optimizer
from nntrain.errors import ConfigError
from nntrain.explain import optimizer_plot
from nntrain.explain.explanation import Explanation, Table, digits
from nntrain.explain.float64_model import exact, precision
from nntrain.explain.formulas import Lecture, Move, formula_of
from nntrain.explain.passes import clipped
from nntrain.model.build import keras_object

_NO_SLOTS = ("iteration", "learning_rate")
_PRODUCT = re.compile(r"variable(_[0-9]+)?")  # of Nadam, whose variable has no name of its own: Keras numbers them


def explain(name: str, spec: Optimizer, start: float, gradients: Sequence[float]) -> Explanation:
    """Return the steps of the optimizer of a config, in float64."""
    with precision():
        optimizer = exact(keras_object(spec))
        formula = formula_of(spec.called(), optimizer)
        lecture = None if formula is None else Lecture(formula, optimizer, start)
        moves = _moves(optimizer, lecture, start, gradients)
    notes = ["there is no formula of the lectures for this optimizer"]
    if formula is not None:
        notes = [f"formula: {formula.text}", f"Keras: {formula.keras}", *_more(spec)]
    content = {
        "name": name,
        "optimizer": spec.called(),
        "start": start,
        "formula": formula.text if formula else None,
        "difference": formula.keras if formula else None,
        "steps": [vars(move) for move in moves],
    }
    draw = partial(optimizer_plot.draw, f"{spec.called()} of {name}", start, moves)
    return Explanation(content, [_table(f"{spec.called()} of {name}, in float64", start, moves)], draw, notes)


def _moves(
    optimizer: keras.optimizers.Optimizer, lecture: Lecture | None, start: float, gradients: Sequence[float]
) -> list[Move]:
    weight = keras.Variable(np.array(start), dtype="float64", name="w")
    optimizer.build([weight])
    slots = {_slot(each.name): each for each in optimizer.variables if each.name not in _NO_SLOTS}
    found: list[Move] = []
    for gradient in gradients:
        rate = float(optimizer.learning_rate)
        limited = float(clipped([np.array(gradient)], optimizer)[0])
        optimizer.apply([tf.constant(gradient, "float64")], [weight])
        if lecture is not None:
            with np.errstate(over="ignore", invalid="ignore"):
                lecture.move(np.float64(limited), rate)
        values = {name: float(each) for name, each in slots.items()}
        now = None if lecture is None else lecture.weight
        _refuse_infinite(gradient, len(found) + 1, [float(weight), now or 0.0, *values.values()])
        found.append(Move(gradient, limited, rate, float(weight), now, _ahead(lecture), values))
    return found


def _refuse_infinite(gradient: float, step: int, values: Sequence[float]) -> None:
    if not np.isfinite(values).all():
        message = f"step {step} with the gradient {gradient:g} gives a number that is too large for a float"
        raise ConfigError(message, help="give smaller numbers with `--given`, or a smaller learning rate")


def _slot(name: str) -> str:
    return "product of μ" if _PRODUCT.fullmatch(name) else name.removeprefix("w_")


def _ahead(lecture: Lecture | None) -> float | None:
    if lecture is None or not getattr(lecture.options, "nesterov", False) or "m" not in lecture.state:
        return None
    return float(lecture.weight - lecture.options.momentum * lecture.state["m"])


def _more(spec: Optimizer) -> list[str]:
    """Return notes on options that the formula leaves out."""
    left_out = [name for name in ("use_ema", "gradient_accumulation_steps") if getattr(spec, name)]
    return [f"the formula leaves `{name}` out" for name in left_out]


def _table(title: str, start: float, moves: Sequence[Move]) -> Table:
    columns: dict[str, list[Any]] = {
        "step": [0, *range(1, len(moves) + 1)],
        "gradient": ["", *(digits(move.gradient) for move in moves)],
        "clipped": ["", *(digits(move.clipped) for move in moves)],
        "learning rate": ["", *(digits(move.rate) for move in moves)],
        "Keras": [digits(start), *(digits(move.keras) for move in moves)],
    }
    if all(move.clipped == move.gradient for move in moves):
        del columns["clipped"]
    if moves[0].lecture is not None:
        columns["formula"] = [digits(start), *(digits(move.lecture or 0.0) for move in moves)]
    if moves[0].ahead is not None:
        columns["formula, θ - β m"] = [digits(start), *(digits(move.ahead or 0.0) for move in moves)]
    for name in moves[0].slots:
        columns[f"Keras's {name}"] = ["", *(digits(move.slots[name]) for move in moves)]
    return title, tuple(columns), list(zip(*columns.values(), strict=True))
