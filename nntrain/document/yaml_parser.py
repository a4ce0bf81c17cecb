"""YAML text to plain values, with the place of every key and value.

Scalars follow YAML 1.2 (`1e-3` is a number, `no` a string). What makes configs surprising is refused: repeated keys,
anchors, aliases, merge keys, tags, several documents. PyYAML's parser returns events without recursion, so the depth
is limited before anything is built.
"""

import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml
from yaml.scanner import ScannerError

from nntrain.document.yaml_errors import explain
from nntrain.errors import ConfigError, Path, Problem, Span, one_line

MAX_DEPTH = 40
MAX_DIGITS = 40
MAX_VALUES = 50_000

_NULL = re.compile(r"|~|null|Null|NULL")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
INTEGER = re.compile(f"{_DECIMAL.pattern}|{_BASED.pattern}")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LINE_BREAK = re.compile("\r\n?|[\n\x85\u2028\u2029]")  # as PyYAML counts lines
_NUMBER = re.compile(f"{INTEGER.pattern}|{FLOAT.pattern}")


def scalar(text: str) -> Any:
    """Return the value of a plain scalar by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema)."""
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if len(text) > MAX_DIGITS and _NUMBER.fullmatch(text):
        return text  # which `Parser` refuses, and Python may refuse to read
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    return text


class Parser:
    """Turns PyYAML's events into values and `problems`; below the `lost` paths, other problems would be echoes."""

    def __init__(self, text: str, file: str) -> None:
        text = text.lstrip("\ufeff")  # PyYAML skips one byte order mark, and then counts columns from it
        self.lines = _LINE_BREAK.split(text)
        self.file = file
        self.text = text
        self.values: dict[Path, Span] = {}
        self.keys: dict[Path, Span] = {}
        self.problems: list[Problem] = []
        self.lost: list[Path] = []
        self._anchors: set[str] = set()
        self._count = 0

    def run(self) -> Any:
        """Return the value of the text; raises ConfigError for text that is not YAML."""
        try:
            return self._document(_events(self.text))
        except yaml.YAMLError as error:
            fault = explain(error, self.lines)
            place = self._span(fault.line, fault.column, fault.width)
            found = Problem(fault.message, help=fault.help, span=place)
            raise ConfigError(problems=[*self.problems, found]) from None

    def _document(self, events: Iterator[Any]) -> Any:
        self.events = events
        tree = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    message = "a config is one YAML document, but a second begins here"
                    self._refuse(event, (), message, "remove the `---`")
                    break
            elif isinstance(event, yaml.NodeEvent):
                tree = self._node(event, ())
        return tree

    def _node(self, event: Any, path: Path) -> Any:
        if len(path) > MAX_DEPTH:
            self._give_up(event, f"nested deeper than {MAX_DEPTH} levels", "remove unnecessary brackets")
        self._count += 1
        if self._count > MAX_VALUES:
            self._give_up(event, f"a config holds at most {MAX_VALUES:,} values", "put data in a separate file")
        self._note(event, path)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        self._refuse_marks(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        return self._mapping(path) if isinstance(event, yaml.MappingStartEvent) else self._scalar(event, path)

    def _alias(self, event: Any, path: Path) -> None:
        """Refuse an alias, unless its anchor was refused: one mistake, one error."""
        if event.anchor not in self._anchors:
            self._refuse(event, path, f"the alias `*{event.anchor}` is not allowed", "write the value out")
        self.lost.append(path)

    def _refuse_marks(self, event: Any, path: Path) -> None:
        if event.anchor:
            self._anchors.add(event.anchor)
            help = f"write the value out wherever `*{event.anchor}` is used"
            self._refuse(event, path, f"the anchor `&{event.anchor}` is not allowed", help, len(event.anchor) + 1)
        if event.tag:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._refuse(event, path, f"the tag `{tag}` is not allowed", "remove the tag", len(tag))

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
        """Return the key as text, so that `1` and `true` stay as typed."""
        if not isinstance(event, yaml.ScalarEvent):
            return self._no_key(event, (*path, "?"))
        key: str = event.value
        here = (*path, key)
        if key == "<<" and event.style is None:
            self._refuse(event, path, "the merge key `<<` is not allowed", "write the values out")
            self.lost.append(path)
        elif key in found:
            help = f"remove one of the two; the first is in line {self.keys[here].line}"
            self._refuse(event, here, f"the key `{key}` is repeated", help)
        self._refuse_marks(event, here)
        self._note(event, here, key=True)
        return key

    def _no_key(self, event: Any, path: Path) -> str:
        """Skip a list, a mapping or an alias in place of a key."""
        self._refuse(event, path, "a key must be plain text", "write `name: value`")
        if not isinstance(event, yaml.AliasEvent):
            self._node(event, path)
        self.lost.append(path)
        return "?"

    def _scalar(self, event: Any, path: Path) -> Any:
        text: str = event.value
        if event.style is not None:
            return text
        if len(text) > MAX_DIGITS and _NUMBER.fullmatch(text):
            self.lost.append(path)
            return self._refuse(event, path, f"a number of {len(text):,} characters is too long", "shorten it")
        value = scalar(text)
        if isinstance(value, float) and math.isinf(value) and FLOAT.fullmatch(text):
            self.lost.append(path)
            return self._refuse(event, path, f"the number `{text}` is too large", "write a smaller number")
        return value

    def _give_up(self, event: Any, message: str, help: str) -> NoReturn:
        place = self._span(event.start_mark.line, event.start_mark.column, 1)
        raise ConfigError(problems=[*self.problems, Problem(message, help=help, span=place)])

    def _refuse(self, event: Any, path: Path, message: str, help: str, width: int = 0) -> None:
        mark = event.start_mark
        place = self._span(mark.line, mark.column, width or _width(event))
        self.problems.append(Problem(one_line(message), path, one_line(help), place))

    def _note(self, event: Any, path: Path, key: bool = False) -> None:
        mark = event.start_mark
        place = self._span(mark.line, mark.column, _width(event))
        (self.keys if key else self.values).setdefault(path, place)

    def _span(self, line: int, column: int, width: int) -> Span:
        source = self.lines[line] if line < len(self.lines) else ""
        return Span(self.file, line + 1, column + 1, max(1, width), source)


def _events(text: str) -> Iterator[Any]:
    """Yield PyYAML's events; raises YAMLError for all that is wrong with the text."""
    loader: Any = yaml.SafeLoader(text)
    try:
        while loader.check_event():
            event = loader.get_event()
            if isinstance(event, yaml.ScalarEvent):
                event.value = _joined(event)
            yield event
    except (ValueError, OverflowError):  # of its `chr` and `int`
        raise ScannerError(problem="found a number that is too large", problem_mark=loader.get_mark()) from None


def _joined(event: Any) -> str:
    """Return the text with each surrogate pair, as JSON writes it, joined to its character."""
    if event.value.isascii():
        return str(event.value)
    try:
        return str(event.value).encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise ScannerError(problem="found half of a surrogate pair", problem_mark=event.start_mark) from None


def _width(event: Any) -> int:
    """Return the width of a key or a value on its first line."""
    start, end = event.start_mark, event.end_mark
    return int(end.column - start.column) if end.line == start.line else 1
