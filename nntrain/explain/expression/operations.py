"""The operations of an expression, with their first and second derivatives; Griewank and Walther 2008, chapter 3."""

import math
from collections.abc import Callable
from dataclasses import dataclass

Function = Callable[..., float]


@dataclass(frozen=True)
class Operation:
    """A function of one or two numbers.

    first[i] is its derivative by argument i, second[i][j] that by the arguments i and j; all take the arguments.
    """

    symbol: str
    value: Function
    first: tuple[Function, ...]
    second: tuple[tuple[Function, ...], ...]

    def written(self, arguments: list[str]) -> str:
        """Return the operation on these arguments as users write it."""
        if not arguments:
            return self.symbol
        if self.symbol == "neg":
            return f"-{arguments[0]}"
        if self.symbol in BINARY:
            return f"{arguments[0]} {self.symbol} {arguments[1]}"
        return f"{self.symbol}({arguments[0]})"


def _zero(*_: float) -> float:
    return 0.0


def _one(*_: float) -> float:
    return 1.0


def _minus_one(*_: float) -> float:
    return -1.0


def sigmoid(x: float) -> float:
    """Return 1 / (1 + exp(-x)) without an overflow."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _by_base(x: float, p: float) -> float:
    return 0.0 if p == 0 else p * math.pow(x, p - 1)


def _by_base_twice(x: float, p: float) -> float:
    return 0.0 if p in (0, 1) else p * (p - 1) * math.pow(x, p - 2)


def _by_both(x: float, p: float) -> float:
    return math.pow(x, p - 1) * (1 + p * math.log(x))


def _sigmoid_slope(x: float) -> float:
    return sigmoid(x) * sigmoid(-x)


def _tanh_slope(x: float) -> float:
    return 1 / math.cosh(x) ** 2 if abs(x) < 300 else 0.0


def _tan_slope(x: float) -> float:
    return 1 + math.tan(x) ** 2


def _unary(symbol: str, value: Function, first: Function, second: Function) -> Operation:
    return Operation(symbol, value, (first,), ((second,),))


BINARY = {
    "+": Operation("+", lambda x, y: x + y, (_one, _one), ((_zero, _zero), (_zero, _zero))),
    "-": Operation("-", lambda x, y: x - y, (_one, _minus_one), ((_zero, _zero), (_zero, _zero))),
    "*": Operation("*", lambda x, y: x * y, (lambda x, y: y, lambda x, y: x), ((_zero, _one), (_one, _zero))),
    "/": Operation(
        "/",
        lambda x, y: x / y,
        (lambda x, y: 1 / y, lambda x, y: -x / y**2),
        ((_zero, lambda x, y: -1 / y**2), (lambda x, y: -1 / y**2, lambda x, y: 2 * x / y**3)),
    ),
    "**": Operation(
        "**",
        math.pow,
        (_by_base, lambda x, p: math.pow(x, p) * math.log(x)),
        ((_by_base_twice, _by_both), (_by_both, lambda x, p: math.pow(x, p) * math.log(x) ** 2)),
    ),
}

NEGATE = _unary("neg", lambda x: -x, _minus_one, _zero)
INPUT = Operation("input", _zero, (), ())

FUNCTIONS = {
    each.symbol: each
    for each in (
        _unary("sqrt", math.sqrt, lambda x: 0.5 / math.sqrt(x), lambda x: -0.25 / math.sqrt(x) ** 3),
        _unary("exp", math.exp, math.exp, math.exp),
        _unary("log", math.log, lambda x: 1 / x, lambda x: -1 / x**2),
        _unary("sin", math.sin, math.cos, lambda x: -math.sin(x)),
        _unary("cos", math.cos, lambda x: -math.sin(x), lambda x: -math.cos(x)),
        _unary("tan", math.tan, _tan_slope, lambda x: 2 * math.tan(x) * _tan_slope(x)),
        _unary("sinh", math.sinh, math.cosh, math.sinh),
        _unary("cosh", math.cosh, math.sinh, math.cosh),
        _unary("tanh", math.tanh, _tanh_slope, lambda x: -2 * math.tanh(x) * _tanh_slope(x)),
        _unary("sigmoid", sigmoid, _sigmoid_slope, lambda x: _sigmoid_slope(x) * (1 - 2 * sigmoid(x))),
        _unary("softplus", lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))), sigmoid, _sigmoid_slope),
        _unary("relu", lambda x: max(x, 0.0), lambda x: float(x > 0), _zero),
        _unary("abs", abs, lambda x: float((x > 0) - (x < 0)), _zero),
    )
}
"""The functions by name. At 0, `relu` and `abs` have the derivative 0, as in TensorFlow."""
