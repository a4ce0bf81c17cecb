"""A value for a path of a config, and its way into the tree."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nntrain.document.yaml_parser import MAX_DEPTH, Parser
from nntrain.errors import ConfigError, Path, Problem, Span, dotted

SpelledOut = Callable[[str, Any], Mapping[str, Any] | None]
"""Takes a name and a bare scalar, and returns the options that the scalar means, or None."""


@dataclass(frozen=True)
class Assignment:
    """A value for a dotted path, the text that messages show of it, and the places of keys and values in that text."""

    text: str
    name: str
    value: Any = None
    values: Mapping[Path, Span] = field(default_factory=dict)
    keys: Mapping[Path, Span] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> "Assignment":
        """Parse `path=value`, whose value is YAML; raises ConfigError with the place of the fault."""
        name, equals, value = text.partition("=")
        given = cls(text, name)
        if not equals or not name.strip():
            known = re.fullmatch(r"([\w.-]+)(?::\s*|\s+)(\S+)", text.strip())
            help = f"write `{known[1]}={known[2]}`" if known and "`" not in text else "write `train.epochs=5`"
            raise given.error(given.span(1, len(text)), "`--set` takes `path=value`", help)
        if len(given.parts) > MAX_DEPTH:
            message = f"the path has {len(given.parts):,} parts, but a config has at most {MAX_DEPTH} levels"
            raise given.error(given.span(1, len(name)), message, "write a path such as `train.epochs`")
        if not all(given.parts):
            help = f"write `{'.'.join(str(part) for part in given.parts if part) or 'train.epochs'}`"
            raise given.error(given.span(1, len(name)), "the path has an empty part", help)
        parser = Parser(value, text)
        try:
            tree = parser.run()
            if parser.problems:
                raise ConfigError(problems=parser.problems)
        except ConfigError as error:
            first = error.problems[0]
            raise given.error(given.shifted(first.span), first.message, first.help) from None
        return replace(given, value=tree, values=parser.values, keys=parser.keys)

    @property
    def parts(self) -> Path:
        """The parts of the path, all of them text."""
        return tuple(self.name.strip().split("."))

    def span(self, column: int, width: int) -> Span:
        """Return a stretch of the text; line 0 means that it is not in a file."""
        return Span(self.name.strip() or self.text, 0, column, max(1, width), self.text)

    def part(self, index: int) -> Span:
        """Return the place of a part of the path."""
        before = sum(len(str(part)) + 1 for part in self.parts[:index])
        return self.span(len(self.name) - len(self.name.lstrip()) + before + 1, len(str(self.parts[index])))

    def whole_value(self) -> Span:
        """Return the place of the value."""
        return self.span(len(self.name) + 2, len(self.text) - len(self.name) - 1)

    def shifted(self, place: Span | None) -> Span:
        """Return a place in the value as a place in the text."""
        if place is None or place.line > 1:
            return self.whole_value()
        return self.span(place.column + len(self.name) + 1, place.width)

    def error(self, place: Span, message: str, help: str, path: Path = ()) -> ConfigError:
        """Return the error at a place of the text."""
        return ConfigError(problems=[Problem(message, path, help, place)])


@dataclass(frozen=True)
class Change:
    """A value on its way into a tree."""

    given: Assignment
    spelled_out: SpelledOut | None

    def replaced(self, tree: Any, rest: Path, done: Path) -> tuple[Any, Path]:
        """Return a copy of the tree with the value at the path, and the path with list positions as integers."""
        if not rest:
            return self.given.value, done
        key = str(rest[0])
        if isinstance(tree, list):
            index = self._index(tree, key, done)
            new, way = self.replaced(tree[index], rest[1:], (*done, index))
            return [*tree[:index], new, *tree[index + 1 :]], way
        mapping = self._mapping(tree, key, done)
        key, rest = _with_points(mapping, rest)
        new, way = self.replaced(mapping.get(key), rest, (*done, key))
        return {**mapping, key: new}, way

    def _index(self, tree: list[Any], key: str, done: Path) -> int:
        if key.isdecimal() and len(key) < 10 and int(key) < len(tree):
            return int(key)
        if not done:
            raise self._error(f"the config is a list; it has no `{key}`", "begin it with `data: ...`", done)
        if not tree:
            help = f"set `{dotted(done)}=[...]` as a whole"
            raise self._error(f"`{dotted(done)}` is empty, so it has no item `{key}`", help, done)
        last = len(tree) - 1
        message = f"`{dotted(done)}` is a list of {last + 1} item{'s' if last else ''}, none of them is `{key}`"
        raise self._error(message, f"write a position from `0` to `{last}`" if last else "write `0`", done)

    def _mapping(self, tree: Any, key: str, done: Path) -> Mapping[str, Any]:
        if tree is None or same_name(tree, key):
            return {}
        if isinstance(tree, dict):
            return named_alike(tree, key)
        options = self.spelled_out(str(done[-1]), tree) if self.spelled_out and done else None
        if options is not None:
            return options
        if not done:
            raise self._error(f"the config is `{tree}`; it has no `{key}`", "begin it with `data: ...`", done)
        whole = dotted(done)
        help = f"set `{whole}={{{key}: ...}}` as a whole" if isinstance(tree, str) else f"set `{whole}` itself"
        raise self._error(f"`{whole}` is `{tree}`; it has no `{key}`", help, done)

    def _error(self, message: str, help: str, done: Path) -> ConfigError:
        return self.given.error(self.given.part(len(done)), message, help, done)


def _with_points(mapping: Mapping[str, Any], rest: Path) -> tuple[str, Path]:
    """Return the first key of the path, and what follows it; a key of `tune.space` is itself a path with points."""
    joined = [(".".join(str(part) for part in rest[:end]), rest[end:]) for end in range(len(rest), 0, -1)]
    return next((found for found in joined if found[0] in mapping), joined[-1])


def named_alike(tree: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the mapping, with its one name spelled like the key if only the spelling differs (`sgd`, `SGD`)."""
    name = next(iter(tree), "")
    return {key: tree[name]} if len(tree) == 1 and name != key and same_name(name, key) else tree


def same_name(one: Any, other: str) -> bool:
    """Return whether two names differ in Keras's two spellings only, such as `HeNormal` and `he_normal`."""
    return isinstance(one, str) and one.lower().replace("_", "") == other.lower().replace("_", "")
