"""The optimizers as the lectures write them, for one weight.

θ is the weight, g its gradient, η the learning rate. The formulas of gradient descent, momentum, Nesterov, AdaGrad,
RMSProp and Adam are those of Payberah, Training Deep Feedforward Networks (2018); those of Adadelta, Adamax, Nadam,
AdamW and Lion are of Zeiler 2012, Kingma and Ba 2014 (section 7.1), Dozat 2016, Loshchilov and Hutter 2017 and Chen et
al. 2023.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

State = dict[str, float]
Step = Callable[[Any, State, float, float, int], float]


@dataclass(frozen=True)
class Formula:
    """What is subtracted from θ; `step` takes options, state, g, η and the number of the step, from 1."""

    text: str
    keras: str  # how Keras does it
    step: Step


@dataclass
class Lecture:
    """A weight that a formula moves; `options` are those of Keras's optimizer, with its names."""

    formula: Formula
    options: Any
    weight: float
    count: int = 0
    state: State = field(default_factory=dict)

    def move(self, gradient: float, rate: float) -> None:
        """Take a step; a weight decay is subtracted first, as in AdamW (Loshchilov and Hutter 2017)."""
        self.count += 1
        decay = float(self.options.weight_decay or 0)
        self.weight -= decay * rate * self.weight
        self.weight -= self.formula.step(self.options, self.state, gradient, rate, self.count)


@dataclass(frozen=True)
class Move:
    """A step: the gradient after clipping, the rate, the weight after it by Keras and by the formula, Keras's slots.

    `ahead` is the formula's θ - β m for Nesterov, the point that Keras keeps; else None.
    """

    gradient: float
    clipped: float
    rate: float
    keras: float
    lecture: float | None
    ahead: float | None
    slots: dict[str, float]


def _descent(_: Any, state: State, g: float, rate: float, count: int) -> float:
    return rate * g


def _momentum(options: Any, state: State, g: float, rate: float, count: int) -> float:
    state["m"] = options.momentum * state.get("m", 0.0) + rate * g
    return state["m"]


def _adagrad(options: Any, state: State, g: float, rate: float, count: int) -> float:
    state["s"] = state.get("s", 0.0) + g**2
    return _ratio(rate * g, math.sqrt(state["s"] + options.epsilon))


def _rmsprop(options: Any, state: State, g: float, rate: float, count: int) -> float:
    state["s"] = options.rho * state.get("s", 0.0) + (1 - options.rho) * g**2
    state["m"] = options.momentum * state.get("m", 0.0) + _ratio(rate * g, math.sqrt(state["s"] + options.epsilon))
    return state["m"]


def _adam(options: Any, state: State, g: float, rate: float, count: int) -> float:
    state["m"] = options.beta_1 * state.get("m", 0.0) + (1 - options.beta_1) * g
    state["s"] = options.beta_2 * state.get("s", 0.0) + (1 - options.beta_2) * g**2
    m, s = state["m"] / (1 - options.beta_1**count), state["s"] / (1 - options.beta_2**count)
    return _ratio(rate * m, math.sqrt(s + options.epsilon))


def _adadelta(options: Any, state: State, g: float, rate: float, count: int) -> float:
    state["s"] = options.rho * state.get("s", 0.0) + (1 - options.rho) * g**2
    move = g * _ratio(math.sqrt(state.get("d", 0.0) + options.epsilon), math.sqrt(state["s"] + options.epsilon))
    state["d"] = options.rho * state.get("d", 0.0) + (1 - options.rho) * move**2
    return rate * move


def _adamax(options: Any, state: State, g: float, rate: float, count: int) -> float:
    state["m"] = options.beta_1 * state.get("m", 0.0) + (1 - options.beta_1) * g
    state["u"] = max(options.beta_2 * state.get("u", 0.0), abs(g))
    return _ratio(rate / (1 - options.beta_1**count) * state["m"], state["u"])


def _nadam(options: Any, state: State, g: float, rate: float, count: int) -> float:
    now, then = (options.beta_1 * (1 - 0.5 * 0.96**step) for step in (count, count + 1))
    state["m"] = options.beta_1 * state.get("m", 0.0) + (1 - options.beta_1) * g
    state["s"] = options.beta_2 * state.get("s", 0.0) + (1 - options.beta_2) * g**2
    product = state["p"] = state.get("p", 1.0) * now
    m = then * state["m"] / (1 - product * then) + (1 - now) * g / (1 - product)
    return _ratio(rate * m, math.sqrt(state["s"] / (1 - options.beta_2**count)) + options.epsilon)


def _lion(options: Any, state: State, g: float, rate: float, count: int) -> float:
    moved = options.beta_1 * state.get("m", 0.0) + (1 - options.beta_1) * g
    state["m"] = options.beta_2 * state.get("m", 0.0) + (1 - options.beta_2) * g
    return math.copysign(rate, moved) if moved else 0.0


def _ratio(value: float, by: float) -> float:
    return value / by if by else 0.0


_DESCENT = Formula("θ = θ - η g", "the same", _descent)
_HEAVY_BALL = Formula("m = β m + η g; θ = θ - m", "the same with -m (`momentum` is β)", _momentum)
_NESTEROV = Formula(
    "m = β m + η g, with g at θ - β m; θ = θ - m",
    "it keeps the look-ahead point θ - β m, where the gradient is taken, in place of θ",
    _momentum,
)
_ADAM = Formula(
    "m = β1 m + (1 - β1) g; s = β2 s + (1 - β2) g²; "
    "θ = θ - η m̂ / √(ŝ + ε), with m̂ = m / (1 - β1^t), ŝ = s / (1 - β2^t)",
    "ε is outside the root, before the bias correction of s: θ = θ - η m̂ √(1 - β2^t) / (√s + ε)",
    _adam,
)
_OTHERS = {
    "Adagrad": Formula(
        "s = s + g²; θ = θ - η g / √(s + ε), with s = 0 at first",
        "it begins with s = 0.1; `initial_accumulator_value: 0` is the lecture's",
        _adagrad,
    ),
    "RMSprop": Formula(
        "s = ρ s + (1 - ρ) g²; m = μ m + η g / √(s + ε); θ = θ - m",
        "the same: ε is inside the root (`momentum` is μ, 0 if it is left out)",
        _rmsprop,
    ),
    "Adam": _ADAM,
    "AdamW": replace(_ADAM, text=f"θ = θ - η λ θ, with λ the `weight_decay`; {_ADAM.text}"),
    "Nadam": Formula(
        "m and s as in Adam; μ(t) = β1 (1 - 0.96^t / 2), p = μ(1) … μ(t); "
        "θ = θ - η (μ(t+1) m / (1 - p μ(t+1)) + (1 - μ(t)) g / (1 - p)) / (√ŝ + ε)",
        "the same, with 0.96 as a 32-bit float",
        _nadam,
    ),
    "Adadelta": Formula(
        "s = ρ s + (1 - ρ) g²; Δ = √(d + ε) / √(s + ε) g; θ = θ - η Δ; d = ρ d + (1 - ρ) Δ²",
        "the same; the paper's η is 1",
        _adadelta,
    ),
    "Adamax": Formula(
        "m = β1 m + (1 - β1) g; u = max(β2 u, |g|); θ = θ - η / (1 - β1^t) m / u", "it divides by u + ε", _adamax
    ),
    "Lion": Formula("θ = θ - η sign(β1 m + (1 - β1) g); m = β2 m + (1 - β2) g", "the same", _lion),
}


def formula_of(name: str, options: Any) -> Formula | None:
    """Return the formula of Keras's optimizer of this name; None for `centered` and `amsgrad`."""
    if name == "SGD":
        plain = _DESCENT if not options.momentum else _HEAVY_BALL
        return _NESTEROV if options.nesterov and options.momentum else plain
    if getattr(options, "centered", False) or getattr(options, "amsgrad", False):
        return None
    return _OTHERS.get(name)
