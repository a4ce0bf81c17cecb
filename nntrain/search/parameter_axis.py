"""The axis of a parameter and the places of its values: for the plots of a search, and for `importance`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Any

from nntrain.config.search.space import Parameter, Values

BESIDE = -0.2
"""The place beside the axis: of a parameter that is not active, or of the config's own value outside the space."""

_MOST = 5  # ticks of a range of numbers


@dataclass(frozen=True)
class Axis:
    """Places from 0 to 1: even steps for options, the share of a range, or with `log` that of its logarithm."""

    path: str
    levels: tuple[str, ...] = ()  # the options of a choice or a bool, as JSON; empty for a range
    labels: tuple[str, ...] = ()
    low: float = 0  # of a range, which includes values that were tried outside of it
    high: float = 1
    log: bool = False
    whole: bool = False
    beside: str = ""  # the label of the place `BESIDE`, empty where no trial is there

    def place(self, values: Mapping[str, Any]) -> float:
        """Return the place of a trial's value: from 0 to 1, or `BESIDE`."""
        if self.path not in values:
            return BESIDE
        value = values[self.path]
        if self.levels:
            return self.levels.index(_key(value)) / max(len(self.levels) - 1, 1) if len(self.levels) > 1 else 0.5
        return self._share(value) if _fits(value, self.log) else BESIDE

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Places and their labels from left to right, `BESIDE` first."""
        first = [(BESIDE, self.beside)] if self.beside else []
        if self.levels:
            places = [number / max(len(self.levels) - 1, 1) for number in range(len(self.levels))]
            return first + list(zip(places if len(places) > 1 else [0.5], self.labels, strict=True))
        return first + [(self._share(value), short_number(value)) for value in self._round_values()]

    def _share(self, value: float) -> float:
        low, high, value = (log10(x) if self.log else x for x in (self.low, self.high, value))
        return (value - low) / (high - low) if high > low else 0.5

    def _round_values(self) -> list[float]:
        if not self.high > self.low:
            return [self.low]
        decades = _decades(self.low, self.high) if self.log else []
        return decades if len(decades) > 1 else _steps(self.low, self.high, self.whole)


def axis(parameter: Parameter, tried: Sequence[Values], missing: str = "") -> Axis:
    """Return the axis on which every tried value has a place; `missing` is the label of a missing one."""
    missing = missing or ("not active" if parameter.condition else "not set")
    values = [each[parameter.path] for each in tried if parameter.path in each]
    absent = [missing] if len(values) < len(tried) else []
    if parameter.kind in ("choice", "bool"):
        options = _distinct([*(parameter.options or (False, True)), *values])
        return Axis(parameter.path, tuple(options), _unique_labels(options.values()), beside="".join(absent))
    numbers = [value for value in values if _fits(value, parameter.log)]
    odd = list(_distinct(value for value in values if not _fits(value, parameter.log)).values())
    names = absent + [label(value) for value in odd]
    low, high = min([parameter.low, *numbers]), max([parameter.high, *numbers])
    beside = names[0] if len(names) == 1 else "other" if names else ""
    return Axis(parameter.path, (), (), low, high, parameter.log, parameter.kind == "int", beside)


def label(value: Any) -> str:
    """Return a short text of a value: `SGD momentum=0.9` for `{SGD: {momentum: 0.9}}`."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping) or len(value) != 1:
        return json.dumps(value, ensure_ascii=False, default=str)
    ((name, inner),) = value.items()
    if not isinstance(inner, Mapping):
        return f"{name} {label(inner)}"
    return " ".join([str(name), *(f"{option}={label(each)}" for option, each in inner.items())])


def short_number(value: float) -> str:
    """Return six significant digits, with an exponent as in YAML: 1e-5."""
    return f"{value:g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def _fits(value: Any, log: bool) -> bool:
    """Return whether a value can be on an axis of numbers: the config's own may be a schedule, or 0 with `log`."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    return number and (value > 0 or not log)


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _distinct(values: Iterable[Any]) -> dict[str, Any]:
    """Return JSON → value: numbers sorted, other options in the order of the config."""
    found = {_key(value): value for value in values}
    ordered = all(_fits(value, log=False) for value in found.values())
    return dict(sorted(found.items(), key=lambda item: item[1])) if ordered else found


def _unique_labels(values: Iterable[Any]) -> tuple[str, ...]:
    """Return the labels, numbered where two are equal, as of `Adam` and `{Adam: {}}`."""
    labels = [label(value) for value in values]
    return tuple(
        text if labels.count(text) == 1 else f"{text} ({labels[: number + 1].count(text)})"
        for number, text in enumerate(labels)
    )


def _decades(low: float, high: float) -> list[float]:
    """Return at most five powers of ten in the range; where there are fewer than three, also 2 and 5 times them."""
    first, last = ceil(log10(low) - 1e-9), floor(log10(high) + 1e-9)
    stride = max(1, ceil((last - first + 1) / _MOST))
    if last - first >= 2:
        return [float(f"1e{power}") for power in range(first, last + 1, stride)]
    found = [float(f"{digit}e{power}") for power in range(first - 1, last + 1) for digit in (1, 2, 5)]
    return [value for value in found if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]


def _steps(low: float, high: float, whole: bool) -> list[float]:
    """Return at most five multiples of 1, 2 or 5 times a power of ten."""
    power = floor(log10((high - low) / _MOST))
    steps = (float(f"{digit}e{power + more}") for more in (0, 1, 2) for digit in (1, 2, 5))
    for step in steps:
        first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
        if last - first < _MOST and (step >= 1 or not whole):
            return [float(f"{number * step:.12g}") for number in range(first, last + 1)]
    return [low, high]  # not reached by finite numbers
