"""PyYAML's errors, reworded for people who write configs."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import yaml

_CLOSING = {"[": "]", "{": "}"}


@dataclass(frozen=True)
class Fault:
    """What is wrong and how to fix it; line and column count from 0."""

    message: str
    help: str
    line: int
    column: int
    width: int = 1


def explain(error: yaml.YAMLError, lines: Sequence[str]) -> Fault:
    """Return the fault that an error of PyYAML's scanner or parser is about."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return _forbidden_character(getattr(error, "position", 0), getattr(error, "character", 0), lines)
    line, column = error.problem_mark.line, error.problem_mark.column
    opening = error.context_mark
    problem = error.problem or ""
    for words, (message, help) in _FIXED.items():
        if re.search(words, problem):
            return Fault(message, help, line, column)
    for words, worded in _WORDED.items():
        if re.search(words, problem):
            return worded(problem, lines, line, column)
    if opening is not None and "simple key" in str(error.context):
        return _missing_colon(lines, opening.line, opening.column)
    if opening is not None and "quoted scalar" in str(error.context):
        return _unclosed(lines[opening.line][opening.column], opening.line, opening.column)
    if opening is not None and problem.startswith(("expected ',' or ']'", "expected ',' or '}'")):
        if "<stream end>" in problem:
            return _unclosed(lines[opening.line][opening.column], opening.line, opening.column)
        return _in_brackets(lines, opening, error.problem_mark)
    if error.context in ("while scanning an alias", "while scanning an anchor"):
        sign = lines[line][column - 1]
        return Fault(f"a value cannot begin with `{sign}`", "put the value in quotes", line, column - 1)
    context = f" {error.context}" if error.context else ""
    return Fault(f"this is not YAML: {problem}{context}", "check brackets, quotes and indentation", line, column)


def _forbidden_character(position: int, character: int, lines: Sequence[str]) -> Fault:
    before = "\n".join(lines)[:position].split("\n")
    message = f"the file contains the character U+{character:04X}, which YAML does not allow"
    return Fault(message, "remove the character", len(before) - 1, len(before[-1]))


def _unclosed(sign: str, line: int, column: int) -> Fault:
    if sign in _CLOSING:
        return Fault(f"this `{sign}` is never closed", f"add the `{_CLOSING[sign]}`", line, column)
    kind = "single" if sign == "'" else "double"
    return Fault(f"this {kind} quote is never closed", "add the closing quote", line, column)


def _in_brackets(lines: Sequence[str], opening: yaml.Mark, found: yaml.Mark) -> Fault:
    """Return the fault of text that cannot be in brackets: one is left open, or on the same line a comma is missing."""
    sign = lines[opening.line][opening.column]
    if found.line != opening.line:
        return _unclosed(sign, opening.line, opening.column)
    other = lines[found.line][found.column : found.column + 1]
    if other in ("]", "}"):
        return Fault(f"`{other}` closes a `{sign}`", f"write `{_CLOSING[sign]}`", found.line, found.column)
    message = f"a `,` is missing before this, or `{_CLOSING[sign]}`"
    return Fault(message, "put a `,` between two items", found.line, found.column)


def _missing_space(pair: re.Match[str], line: int, column: int) -> Fault:
    """Return the fault of a `:` and a value without a space; the help repeats only what is a value by itself."""
    key, value = f"{pair[1]}:", pair[2]
    known = re.fullmatch(r"[\w.+/~-]*\w|'[^']*'|\[[^]]*\]|\{[^}]*\}", value)
    help = f"write `{key} {value}`" if known else "put a space after the `:`"
    return Fault(f"a space is missing after `{key}`", help, line, column, len(key))


def _missing_colon(lines: Sequence[str], line: int, column: int) -> Fault:
    text = lines[line][column:].rstrip()
    if item := re.fullmatch(r"-(\w.*)", text):
        return Fault("a space is missing after `-`", f"write `- {item[1]}`", line, column, 2)
    if pair := re.fullmatch(r"(\w+):(\S.*)", text):
        return _missing_space(pair, line, column)
    if not re.fullmatch(r"[\w.]+", text):
        return Fault("this line is neither `key: value` nor `- item`", "write `key: value`", line, column, len(text))
    return Fault(f"a `:` is missing after `{text}`", f"write `{text}:`", line, column, len(text))


def _stray_colon(_: str, lines: Sequence[str], line: int, column: int) -> Fault:
    """Return the fault of a `:` where no key can be: usually a space is missing, or the line is indented too far."""
    text = lines[line]
    indent = re.match(r"\s*(?:- +)?", text)
    start = indent.end() if indent else 0
    if missing := re.match(r"-(\S.*)", text[start:]):
        return Fault("a space is missing after `-`", f"write `- {missing[1]}`", line, start, 2)
    above, before = _line_above(lines, line)
    if missing := re.fullmatch(r"\s*(?:- +)?(\w+):(\S.*?)\s*", before):
        return _missing_space(missing, above, missing.start(1))
    if re.search(r":\s", text[:column]):
        return Fault("a second `:` in one value", "put the value in quotes, or its options in braces", line, column)
    if ":" in before or before.lstrip().startswith("- "):
        message = "this line is indented deeper than the one above, which already has a value"
        return Fault(message, "align it with the line above", line, start, max(1, column - start))
    if before:
        return _missing_colon(lines, above, len(before) - len(before.lstrip()))
    return Fault("a `:` where no key can be", "put text that holds a `:` in quotes", line, column)


def _line_above(lines: Sequence[str], line: int) -> tuple[int, str]:
    """Return the last line above with more than a comment."""
    for above in range(line - 1, -1, -1):
        if lines[above].strip() and not lines[above].lstrip().startswith("#"):
            return above, lines[above]
    return line, ""


def _tab(_: str, lines: Sequence[str], line: int, column: int) -> Fault:
    if lines[line][:column].strip():
        return Fault("a tab in place of a space", "write a space", line, column)
    return Fault("a tab cannot indent YAML", "use spaces", line, column)


def _bad_start(_: str, lines: Sequence[str], line: int, column: int) -> Fault:
    sign = lines[line][column : column + 1]
    shown = "a backtick" if sign == "`" else f"`{sign}`"
    return Fault(f"a value cannot begin with {shown}", "put the value in quotes", line, column)


def _bad_escape(_: str, lines: Sequence[str], line: int, column: int) -> Fault:
    start = max(0, lines[line].rfind("\\", 0, column + 1))
    known = re.match(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})", lines[line][start:])
    escape = known[0] if known else lines[line][start : column + 1]
    message = f"`{escape}` is not an escape sequence in double quotes"
    return Fault(message, _in_single_quotes(lines[line], start), line, start, len(escape))


def _in_single_quotes(text: str, inside: int) -> str:
    """Return the help for text in double quotes around a column, mostly a path of Windows: write it in single ones."""
    opening, closing = text.rfind('"', 0, inside), text.find('"', inside)
    quoted = text[opening + 1 : closing]
    whole = 0 <= opening < closing and not set(quoted) & set("'`")
    return f"write `'{quoted}'`" if whole else "use single quotes"


def _too_large(problem: str, lines: Sequence[str], line: int, column: int) -> Fault:
    """Return the fault of a number that is not a character, or of a version of YAML in a first line `%YAML`."""
    if lines[line].startswith("%"):
        return Fault(*_NO_KEY, line, 0)
    return _bad_escape(problem, lines, line, column)


def _bad_end(problem: str, lines: Sequence[str], line: int, column: int) -> Fault:
    """Return the fault of a line that fits no level above it, or of more text after a value."""
    text = lines[line] if line < len(lines) else ""
    sign = text[column : column + 1]
    if sign in ("]", "}"):
        return Fault(f"this `{sign}` closes nothing", "remove it", line, column)
    if text[:column].strip():
        return Fault("there is more text after the value", "put all of it in one pair of quotes", line, column)
    if "'-'" in problem or "'?'" in problem or "<scalar>" in problem:
        return Fault("a list and a mapping are mixed here", "begin each item of the list with `- `", line, column)
    return Fault("the indentation matches no line above", "align the line with its neighbours", line, column)


def _bad_tag(_: str, lines: Sequence[str], line: int, column: int) -> Fault:
    tag = re.match(r"\S*", lines[line][column:])
    name = tag[0] if tag else "!"
    return Fault(f"the tag `{name}` is not allowed", "remove the tag", line, column, len(name))


_NO_KEY = ("a config begins with a key", "remove lines that begin with `%` or `...`")
_FIXED = {
    "sequence entries are not allowed": ("a list item cannot follow on this line", "put the item on its own line"),
    "expected chomping or indentation|expected a comment or a line break": (
        "after `|` or `>` the text begins on the next line",
        "put the text on the next line, or the whole value in quotes",
    ),
    "half of a surrogate pair": ("this text holds half of a character", "write the whole character"),
    "expected '<document start>'|incompatible YAML document": _NO_KEY,
}
"""The words of PyYAML, with the message and the help in their place."""

_WORDED: dict[str, Callable[[str, Sequence[str], int, int], Fault]] = {
    r"found character '\\t'": _tab,
    "that cannot start any token": _bad_start,
    "mapping values are not allowed": _stray_colon,
    "a number that is too large": _too_large,
    "unknown escape character|expected escape sequence": _bad_escape,
    "expected <block end>": _bad_end,
    "undefined tag handle": _bad_tag,
}
