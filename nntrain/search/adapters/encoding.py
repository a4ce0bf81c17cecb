"""Parameters as the libraries see them: the code of an option or a step is its index, of a number the number."""

import copy
import hashlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nntrain.config.search.space import Condition, Parameter, Space, Values

Codes = dict[str, Any]
"""A parameter's name → its code, for the parameters that are active."""


@dataclass(frozen=True)
class EncodedParameter:
    """A parameter with a unique name: two options of a choice may both have a parameter of the same path."""

    name: str
    parameter: Parameter
    levels: Sequence[Any] | None  # all values in order where the code is their index; None where it is the number

    def active(self, codes: Mapping[str, Any]) -> bool:
        """Return whether the condition of the parameter holds; `codes` has those of the parameters before it."""
        condition = self.parameter.condition
        return condition is None or codes.get(condition.path) == condition.index

    def encode(self, value: Any) -> Any:
        """Return the code of a value that the parameter holds."""
        return value if self.levels is None else _position(self.parameter, self.levels, value)

    def decode(self, code: Any) -> Any:
        """Return the value of a code: a plain number, or a copy of the option."""
        if self.levels is not None:
            return copy.deepcopy(self.levels[int(code)])
        return int(code) if self.parameter.kind == "int" else float(code)

    def draw(self, generator: random.Random) -> Any:
        """Return a random code."""
        if self.levels is not None:
            return generator.randrange(len(self.levels))
        value = _place(self.parameter, generator.random())
        return round(value) if self.parameter.kind == "int" else value


class Encoding:
    """The parameters of a space with their codes. With `every_level` the codes of ranges are indices too."""

    def __init__(self, space: Space, every_level: bool = False) -> None:
        self.parameters = tuple(_named(space, every_level))
        self.own = self.encode(space.own) if space.holds(space.own) else None  # None: the config is not in the space

    def conditions(self, one: EncodedParameter) -> list[Condition]:
        """Return every condition of the parameter, that of the outermost choice first."""
        condition = one.parameter.condition
        if condition is None:
            return []
        parent = next(other for other in self.parameters if other.name == condition.path)
        return [*self.conditions(parent), condition]

    def encode(self, values: Mapping[str, Any]) -> Codes:
        """Return the codes of a set of values of the space."""
        return self.codes(lambda one: one.encode(values[one.parameter.path]))

    def decode(self, codes: Mapping[str, Any]) -> Values:
        """Return the values of the active parameters."""
        return {one.parameter.path: one.decode(codes[one.name]) for one in self.parameters if one.active(codes)}

    def draw(self, generator: random.Random) -> Codes:
        """Return random codes, each parameter evenly over its range."""
        return self.codes(lambda one: one.draw(generator))

    def codes(self, choose: Callable[[EncodedParameter], Any]) -> Codes:
        """Return the code that `choose` gives to each active parameter, one after another."""
        codes: Codes = {}
        for one in self.parameters:
            if one.active(codes):
                codes[one.name] = choose(one)
        return codes


def _named(space: Space, every_level: bool) -> Iterator[EncodedParameter]:
    """Yield the parameters with their names: the path, with a count where a path is repeated."""
    seen: dict[str, int] = {}
    for parameter in space.parameters:
        count = seen[parameter.path] = seen.get(parameter.path, 0) + 1
        name = parameter.path if count == 1 else f"{parameter.path} ({count})"
        yield EncodedParameter(name, parameter, _all(parameter, space) if every_level else _steps(parameter))


def _steps(parameter: Parameter) -> Sequence[Any] | None:
    """Return all values in order; None for a continuous or logarithmic range."""
    if parameter.kind in ("choice", "bool"):
        return parameter.options
    if parameter.log or parameter.size is None:
        return None
    if parameter.kind == "int":
        return range(int(parameter.low), int(parameter.high) + 1, int(parameter.step or 1))
    return [_rounded(parameter.low + index * (parameter.step or 1)) for index in range(parameter.size)]


def _all(parameter: Parameter, space: Space) -> Sequence[Any]:
    """Return all values in order: of a continuous range ten, as KerasTuner takes them, and the config's own."""
    if parameter.size is not None:
        return _steps(replace(parameter, log=False)) or ()
    places = {_rounded(_place(parameter, (index + 0.5) / 10), digits=6) for index in range(10)}
    own = space.own.get(parameter.path)
    return sorted(places | ({float(own)} if own is not None and parameter.holds(own) else set()))


def _place(parameter: Parameter, part: float) -> float:
    """Return the value at this share of the way from the low to the high end."""
    low, high = parameter.low, parameter.high
    return float(low * (high / low) ** part if parameter.log else low + (high - low) * part)


def _rounded(value: float, digits: int = 12) -> float:
    """0.3 for 0.1 + 2 * 0.1."""
    return float(f"{value:.{digits}g}")


def _position(parameter: Parameter, levels: Sequence[Any], value: Any) -> int:
    """Return the index of the value among the levels; a step is found in spite of rounding."""
    if parameter.kind in ("choice", "bool"):
        return parameter.index(value) or 0
    return min(range(len(levels)), key=lambda index: abs(levels[index] - value))


def mixed(seed: int) -> int:
    """Return a positive 31-bit seed far from those of `seed - 1` and `seed + 1`.

    KerasTuner reads 0 as no seed, and draws with seed, seed + 1, …, so that neighbours share most of their draws.
    """
    return int.from_bytes(hashlib.sha256(f"nntrain tune {seed}".encode()).digest()[:4], "big") // 2 + 1
