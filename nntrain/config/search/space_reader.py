"""Reads the mapping `tune.space` into parameters, each with the place where it is written.

A parameter may be inside an option of a choice (`{SGD: {momentum: {float: [0.5, 0.9]}}}`), or below the path of a
choice (`train.optimizer.SGD.momentum`). Both are active only while such an option is chosen. Where several options name
`SGD`, each has a parameter with the same path and another condition.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from nntrain.config.messages import listed
from nntrain.config.named import is_name, spelled_out
from nntrain.config.search import parameter_syntax
from nntrain.config.search.space import Condition, Parameter
from nntrain.document.assignment import same_name
from nntrain.document.yaml_parser import MAX_DEPTH
from nntrain.errors import Path, Problem

SPACE: Path = ("tune", "space")


@dataclass(frozen=True)
class Written:
    """A parameter, the place of its form, and whether that is inside an option of a choice."""

    parameter: Parameter
    at: Path
    inside: bool

    @property
    def depth(self) -> int:
        return self.parameter.path.count(".")

    def value_at(self, number: int) -> Path:
        """Return the place of option `number`, or of the low or the high end."""
        kind = self.parameter.kind
        return self.at if kind == "bool" else (*self.at, kind, number)


@dataclass
class Reader:
    """Collects parameters and problems."""

    found: list[Written] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def read(self, space: Mapping[str, Any]) -> None:
        """Read all parameters; an invalid one becomes a problem."""
        for path, at, form in _flat(space, "", SPACE):
            self._add(path, form, at, None)
        as_written = {one.at: number for number, one in reversed(list(enumerate(self.found)))}
        separate = sorted((one for one in self.found if not one.inside), key=lambda one: one.depth)
        self.found = [one for one in self.found if one.inside]
        choices = _Choices(self.found)
        for one in separate:
            before = len(self.found)
            self._add_separate(one, choices.above(one.parameter.path))
            choices.add(self.found[before:])
        self._refuse_overlaps()
        self._refuse_shared_parents()
        self.found.sort(key=lambda one: as_written[one.at])

    def _add(self, path: str, form: Any, at: Path, condition: Condition | None) -> None:
        problems = list(parameter_syntax.problems(form, at))
        if (depth := path.count(".") + 1) > MAX_DEPTH:
            message = f"the path has {depth:,} parts, but a config has at most {MAX_DEPTH} levels"
            problems = [Problem(message, at, "write a path such as `train.batch_size`", on_key=True)]
        self.problems += problems
        if problems:
            return
        one = replace(parameter_syntax.parameter(path, form), condition=condition)
        if one.kind == "choice":
            options = list(one.options)
            for number, option in enumerate(options):
                options[number] = self._take_inner(option, path, (*at, "choice", number), Condition(path, number))
            one = replace(one, options=tuple(options))
            self.problems += _repeated_options(one, (*at, "choice"))
        self.found.append(Written(one, at, condition is not None))

    def _take_inner(self, value: Any, path: str, at: Path, condition: Condition) -> Any:
        """Add the parameters inside a value; return the value without them, in a list with None in their place."""
        if not isinstance(value, (Mapping, list)):
            return value
        kept: dict[Any, Any] = {}
        for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            if parameter_syntax.is_form(item):
                self._add(f"{path}.{key}", item, (*at, key), condition)
            else:
                kept[key] = self._take_inner(item, f"{path}.{key}", (*at, key), condition)
        return kept if isinstance(value, Mapping) else [kept.get(number) for number in range(len(value))]

    def _add_separate(self, one: Written, holders: list[Written]) -> None:
        """Add a parameter that is not inside an option; below a choice, one for each option that names it."""
        path = one.parameter.path
        reached = [
            (Condition(holder.parameter.path, number), _reach(option, _rest(path, holder.parameter.path)))
            for holder in holders
            for number, option in enumerate(holder.parameter.options)
        ]
        for condition, how in reached:
            if how == "fixed":
                message = f"value {condition.index} of the choice `{condition.path}` sets `{path}` already"
                self.problems.append(Problem(message, one.at, "remove it there, or remove this parameter", on_key=True))
                return
        if holders and not any(how == "free" for _, how in reached):
            self.problems.append(_not_named(one, holders[0]))
        elif holders:
            copies = [replace(one.parameter, condition=condition) for condition, how in reached if how == "free"]
            self.found += [replace(one, parameter=copy) for copy in copies]
        else:
            self.found.append(one)

    def _refuse_overlaps(self) -> None:
        """Refuse a second parameter of a path under one condition, and one that a choice above replaces."""
        seen: dict[tuple[str, Condition | None], Written] = {}
        known, choices = {one.parameter.path for one in self.found}, _Choices(self.found)
        for one in self.found:
            condition = one.parameter.condition
            if condition is not None and condition.path not in known:
                continue  # the choice that it is inside has been refused
            first = seen.setdefault((_folded(one.parameter.path), condition), one)
            above = choices.above(one.parameter.path)
            if first is not one:
                message = f"`{one.parameter.path}` has a parameter already"
                self.problems.append(Problem(message, one.at, "keep one of the two", on_key=True))
            elif above and (condition is None or above[0].parameter.path != condition.path):
                message = f"`{one.parameter.path}` is below the choice `{above[0].parameter.path}`, which replaces it"
                help = "write it inside the options of that choice"
                self.problems.append(Problem(message, one.at, help, on_key=True))

    def _refuse_shared_parents(self) -> None:
        """Refuse parameters below a path with two choices: a condition names its choice by the path."""
        count = Counter(one.parameter.path for one in self.found)
        parents = {one.parameter.condition.path for one in self.found if one.parameter.condition}
        for one in self.found:
            path = one.parameter.path
            if count[path] > 1 and path in parents:
                message = f"`{path}` is a choice in several options, so nothing can depend on it"
                help = "write its values in full, or keep it in one option"
                self.problems.append(Problem(message, one.at, help, on_key=True))

    def ordered(self) -> list[Written]:
        """Return the parameters, each after the choice that it depends on."""
        return sorted(self.found, key=lambda one: 0 if one.parameter.condition is None else one.depth)


def _flat(space: Mapping[str, Any], path: str, at: Path) -> Iterator[tuple[str, Path, Any]]:
    """Yield every parameter with its dotted path; the parts of a path may be nested mappings."""
    for key, form in space.items():
        here = f"{path}.{key.strip()}" if path else key.strip()
        written = parameter_syntax.is_form(form) or parameter_syntax.is_typo(form)
        if isinstance(form, Mapping) and form and not written:
            yield from _flat(form, here, (*at, key))
        else:
            yield here, (*at, key), form


def _repeated_options(choice: Parameter, at: Path) -> Iterator[Problem]:
    for number, option in enumerate(choice.options):
        first = choice.index(option)
        if first is not None and first != number:
            message = f"value {number} of the choice repeats value {first}"
            inside = "keep one of the two, with what differs as a parameter inside"
            help = inside if isinstance(option, Mapping) else "remove one of the two"
            yield Problem(message, (*at, number), help)


class _Choices:
    """The choices by their paths in one spelling."""

    def __init__(self, found: Iterable[Written]) -> None:
        self.by_path: dict[str, list[Written]] = {}
        self.add(found)

    def add(self, found: Iterable[Written]) -> None:
        for one in found:
            if one.parameter.kind == "choice":
                self.by_path.setdefault(_folded(one.parameter.path), []).append(one)

    def above(self, path: str) -> list[Written]:
        """Return the choices that the path is directly below: those of the longest path."""
        parts = _folded(path).split(".")
        paths = (".".join(parts[:end]) for end in range(len(parts) - 1, 0, -1))
        return next((self.by_path[above] for above in paths if above in self.by_path), [])


def _folded(path: str) -> str:
    """Return the path in one spelling: `sgd` and `SGD` are the same name."""
    return path.lower().replace("_", "")


def _rest(path: str, above: str) -> list[str]:
    return path.split(".")[above.count(".") + 1 :]


def _reach(option: Any, rest: list[str], above: str = "") -> Literal["free", "fixed", "other"]:
    """Return whether the rest of a path can be put into an option, is in it already, or belongs to another one."""
    if not rest:
        return "fixed"
    key = rest[0]
    if same_name(option, key):
        return "free"
    if isinstance(option, list):
        known = key.isdecimal() and int(key) < len(option)
        return _reach(option[int(key)], rest[1:]) if known else "other"
    if not isinstance(option, Mapping):
        option = spelled_out(above, option)
    if option is None:
        return "other"
    name = next((name for name in option if same_name(name, key)), None)
    if name is not None:
        return "free" if option[name] is None and rest[1:] else _reach(option[name], rest[1:], name)
    named = len(option) == 1 and (is_name(next(iter(option))) or key[:1].isupper())
    return "other" if named else "free"


def _not_named(one: Written, choice: Written) -> Problem:
    path, above = one.parameter.path, choice.parameter.path
    name = _rest(path, above)[0]
    options = choice.parameter.options
    names = [next(iter(option)) if isinstance(option, Mapping) and option else option for option in options]
    shown = [str(name) for name in names if isinstance(name, (str, int, float))]
    message = f"no value of the choice `{above}` is `{name}`"
    help = f"its values are {listed(shown)}" if shown else "write the parameter inside the choice"
    return Problem(message, one.at, help, on_key=True)
