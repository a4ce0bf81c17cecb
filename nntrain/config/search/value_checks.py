"""Checks that each value of a search makes a valid config: the value is put into the config, which is validated.

A value that is valid only with a value of another parameter (a `linear` output layer and a loss from logits) is
accepted. Combinations are not checked: there are too many.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from nntrain.config.load import Config, from_document, validated
from nntrain.config.named import is_name
from nntrain.config.resolve import columns
from nntrain.config.search.initial_values import config_value
from nntrain.config.search.space import Parameter, Space, Values
from nntrain.config.search.space_reader import Written
from nntrain.config.search.trial_config import MISSING, put_values, without_places
from nntrain.document.assignment import same_name
from nntrain.document.yaml_file import Document
from nntrain.errors import ConfigError, Problem, Span, dotted

MOST_ATTEMPTS = 5000  # to make a value valid by a value of another parameter, in one space
_ENOUGH = 50  # problems, more than are printed: what is wrong with further values is not looked at value by value
_INPUTS = ("ignore", "features")  # options of data sources that select inputs of the same rows


def refused_path(one: Written, config: Config) -> Problem | None:
    """Return why this path cannot be searched; None for a path that can."""
    path = one.parameter.path
    parts = path.split(".")
    if not all(parts):
        help = f"write `{'.'.join(part for part in parts if part) or 'train.batch_size'}`"
        return Problem(f"the path `{path}` has an empty part", one.at, help, on_key=True)
    if parts[0] == "tune":
        return Problem("a search cannot change itself", one.at, "name a path of `model` or `train`", on_key=True)
    if parts[0] == "seed":
        return Problem("the seed cannot be searched", one.at, "write `repeats: 3` below `tune`", on_key=True)
    if path == "train.threads":
        message = "the threads cannot be searched: a worker has the same for all its trials"
        return Problem(message, one.at, "write `threads: 2` below `train`, for all trials", on_key=True)
    if parts[0] == "data" and (len(parts) < 3 or parts[2] not in _INPUTS):
        message = f"`{path}` would score the trials on different data"
        return Problem(message, one.at, "remove it: such scores cannot be compared", on_key=True)
    return None if one.parameter.condition else _other_name(one, parts, config)


def _other_name(one: Written, parts: list[str], config: Config) -> Problem | None:
    """Return a problem for a path through `Dense` where the config has a `Conv2D`."""
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
    metric: str | None  # the column that every trial must have
    attempts: Iterator[int] = field(default_factory=lambda: iter(range(MOST_ATTEMPTS)))
    _together: dict[tuple[int, int], Problem] = field(default_factory=dict)  # of values that were put with others

    @cached_property
    def space(self) -> Space:
        return Space(tuple(one.parameter for one in self.written))

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with single values, at their places in `tune.space`."""
        fine, reported = self._valid_together(), 0
        for place, one in enumerate(self.written):
            found: list[list[Problem]] = []
            for number, value in enumerate(_probed(one.parameter)):
                known = self._together.get((place, number)) if reported >= _ENOUGH else None
                if (place, number) in fine:
                    found.append([])
                elif known is not None:
                    found.append([replace(known, path=one.value_at(number), span=None, on_key=False)])
                else:
                    found.append(list(self._of_value(one, number, value)))
                if any(problem.path == one.at for problem in found[-1]):  # no value can be put at this path
                    break
            once = list(_once(one, found))
            reported += len(once)
            yield from once

    def _valid_together(self) -> set[tuple[int, int]]:
        """Return the parameters without a condition, by their place, with the number of each value that is valid.

        Many values are put at once, and fewer where that is invalid: else a long config is validated for every value.
        """
        fine: set[tuple[int, int]] = set()
        free = [(place, one.parameter) for place, one in enumerate(self.written) if one.parameter.condition is None]
        if not self._can_be_put(free):
            free = [at for at in free if self._can_be_put([at])]
        for number in range(max((len(_probed(one)) for _, one in free), default=0)):
            fine |= {
                (place, number) for place in self._valid([at for at in free if number < len(_probed(at[1]))], number)
            }
        return fine

    def _can_be_put(self, free: list[tuple[int, Parameter]]) -> bool:
        """Return whether the config has every path; a value of a path that it lacks need not be validated."""
        try:
            without_places(self.config, {one.path: _probed(one)[0] for _, one in free})
        except ConfigError:
            return False
        return True

    def _valid(self, free: list[tuple[int, Parameter]], number: int) -> list[int]:
        """Return the places of the parameters whose value of this number is valid beside those of the others."""
        values = self._filled({one.path: _probed(one)[number] for _, one in free})
        found = self._problems_of(lambda: without_places(self.config, values))
        if not found:
            return [place for place, _ in free]
        of_paths = {dotted(problem.path[:end]): problem for problem in found for end in range(len(problem.path) + 1)}
        of_paths |= {problem.span.file: problem for problem in found if problem.span is not None}
        self._together.update({(place, number): of_paths[one.path] for place, one in free if one.path in of_paths})
        others = [(place, one) for place, one in free if one.path not in of_paths]
        if len(others) < len(free):
            return self._valid(others, number) if others else []
        middle = len(free) // 2
        return [] if not middle else [*self._valid(free[:middle], number), *self._valid(free[middle:], number)]

    def _of_value(self, one: Written, number: int, value: Any) -> Iterator[Problem]:
        values = self._setting(one.parameter, value)
        found = self._tried(values)
        if found and not (self._is_well_formed(values) and self._rescued(one.parameter, values)):
            yield from self._at_value(one, number, values, found)

    def _setting(self, one: Parameter, value: Any) -> Values:
        """Return the value, the options that it depends on, and values of the parameters that these activate."""
        values: Values = {one.path: value}
        condition = one.condition
        while condition is not None:
            parent = next(other for other in self.space.parameters if other.path == condition.path)
            values = {parent.path: parent.options[condition.index], **values}
            condition = parent.condition
        return self._filled(values)

    def _filled(self, values: Values) -> Values:
        """Return the values, with one for each parameter that they activate."""
        filled = dict(values)
        pending = list(filled)
        for path in pending:
            for other in self.space.depending_on(path, filled[path]):
                if other.path not in filled:
                    own = config_value(self.config, other.path)
                    filled[other.path] = _probed(other)[0] if own is MISSING else own
                    pending.append(other.path)
        return filled

    def _tried(self, values: Values) -> list[Problem]:
        return self._problems_of(lambda: put_values(self.config, values))

    def _problems_of(self, document: Callable[[], Document]) -> list[Problem]:
        try:
            made = from_document(document())
        except ConfigError as error:
            return list(error.problems)
        known = columns(made.experiment, made.experiment.data.known_schema)
        if self.metric is None or known is None or self.metric in known:
            return []
        message = f"such a trial has no metric `{self.metric}`, the objective"
        return [Problem(message, ("train", "metrics"), "keep the metric in every value")]

    def _is_well_formed(self, values: Values) -> bool:
        """Return whether every option is valid by itself, so that only rules between options are broken."""
        try:
            validated(put_values(self.config, values))
        except ConfigError:
            return False
        return True

    def _rescued(self, one: Parameter, values: Values) -> bool:
        """Return whether a value of another parameter makes the config valid."""
        for other in self.space.parameters:
            is_active = other.condition is None or other.path in values
            if not is_active or f"{one.path}.".startswith(f"{other.path}."):
                continue
            for value in _probed(other):
                if next(self.attempts, None) is None:
                    return False
                if not self._tried(self._filled({**self._setting(other, value), **values, other.path: value})):
                    return True
        return False

    def _at_value(self, one: Written, number: int, values: Values, found: list[Problem]) -> Iterator[Problem]:
        """Yield the problems at the place of the value; those of another value that was put are reported there."""
        for problem in found:
            culprit = problem.span.file if problem.span and problem.span.line == 0 else ""
            rest = problem.path[one.depth + 1 :]
            if culprit not in values:
                message = f"`{dotted(problem.path)}`: {problem.message}"
                yield replace(problem, message=message, path=one.value_at(number), span=None, on_key=False)
            elif culprit == one.parameter.path and len(problem.path) <= one.depth:
                help = _whole_path(one, problem)
                yield replace(problem, path=one.at, span=self._in_key(one, problem.span), on_key=True, help=help)
            elif culprit == one.parameter.path and not rest and problem.on_key:
                yield replace(problem, path=one.at, span=None, help=_whole_path(one, problem))
            elif culprit == one.parameter.path and one.parameter.kind == "float" and "whole number" in problem.message:
                yield replace(problem, path=(*one.at, "float"), span=None, on_key=True, help="write `int`")
            elif culprit == one.parameter.path:
                help = _only_value(one, problem.help)
                yield replace(problem, path=(*one.value_at(number), *rest), span=None, help=help)

    def _in_key(self, one: Written, place: Span | None) -> Span | None:
        """Return the place of a part of a path that is written as one key."""
        key = self.config.document.keys.get(one.at)
        if key is None or place is None or place.column > len(one.parameter.path):
            return None
        first = next((n for n in (key.column - 1, key.column) if key.source.startswith(one.parameter.path, n)), None)
        return None if first is None else replace(key, column=first + place.column, width=place.width)


def _whole_path(one: Written, problem: Problem) -> str:
    """Return the help for a name in a path that is written as one key: the whole path."""
    parts = one.parameter.path.split(".")
    meant = re.fullmatch(r"write `(\w+)`", problem.help)
    if one.inside or meant is None or one.at[-1] != one.parameter.path or len(problem.path) > len(parts):
        return problem.help
    parts[len(problem.path) - 1] = meant[1]
    return f"write `{'.'.join(parts)}`"


def _only_value(one: Written, help: str) -> str:
    """Return the help for a value of a search where only another one is right."""
    right = re.match(r"write `(\w+): ([^`]*)`", help)
    if right is None or right[1] != one.parameter.path.rpartition(".")[2]:
        return help
    return (
        f"write `{right[2]}`" if one.parameter.kind == "choice" else f"remove the parameter: only `{right[2]}` is right"
    )


def _once(one: Written, found: list[list[Problem]]) -> Iterator[Problem]:
    """Yield each problem once: one that every value has is a problem of the parameter."""
    reported: set[str] = set()
    for problem in (problem for problems in found for problem in problems):
        everywhere = all(any(other.message == problem.message for other in problems) for problems in found)
        about_path = problem.path == one.at
        name = "path" if about_path else problem.message
        if name in reported:
            continue
        if everywhere or about_path:
            reported.add(name)
        yield replace(problem, path=one.at, on_key=True) if everywhere and not about_path else problem


def _probed(one: Parameter) -> tuple[Any, ...]:
    """Return the values of a parameter that are tried: every option, or both ends."""
    return (one.low, one.high) if one.kind in ("int", "float") else one.options
