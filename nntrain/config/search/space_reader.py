"""From the mapping `tune.space` to parameters, each with the place where it is written.

A parameter may be inside an option of a choice (`{SGD: {momentum: {float: [0.5, 0.9]}}}`), or below the path of a
choice (`train.optimizer.SGD.momentum`). Both exist only while such an option is chosen. Where several options name
`SGD`, there is one parameter for each, of the same path and with a condition of its own.
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
from nntrain.errors import Path, Problem

SPACE: Path = ("tune", "space")


@dataclass(frozen=True)
class Written:
    """A parameter, where its form is written, and whether that is inside an option of a choice."""

    parameter: Parameter
    at: Path
    inside: bool = False

    @property
    def depth(self) -> int:
        """The number of points in its path."""
        return self.parameter.path.count(".")

    def value_at(self, number: int) -> Path:
        """Where option `number`, or the low or the high end, is written."""
        kind = self.parameter.kind
        return self.at if kind == "bool" else (*self.at, kind, number)


@dataclass
class Reader:
    """Collects parameters and problems."""

    found: list[Written] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def read(self, space: Mapping[str, Any]) -> None:
        """Reads all parameters; those that are wrong are left out and told."""
        for path, at, form in _flat(space, "", SPACE):
            self._add(path, form, at, None)
        as_written = [one.at for one in self.found]
        apart = sorted((one for one in self.found if not one.inside), key=lambda one: one.depth)
        self.found = [one for one in self.found if one.inside]
        for one in apart:
            self._place(one)
        self._refuse_overlaps()
        self._refuse_shared_parents()
        self.found.sort(key=lambda one: as_written.index(one.at))

    def _add(self, path: str, form: Any, at: Path, condition: Condition | None) -> None:
        problems = list(parameter_syntax.problems(form, at))
        self.problems += problems
        if problems:
            return
        one = replace(parameter_syntax.parameter(path, form), condition=condition)
        if one.kind == "choice":
            plain = tuple(self._plain(one, number, at) for number in range(len(one.options)))
            one = replace(one, options=plain)
            self.problems += _repeated_options(one, (*at, "choice"))
        self.found.append(Written(one, at, condition is not None))

    def _plain(self, choice: Parameter, number: int, at: Path) -> Any:
        """An option with its inner parameters taken out and added."""
        condition = Condition(choice.path, number)
        return self._without(choice.options[number], choice.path, (*at, "choice", number), condition)

    def _without(self, value: Any, path: str, at: Path, condition: Condition) -> Any:
        if isinstance(value, Mapping):
            return {
                key: self._without(item, f"{path}.{key}", (*at, key), condition)
                for key, item in value.items()
                if not self._taken(item, f"{path}.{key}", (*at, key), condition)
            }
        if isinstance(value, list):
            return [
                None if self._taken(item, f"{path}.{n}", (*at, n), condition)
                else self._without(item, f"{path}.{n}", (*at, n), condition)
                for n, item in enumerate(value)
            ]  # fmt: skip
        return value

    def _taken(self, item: Any, path: str, at: Path, condition: Condition) -> bool:
        if parameter_syntax.is_form(item):
            self._add(path, item, at, condition)
            return True
        return False

    def _place(self, one: Written) -> None:
        """Adds a parameter that is written apart, under the options that name it where it is below a choice."""
        path = one.parameter.path
        holders = _holders(path, self.found)
        reached = [
            (Condition(holder.parameter.path, number), _reach(option, _rest(path, holder.parameter.path)))
            for holder in holders
            for number, option in enumerate(holder.parameter.options)
        ]
        for condition, how in reached:
            if how == "fixed":
                message = f"value {condition.index} of the choice `{condition.path}` says what `{path}` is already"
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
        """One path has one parameter, for each option that it depends on."""
        seen: dict[tuple[str, Condition | None], Written] = {}
        known = {one.parameter.path for one in self.found}
        for one in self.found:
            condition = one.parameter.condition
            if condition is not None and condition.path not in known:
                continue  # the choice that it is inside has been refused
            first = seen.setdefault((_folded(one.parameter.path), condition), one)
            above = _holders(one.parameter.path, self.found)
            if first is not one:
                message = f"`{one.parameter.path}` has a parameter already"
                self.problems.append(Problem(message, one.at, "keep one of the two", on_key=True))
            elif above and (condition is None or above[0].parameter.path != condition.path):
                message = f"`{one.parameter.path}` is below the choice `{above[0].parameter.path}`, which replaces it"
                self.problems.append(
                    Problem(message, one.at, "write it inside the options of that choice", on_key=True)
                )

    def _refuse_shared_parents(self) -> None:
        """A condition names its choice by the path, so that a path with two choices cannot have parameters below."""
        count = Counter(one.parameter.path for one in self.found)
        parents = {one.parameter.condition.path for one in self.found if one.parameter.condition}
        for one in self.found:
            path = one.parameter.path
            if count[path] > 1 and path in parents:
                message = f"`{path}` is a choice in several options, so nothing can depend on it"
                help = "write its values in full, or keep it in one option"
                self.problems.append(Problem(message, one.at, help, on_key=True))

    def ordered(self) -> list[Written]:
        """The parameters, each after the choice that it depends on."""
        return sorted(self.found, key=lambda one: 0 if one.parameter.condition is None else one.depth)


def _flat(space: Mapping[str, Any], path: str, at: Path) -> Iterator[tuple[str, Path, Any]]:
    """Every parameter with its dotted path; the parts of a path may be mappings inside each other."""
    for key, form in space.items():
        here = f"{path}.{key.strip()}" if path else key.strip()
        if (
            isinstance(form, Mapping)
            and form
            and not parameter_syntax.is_form(form)
            and not parameter_syntax.is_typo(form)
        ):
            yield from _flat(form, here, (*at, key))
        else:
            yield here, (*at, key), form


def _repeated_options(choice: Parameter, at: Path) -> Iterator[Problem]:
    for number, option in enumerate(choice.options):
        first = choice.index(option)
        if first is not None and first != number:
            message = f"value {number} of the choice is value {first} again"
            mapping = isinstance(option, Mapping)
            help = "write one of the two, with all that may differ inside" if mapping else "remove one of the two"
            yield Problem(message, (*at, number), help)


def _holders(path: str, found: Iterable[Written]) -> list[Written]:
    """The choices of the longest path that the path is below."""
    above = [one for one in found if one.parameter.kind == "choice" and _folded(path).startswith(_below(one))]
    longest = max((len(_below(one)) for one in above), default=0)
    return [one for one in above if len(_below(one)) == longest]


def _below(one: Written) -> str:
    return f"{_folded(one.parameter.path)}."


def _folded(path: str) -> str:
    """The path in one spelling: `sgd` and `SGD` are one name."""
    return path.lower().replace("_", "")


def _rest(path: str, above: str) -> list[str]:
    return path.split(".")[above.count(".") + 1 :]


def _reach(option: Any, rest: list[str], above: str = "") -> Literal["free", "fixed", "other"]:
    """Whether the rest of a path can be put into an option, is there already, or is about something else."""
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
    names = [
        next(iter(option)) if isinstance(option, Mapping) and option else option for option in choice.parameter.options
    ]
    shown = [str(name) for name in names if isinstance(name, (str, int, float))]
    message = f"no value of the choice `{above}` is `{name}`"
    help = f"its values are {listed(shown)}" if shown else "write the parameter inside the choice"
    return Problem(message, one.at, help, on_key=True)
