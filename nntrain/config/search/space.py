"""What a search varies, parameters over the dotted paths of a config, and the search itself."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from nntrain.config.tune import Tune

Direction = Literal["min", "max"]
Values = dict[str, Any]
"""Dotted path → value, for the parameters that are active. The value of a choice is the option itself."""


@dataclass(frozen=True)
class Condition:
    """A parameter is active only while the choice at `path` has taken its option number `index`."""

    path: str
    index: int


@dataclass(frozen=True)
class Parameter:
    """One path and the values that it may take."""

    path: str
    kind: Literal["choice", "int", "float", "bool"]
    options: tuple[Any, ...] = ()  # of a choice: plain YAML values, inner parameters taken out; of a bool: False, True
    low: float = 0  # of int and float, both ends included
    high: float = 0
    step: float | None = None
    log: bool = False
    condition: Condition | None = None

    @property
    def size(self) -> int | None:
        """The number of values; None for a continuous range."""
        if self.kind in ("choice", "bool"):
            return len(self.options)
        if self.step is None and self.kind == "float":
            return None
        return math.floor((self.high - self.low) / (self.step or 1) + 1e-9) + 1

    def holds(self, value: Any) -> bool:
        """Return whether the parameter can have this value; `true` is not 1, and 1 is 1.0 for a float only."""
        if self.kind in ("choice", "bool"):
            return self.index(value) is not None
        if isinstance(value, bool) or not isinstance(value, int if self.kind == "int" else (int, float)):
            return False
        return self.low <= value <= self.high and self._on_grid(value)

    def index(self, value: Any) -> int | None:
        """Return the index of the option that equals the value; None where no option does."""
        return self._numbers.get(_canonical(value))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """The number of each option, of the first where two are equal."""
        return {_canonical(option): number for number, option in reversed(list(enumerate(self.options)))}

    def _on_grid(self, value: float) -> bool:
        steps = 0.0 if self.step is None else (value - self.low) / self.step
        return abs(steps - round(steps)) < 1e-6


@dataclass(frozen=True)
class Space:
    """All parameters, a choice before what depends on it, and the config's own values."""

    parameters: tuple[Parameter, ...]
    own: Values = field(default_factory=dict)

    @property
    def size(self) -> int | None:
        """The number of different sets of values; None with a continuous range."""
        return self._count(None)

    def _count(self, condition: Condition | None) -> int | None:
        """Return the number of sets of values of the parameters with this condition and of those below them."""
        return _product(self._count_of(one) for one in self.parameters if one.condition == condition)

    def _count_of(self, one: Parameter) -> int | None:
        if one.kind != "choice":
            return one.size
        counts = [self._count(Condition(one.path, number)) for number in range(len(one.options))]
        return None if None in counts else sum(count or 0 for count in counts)

    def active_parameters(self, values: Mapping[str, Any]) -> dict[str, Parameter]:
        """Return path → parameter where its condition holds; a path may have several parameters by condition."""
        active = [number for number, one in enumerate(self.parameters) if one.condition is None]
        for number in active:
            one = self.parameters[number]
            active += self._depending_on(one, values[one.path]) if one.path in values else ()
        return {self.parameters[number].path: self.parameters[number] for number in sorted(active)}

    def depending_on(self, path: str, value: Any) -> list[Parameter]:
        """Return the parameters that become active where the choice at the path takes this value."""
        choices = (one for one in self._choices.get(path, ()) if one.index(value) is not None)
        return [self.parameters[number] for one in choices for number in self._depending_on(one, value)]

    def _depending_on(self, one: Parameter, value: Any) -> list[int]:
        index = one.index(value) if one.kind == "choice" else None
        return [] if index is None else self._below.get(Condition(one.path, index), [])

    @cached_property
    def _below(self) -> dict[Condition, list[int]]:
        """The positions of the parameters that have each condition."""
        found: dict[Condition, list[int]] = {}
        for number, one in enumerate(self.parameters):
            if one.condition is not None:
                found.setdefault(one.condition, []).append(number)
        return found

    @cached_property
    def _choices(self) -> dict[str, list[Parameter]]:
        found: dict[str, list[Parameter]] = {}
        for one in self.parameters:
            if one.kind == "choice":
                found.setdefault(one.path, []).append(one)
        return found

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Return whether the set of values is in the space: each active parameter has a value that it can have."""
        active = self.active_parameters(values)
        return all(path in values and one.holds(values[path]) for path, one in active.items())


@dataclass(frozen=True)
class Search:
    """What is searched, how, and for which metric."""

    tune: Tune
    space: Space
    metric: str  # a column of metrics.csv, always on the validation split
    direction: Direction


def _product(counts: Iterable[int | None]) -> int | None:
    every = list(counts)
    return None if None in every else math.prod(count or 0 for count in every)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
