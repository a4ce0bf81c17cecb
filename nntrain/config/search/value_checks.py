"""Whether each value of a search makes a valid config: it is put into the config, and the config is checked.

A value that only fits together with one of another parameter (a `linear` output layer and a loss from logits) is right.
Combinations are not checked: there are too many.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from nntrain.config.load import Config, validated
from nntrain.config.named import is_name
from nntrain.config.resolve import columns
from nntrain.config.search.initial_values import config_value
from nntrain.config.search.space import Parameter, Space, Values
from nntrain.config.search.space_reader import Written
from nntrain.config.search.trial_config import MISSING, put_values, with_values
from nntrain.document.assignment import same_name
from nntrain.errors import ConfigError, Problem, Span, dotted

_INPUTS = ("ignore", "features")  # options of data sources that choose among the inputs of the same rows


def refused_path(one: Written, config: Config) -> Problem | None:
    """Why this path cannot be searched, whatever the values; None for a path that can."""
    path = one.parameter.path
    parts = path.split(".")
    if not all(parts):
        help = f"write `{'.'.join(part for part in parts if part) or 'train.batch_size'}`"
        return Problem(f"the path `{path}` has an empty part", one.at, help, on_key=True)
    if parts[0] == "tune":
        return Problem("a search cannot change itself", one.at, "name a path of `model` or `train`", on_key=True)
    if parts[0] == "seed":
        return Problem("the seed is not searched", one.at, "write `repeats: 3` below `tune`", on_key=True)
    if path == "train.threads":
        message = "the threads are not searched: a worker has the same for all its trials"
        return Problem(message, one.at, "write `threads: 2` below `train`, for all trials", on_key=True)
    if parts[0] == "data" and (len(parts) < 3 or parts[2] not in _INPUTS):
        message = f"`{path}` would score the trials on different data"
        return Problem(message, one.at, "remove it; nothing tells which of two such scores is better", on_key=True)
    return None if one.parameter.condition else _other_name(one, parts, config)


def _other_name(one: Written, parts: list[str], config: Config) -> Problem | None:
    """A path through `Dense` where the config has a `Conv2D`."""
    for end in range(1, len(parts)):
        found = config_value(config, ".".join(parts[:end]))
        name = next(iter(found), None) if isinstance(found, dict) and len(found) == 1 else found
        if not isinstance(name, str) or not is_name(name) or same_name(name, parts[end]):
            continue
        if is_name(parts[end]) or isinstance(found, str):
            above = ".".join(parts[:end])
            help = f"write `{above}.{name}`, or search `{above}` with a choice that names `{parts[end]}`"
            return Problem(f"`{above}` is `{name}`; it has no `{parts[end]}`", one.at, help, on_key=True)
    return None


@dataclass(frozen=True)
class ValueChecker:
    """Puts values of parameters into a config, one at a time."""

    config: Config
    written: tuple[Written, ...]
    metric: str | None = None  # what every trial must have a column for

    @property
    def space(self) -> Space:
        """The parameters."""
        return Space(tuple(one.parameter for one in self.written))

    def problems(self) -> Iterator[Problem]:
        """What is wrong with single values, at their places in `tune.space`."""
        for one in self.written:
            found = [list(self._of_value(one, number, value)) for number, value in enumerate(_probed(one.parameter))]
            yield from _once(one, found)

    def _of_value(self, one: Written, number: int, value: Any) -> Iterator[Problem]:
        values = self._setting(one.parameter, value)
        found = self._tried(values)
        if found and not (self._is_well_formed(values) and self._rescued(one.parameter, values)):
            yield from self._at_value(one, number, values, found)

    def _setting(self, one: Parameter, value: Any) -> Values:
        """The value, the options that it depends on, and a value for everything else that these bring with them."""
        values: Values = {one.path: value}
        condition = one.condition
        while condition is not None:
            parent = next(other for other in self.space.parameters if other.path == condition.path)
            values = {parent.path: parent.options[condition.index], **values}
            condition = parent.condition
        return self._filled(values)

    def _filled(self, values: Values) -> Values:
        filled = dict(values)
        for other in self.space.parameters:
            if other.condition and other.path not in filled and other.path in self.space.active_parameters(filled):
                own = config_value(self.config, other.path)
                filled[other.path] = _probed(other)[0] if own is MISSING else own
        return filled

    def _tried(self, values: Values) -> list[Problem]:
        """What is wrong with the config that the values make; nothing for a right one."""
        try:
            made = with_values(self.config, values)
        except ConfigError as error:
            return list(error.problems)
        known = columns(made.experiment, made.experiment.data.known_schema)
        if self.metric is None or known is None or self.metric in known:
            return []
        message = f"no metric of such a trial is called `{self.metric}`, the objective"
        return [Problem(message, ("train", "metrics"), "keep the metric in every value")]

    def _is_well_formed(self, values: Values) -> bool:
        """Whether every option is right by itself, so that only rules across options are broken."""
        try:
            validated(put_values(self.config, values))
        except ConfigError:
            return False
        return True

    def _rescued(self, one: Parameter, values: Values) -> bool:
        """Whether another value of another parameter makes the config right."""
        return any(
            not self._tried(self._filled({**self._setting(other, value), **values, other.path: value}))
            for other in self.space.parameters
            if other.path != one.path and (other.condition is None or other.path in values)
            if not f"{one.path}.".startswith(f"{other.path}.")
            for value in _probed(other)
        )

    def _at_value(self, one: Written, number: int, values: Values, found: list[Problem]) -> Iterator[Problem]:
        """The problems with the places of the value; what is wrong with another value that was put is told there."""
        for problem in found:
            culprit = problem.span.file if problem.span and problem.span.line == 0 else ""
            rest = problem.path[one.depth + 1 :]
            if culprit not in values:
                message = f"`{dotted(problem.path)}`: {problem.message}"
                yield replace(problem, message=message, path=one.value_at(number), span=None, on_key=False)
            elif culprit == one.parameter.path and len(problem.path) <= one.depth:
                yield replace(problem, path=one.at, span=self._in_key(one, problem.span), on_key=True)
            elif culprit == one.parameter.path and not rest and problem.on_key:
                yield replace(problem, path=one.at, span=None)
            elif culprit == one.parameter.path:
                yield replace(problem, path=(*one.value_at(number), *rest), span=None)

    def _in_key(self, one: Written, place: Span | None) -> Span | None:
        """The place of a part of a path that is written as one key."""
        key = self.config.document.keys.get(one.at)
        if key is None or place is None or place.column > len(one.parameter.path):
            return None
        first = next((n for n in (key.column - 1, key.column) if key.source.startswith(one.parameter.path, n)), None)
        return None if first is None else replace(key, column=first + place.column, width=place.width)


def _once(one: Written, found: list[list[Problem]]) -> Iterator[Problem]:
    """The problems of all values, each said once: what is wrong with every value is wrong with the parameter."""
    told: set[str] = set()
    for problem in (problem for problems in found for problem in problems):
        everywhere = all(any(other.message == problem.message for other in problems) for problems in found)
        about_path = problem.path == one.at
        if (problem.message if not about_path else "path") in told:
            continue
        if everywhere or about_path:
            told.add("path" if about_path else problem.message)
        yield replace(problem, path=one.at, on_key=True) if everywhere and not about_path else problem


def _probed(one: Parameter) -> tuple[Any, ...]:
    """The values of a parameter that are tried: every option, or both ends."""
    return (one.low, one.high) if one.kind in ("int", "float") else one.options
