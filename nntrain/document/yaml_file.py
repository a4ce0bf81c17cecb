"""A config as text and as a tree of plain values: read it, put a value at a path, write it."""

import codecs
import contextlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

import yaml

from nntrain.document.assignment import Assignment, Change, SpelledOut, named_alike
from nntrain.document.yaml_parser import FLOAT, INTEGER, Parser
from nntrain.errors import ConfigError, Path, Problem, Span
from nntrain.nearest import entries, near_path

MAX_BYTES = 1_000_000
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SHORT = 10_000  # letters that cannot be nested so deeply that the stack ends
_ANCHOR = re.compile(r"[&*]\w")
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Document:
    """A config as it was read: its values, the place of each, the problems of the text itself, and its bytes."""

    tree: Any
    file: str
    values: dict[Path, Span] = field(default_factory=dict)
    keys: dict[Path, Span] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    lost: tuple[Path, ...] = ()  # with values that were refused; other problems there would repeat them
    data: bytes = b""  # of the file, which may be a pipe that can be read once only
    warnings: tuple[Problem, ...] = ()
    before: tuple[tuple[str, "Document"], ...] = ()  # each text of `assign`, with the document that it was put into

    def locate(self, problem: Problem) -> Problem:
        """Return the problem with the place of its path, or of the nearest path above it that the text has."""
        if problem.span is not None:
            return problem
        path = self._as_written(problem.path)
        for end in range(len(path), -1, -1):
            if span := self._place(path[:end], problem.on_key, end < len(path)):
                return replace(problem, span=span)
        return problem

    def in_order(self, problems: Iterable[Problem]) -> list[Problem]:
        """Return the problems with their places, in the order of the file, each once."""
        located = {self.locate(problem): None for problem in problems}
        return sorted(located, key=lambda found: (found.span.line, found.span.column) if found.span else (0, 0))

    def _as_written(self, path: Path) -> Path:
        """Return the path with names as the file writes them: `sgd` for `SGD`."""
        written: list[str | int] = []
        for part in path:
            found = self.value(tuple(written))
            alike = named_alike(found, part) if isinstance(found, dict) and isinstance(part, str) else {}
            written.append(part if not alike or alike is found else next(iter(found)))
        return tuple(written)

    def _place(self, at: Path, on_key: bool, above: bool) -> Span | None:
        """Return the place of a value or its key; above the path that is meant, of a bare scalar or else of a key."""
        if above:
            bare = self.value(at)
            on_key = isinstance(bare, dict) or (on_key and not isinstance(bare, str))
        elif not on_key and (span := self._below_by_hand(at)):
            return span
        first, second = (self.keys, self.values) if on_key else (self.values, self.keys)
        return first.get(at) or second.get(at)

    def _below_by_hand(self, at: Path) -> Span | None:
        """Return the place of what was put below a value of the file."""
        if (span := self.values.get(at)) is not None and span.line == 0:
            return span
        return self._keys_by_hand.get(at)

    @cached_property
    def _keys_by_hand(self) -> dict[Path, Span]:
        """The first key that was put below each path."""
        found = [(path[:-1], span) for path, span in self.keys.items() if path and span.line == 0]
        return dict(reversed(found))

    def value(self, path: Path) -> Any:
        """Return the value at a path, or None."""
        found = self.tree
        for part in path:
            if isinstance(found, dict):
                found = found.get(str(part))
            else:
                known = isinstance(found, list) and isinstance(part, int) and part < len(found)
                found = found[part] if known else None
        return found

    def set_by_hand(self, path: Path) -> bool:
        """Return whether the value was put, and is not that of the file."""
        return any(span.line == 0 for end in range(len(path) + 1) if (span := self.values.get(path[:end])) is not None)


def read(file: str | FilePath) -> Document:
    """Read a YAML file; raises ConfigError if its text cannot be parsed."""
    data = _bytes(FilePath(file))
    return replace(parse(_decode(data, str(file)), str(file)), data=data)


def parse(text: str, file: str) -> Document:
    """Parse YAML text; `file` is its name in messages. Raises ConfigError for text without a value."""
    parser = Parser(text, file)
    tree = parser.run()
    if tree is None and not parser.problems:
        help = "begin with `data: ...` and `model: ...`"
        raise ConfigError(problems=[Problem("the file is empty", span=Span(file, 1, 1, 1, ""), help=help)])
    problems, lost = tuple(parser.problems), tuple(parser.lost)
    return Document(tree, file, parser.values, parser.keys, problems, lost, data=text.encode())


def written(text: str, file: str) -> Any:
    """Return the values of a config that nntrain has written, in a seventh of the time of `parse`, without places.

    A large text, or one with an anchor, which a reader in C may not survive, is parsed. Raises ConfigError as `parse`.
    """
    if len(text) <= _SHORT and not _ANCHOR.search(text):
        with contextlib.suppress(yaml.YAMLError, RecursionError, ValueError):
            return yaml.load(text, _FAST)  # noqa: S506  # a safe loader
    return parse(text, file).tree


def _bytes(file: FilePath) -> bytes:
    try:
        with open(file, "rb", opener=_opened_at_once) as opened:
            data = opened.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(f"there is no file `{file}`", help=near_path(file, suffixes=(".yaml", ".yml"))) from None
    except IsADirectoryError:
        raise ConfigError(f"`{file}` is a folder", help=_configs_in(file)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"`{file}` cannot be read: {reason}", help="give the path of a YAML file") from None
    if len(data) > MAX_BYTES:
        message = f"`{file}` is larger than {MAX_BYTES:,} bytes"
        raise ConfigError(message, help="give a config; put data in a separate file")
    return data


def _configs_in(folder: FilePath) -> str:
    """Return the help for a folder in place of a config."""
    names = [name for name in entries(folder) or () if name.endswith((".yaml", ".yml"))]
    few = " or ".join(f"`{folder / name}`" for name in names[:3])
    return f"write {few}" if few else "give the path of a YAML file"


def _opened_at_once(file: str, flags: int) -> int:
    """Open a file; a named pipe that nobody writes is empty, where one would wait for its writer without an end."""
    descriptor = os.open(file, flags | getattr(os, "O_NONBLOCK", 0))
    if hasattr(os, "set_blocking"):
        os.set_blocking(descriptor, True)
    return descriptor


def _decode(data: bytes, file: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\0" in data and data[:2] not in _UTF_16:
            raise ConfigError(f"`{file}` is not text", help="give the path of a YAML file") from None
        line = data.count(b"\n", 0, error.start) + 1
        begin = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[begin : error.start].decode("utf-8", "replace")) + 1
        place = Span(file, line, column, 1, data.split(b"\n")[line - 1].decode("utf-8", "replace"))
        found = Problem("the file is not UTF-8 text", span=place, help="save the file as UTF-8")
        raise ConfigError(problems=[found]) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def assign(document: Document, text: str, spelled_out: SpelledOut | None = None) -> Document:
    """Return the document with `path=value` applied as by `put`; raises ConfigError with the place in the text."""
    put = _put(document, Assignment.read(text), spelled_out)
    return replace(put, before=(*document.before, (text, document)))


def put(document: Document, path: str, value: Any, spelled_out: SpelledOut | None = None) -> Document:
    """Return the document with the value at the dotted path; raises ConfigError for a path that does not exist.

    A bare name on the way becomes a mapping (`optimizer: SGD` and `train.optimizer.SGD.momentum`), and so does a bare
    scalar for which `spelled_out` returns options (`Dropout: 0.5` and `model.0.Dropout.seed`). A missing mapping is
    created; a missing item of a list is an error.
    """
    return _put(document, Assignment(f"{path}={inline(value)}", path, value), spelled_out)


def _put(document: Document, given: Assignment, spelled_out: SpelledOut | None) -> Document:
    tree, path = Change(given, spelled_out).replaced(document.tree, given.parts, ())
    below = {(*path, *at): given.shifted(place) for at, place in given.values.items()}
    keys = {(*path, *at): given.shifted(place) for at, place in given.keys.items()}
    joined = len(given.parts) - len(path)  # the number of points inside a key
    above = {path[:end]: given.part(end - 1 + joined) for end in range(1, len(path)) if path[:end] not in document.keys}
    return replace(
        document,
        tree=tree,
        values={**_outside(document.values, path), **below, path: given.whole_value()},
        keys={**_outside(document.keys, path), **above, **keys, path: given.part(len(given.parts) - 1)},
        problems=tuple(problem for problem in document.problems if problem.path[: len(path)] != path),
        lost=tuple(at for at in document.lost if at[: len(path)] != path),
    )


def _outside(places: dict[Path, Span], path: Path) -> dict[Path, Span]:
    depth = len(path)
    return {at: place for at, place in places.items() if at[:depth] != path}


class _Dumper(yaml.SafeDumper):
    """A dumper whose text `parse` reads back as the same value."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def check_simple_key(self) -> bool:
        """Return whether a key is written without `? `, which PyYAML puts before an empty one too."""
        return super().check_simple_key() or getattr(self.event, "value", None) == ""


def _represent_str(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if set(text) & set("\x85\u2028\u2029") else None  # else they would be written as line ends
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_float(dumper: yaml.SafeDumper, number: float) -> yaml.ScalarNode:
    special = {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}
    return dumper.represent_scalar("tag:yaml.org,2002:float", special.get(repr(number), repr(number)))


_Dumper.add_representer(str, _represent_str)
_Dumper.add_representer(float, _represent_float)
for _tag, _pattern in (("int", INTEGER), ("float", FLOAT)):  # beside those of YAML 1.1, for which `1e-05` is text
    _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern.pattern})$"), None)


def dump(tree: Any) -> str:
    """Return the tree as YAML text, innermost collections on one line."""
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False, default_flow_style=None, allow_unicode=True, width=120)


def inline(value: Any) -> str:
    """Return the value as YAML on one line."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, default_flow_style=True, allow_unicode=True, width=10**9)
    return text.removesuffix("\n").removesuffix("\n...")
