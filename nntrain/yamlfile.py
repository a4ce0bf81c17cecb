"""Text to a tree of plain values, with the place of every key and value.

YAML 1.2 scalars (`1e-3` is a number, `no` a string). What makes configs surprising is refused: repeated keys,
anchors, aliases, merge keys, tags, several documents. PyYAML's parser delivers events without recursion, so depth
is limited before anything is built.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

import yaml

from nntrain.errors import ConfigError, Path, Problem, Span, dotted

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_DIGITS = 40

_NULL = re.compile(r"|~|null|Null|NULL")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True)
class Document:
    """A config as it was read: its values, the place of each, and what is wrong with the text itself."""

    tree: Any
    file: str
    values: dict[Path, Span] = field(default_factory=dict)
    keys: dict[Path, Span] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def locate(self, problem: Problem) -> Problem:
        """The problem with the place of its path, or of the nearest thing above it that the text holds."""
        if problem.span is not None:
            return problem
        for end in range(len(problem.path), -1, -1):
            at = problem.path[:end]
            on_key = problem.on_key or end < len(problem.path)
            first, second = (self.keys, self.values) if on_key else (self.values, self.keys)
            if span := first.get(at) or second.get(at):
                return replace(problem, span=span)
        return problem

    def set_by_hand(self, path: Path) -> bool:
        """Whether the value came from `--set` and not from the file."""
        return any(span.line == 0 for end in range(len(path) + 1) if (span := self.values.get(path[:end])) is not None)


def read(file: str | FilePath) -> Document:
    """Reads a YAML file; raises ConfigError when there is no text in it that can be parsed."""
    return parse(_text(FilePath(file)), str(file))


def parse(text: str, file: str) -> Document:
    """Parses YAML text; `file` is the name that messages print. Raises ConfigError for text without a value."""
    document = _Builder(text, file).document()
    if document.tree is None and not document.problems:
        place = Span(file, 1, 1, 1, text.partition("\n")[0])
        help = "a config begins with `data:` and `model:`"
        raise ConfigError(problems=[Problem("the file is empty", span=place, help=help)])
    return document


def scalar(text: str) -> Any:
    """The value of a plain scalar by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema)."""
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    return text


def _text(file: FilePath) -> str:
    try:
        if file.stat().st_size > MAX_BYTES and file.is_file():
            raise ConfigError(f"`{file}` is larger than {MAX_BYTES:,} bytes", help="is it really a config?")
        data = file.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"there is no file `{file}`", help=_similar_files(file)) from None
    except IsADirectoryError:
        raise ConfigError(f"`{file}` is a directory", help="give the path of a YAML file") from None
    except OSError as error:
        raise ConfigError(f"`{file}` cannot be read: {error.strerror}") from None
    return _decode(data, str(file))


def _similar_files(file: FilePath) -> str:
    found = sorted(str(other) for other in file.parent.glob("*.y*ml"))[:5] if file.parent.is_dir() else []
    return f"in that folder: {', '.join(f'`{name}`' for name in found)}" if found else "check the path"


def _decode(data: bytes, file: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        place = Span(file, line, column, 1, data.split(b"\n")[line - 1].decode("utf-8", "replace"))
        raise ConfigError(
            problems=[Problem("the file is not UTF-8 text", span=place, help="save the file with the encoding UTF-8")]
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


class _Builder:
    """Turns PyYAML's events into a Document."""

    def __init__(self, text: str, file: str) -> None:
        self.lines = text.split("\n")
        self.file = file
        self.text = text
        self.values: dict[Path, Span] = {}
        self.keys: dict[Path, Span] = {}
        self.problems: list[Problem] = []

    def document(self) -> Document:
        try:
            tree = self._document(yaml.parse(self.text, Loader=yaml.SafeLoader))
        except yaml.YAMLError as error:
            raise ConfigError(problems=[*self.problems, self._syntax(error)]) from None
        return Document(tree, self.file, self.values, self.keys, tuple(self.problems))

    def _document(self, events: Iterator[Any]) -> Any:
        self.events = events
        tree = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, (), "a config is one YAML document, here a second begins", "remove `---`")
                    break
            elif isinstance(event, yaml.NodeEvent):
                tree = self._node(event, ())
        return tree

    def _node(self, event: Any, path: Path) -> Any:
        if len(path) > MAX_DEPTH:
            place = self._span(event.start_mark.line, event.start_mark.column, 1)
            raise ConfigError(problems=[Problem(f"nested deeper than {MAX_DEPTH} levels", span=place)])
        self._note(event, path)
        if isinstance(event, yaml.AliasEvent):
            return self._refuse(event, path, f"the alias `*{event.anchor}` is not allowed", "write the value out")
        if event.anchor:
            self._refuse(event, path, f"the anchor `&{event.anchor}` is not allowed", "write the value out")
        if event.tag and event.tag != "!":
            self._refuse(event, path, f"the tag `{event.tag}` is not allowed", "remove the tag")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        return self._mapping(path) if isinstance(event, yaml.MappingStartEvent) else self._scalar(event, path)

    def _list(self, path: Path) -> list[Any]:
        found: list[Any] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.append(self._node(event, (*path, len(found))))
        return found

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, path, found)
            value = self._node(next(self.events), (*path, key))
            found.setdefault(key, value)
        return found

    def _key(self, event: Any, path: Path, found: dict[str, Any]) -> str:
        """A key is text, whatever it looks like, so that `1` and `true` stay what was typed."""
        if not isinstance(event, yaml.ScalarEvent):
            if not isinstance(event, yaml.AliasEvent):
                self._node(event, (*path, "?"))
            self._refuse(event, path, "a key must be plain text", "write `name: value`")
            return "?"
        key: str = event.value
        self._note(event, (*path, key), key=True)
        if key == "<<":
            self._refuse(event, (*path, key), "the merge key `<<` is not allowed", "write the values out")
        elif key in found:
            self._refuse(event, (*path, key), f"the key `{key}` stands twice", "remove one of the two")
        return key

    def _scalar(self, event: Any, path: Path) -> Any:
        text: str = event.value
        if event.style is not None:
            return text
        if len(text) > MAX_DIGITS and (_INT.fullmatch(text) or _FLOAT.fullmatch(text)):
            return self._refuse(event, path, f"a number of {len(text)} characters is too long", "shorten it")
        value = scalar(text)
        if isinstance(value, float) and math.isinf(value) and _FLOAT.fullmatch(text):
            return self._refuse(event, path, f"the number `{text}` is too large", "use a smaller number")
        return value

    def _refuse(self, event: Any, path: Path, message: str, help: str) -> None:
        mark = event.start_mark
        width = event.end_mark.column - mark.column if event.end_mark.line == mark.line else 1
        self.problems.append(Problem(message, path, help, self._span(mark.line, mark.column, width)))

    def _note(self, event: Any, path: Path, key: bool = False) -> None:
        start, end = event.start_mark, event.end_mark
        width = end.column - start.column if end.line == start.line else 1
        (self.keys if key else self.values).setdefault(path, self._span(start.line, start.column, width))

    def _span(self, line: int, column: int, width: int) -> Span:
        source = self.lines[line] if line < len(self.lines) else ""
        return Span(self.file, line + 1, column + 1, max(1, width), source)

    def _syntax(self, error: yaml.YAMLError) -> Problem:
        if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
            mark = error.problem_mark
            return Problem(*_plain_words(error), span=self._span(mark.line, mark.column, 1))
        position = getattr(error, "position", 0)
        line = self.text.count("\n", 0, position)
        column = position - (self.text.rfind("\n", 0, position) + 1)
        return Problem(
            "the file holds a character that YAML does not allow",
            span=self._span(line, column, 1),
            help="remove the control character",
        )


def _plain_words(error: yaml.MarkedYAMLError) -> tuple[str, Path, str]:
    """What PyYAML found, in words for somebody who writes configs, not parsers."""
    problem = error.problem or ""
    if r"'\t'" in problem:
        return "a tab cannot indent YAML", (), "use spaces"
    if "could not find expected ':'" in problem:
        return "a `:` is missing after the key", (), "write `key: value`"
    if "mapping values are not allowed" in problem:
        return "a `:` stands where no key can be", (), "indent the line, or quote the text that holds the `:`"
    if "stream end" in problem or "found unexpected end of stream" in problem:
        return "the file ends inside brackets or quotes", (), "close the bracket or the quote"
    if "expected <block end>" in problem:
        return "the indentation does not fit the lines above", (), "align the line with its neighbours"
    context = f" {error.context}" if error.context else ""
    return f"this is not YAML: {problem}{context}", (), "check brackets, quotes and indentation"


def put(document: Document, assignment: str) -> Document:
    """The document with `path=value` applied; the value is YAML. Raises ConfigError with the place in the argument.

    A bare name on the way becomes a mapping (`optimizer: SGD` and `train.optimizer.SGD.momentum=0.9`), and a missing
    mapping is made; a missing item of a list is an error.
    """
    name, equals, text = assignment.partition("=")
    if not equals or not name.strip():
        raise ConfigError(problems=[_bad_set(assignment, 1, "`--set` takes `path=value`", "write `train.epochs=5`")])
    try:
        value = _Builder(text, f"--set {assignment}").document()
    except ConfigError as error:
        told = error.problems[0]
        raise ConfigError(problems=[_bad_set(assignment, len(name) + 2, told.message, told.help)]) from None
    if value.problems:
        told = value.problems[0]
        raise ConfigError(problems=[_bad_set(assignment, len(name) + 2, told.message, told.help)])
    path = tuple(int(part) if part.isdecimal() else part for part in name.strip().split("."))
    tree, path = _replaced(document.tree, path, value.tree, assignment)
    span = Span(f"--set {assignment}", 0, len(name) + 2, max(1, len(text)), assignment)
    keep = {at: place for at, place in document.values.items() if at[: len(path)] != path}
    below = {(*path, *at): replace(span) for at in value.values}
    keys = {at: place for at, place in document.keys.items() if at[: len(path)] != path}
    key = replace(span, column=1, width=len(name))
    return replace(
        document,
        tree=tree,
        values={**keep, **below, path: span},
        keys={**keys, **{(*path, *at): span for at in value.keys}, path: key},
        problems=tuple(problem for problem in document.problems if problem.path[: len(path)] != path),
    )


def _bad_set(assignment: str, column: int, message: str, help: str, path: Path = ()) -> Problem:
    width = max(1, len(assignment) - column + 1)
    return Problem(message, path, help, Span(f"--set {assignment}", 0, column, width, assignment))


def _replaced(tree: Any, path: Path, value: Any, assignment: str, done: Path = ()) -> tuple[Any, Path]:
    """A copy of the tree with the value at the path, and the path with list positions as integers."""
    if not path:
        return value, done
    head, rest = path[0], path[1:]
    if isinstance(tree, list):
        if not isinstance(head, int) or head >= len(tree):
            found = f"`{dotted(done)}` is a list of {len(tree)}; it has no item `{head}`"
            help = f"use a position from 0 to {len(tree) - 1}" if tree else "the list is empty"
            raise ConfigError(problems=[_bad_set(assignment, 1, found, help, done)])
        new, way = _replaced(tree[head], rest, value, assignment, (*done, head))
        return [*tree[:head], new, *tree[head + 1 :]], way
    key = str(head)
    mapping = _as_mapping(tree, key, assignment, done)
    new, way = _replaced(mapping.get(key), rest, value, assignment, (*done, key))
    return {**mapping, key: new}, way


def _as_mapping(tree: Any, key: str, assignment: str, done: Path) -> dict[str, Any]:
    if tree is None or tree == key:
        return {}
    if isinstance(tree, dict):
        return tree
    found = f"`{dotted(done)}` is `{tree}`; it has no option `{key}`"
    help = f"set `{dotted(done)}` itself"
    raise ConfigError(problems=[_bad_set(assignment, 1, found, help, done)])


class _Dumper(yaml.SafeDumper):
    """Writes only what `parse` reads back as the same value."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_str(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "'" if not isinstance(scalar(text), str) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_float(dumper: yaml.SafeDumper, number: float) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:float", repr(number))


_Dumper.add_representer(str, _represent_str)
_Dumper.add_representer(float, _represent_float)


def dump(tree: Any) -> str:
    """The tree as YAML text, innermost collections on one line."""
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False, default_flow_style=None, allow_unicode=True, width=120)
