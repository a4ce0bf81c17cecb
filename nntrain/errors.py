"""The errors of nntrain, as a tree.

    NNTrainError            1   the run failed
    ├── ConfigError         2   the command line or the config is invalid
    ├── MissingPackage      3   an optional package is not installed
    ├── DataError           4   the data are missing or invalid
    ├── Diverged            5   a loss or a weight is not finite
    ├── WorkerLost          1   one of several workers is lost
    └── Stopped       128 + n   signal n: SIGINT, SIGTERM, SIGHUP

The number is the exit code of the process. An error has one or more `Problem`s. Each says what was found, what was
expected and how to fix it, and prints itself in the format of compilers.
"""

import shlex
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path as FilePath

MOST_SHOWN = 20  # problems of an error
MOST_LETTERS = 1000  # of a message, a help or a path
_WIDEST = 120  # characters of a source line

Path = tuple[str | int, ...]
"""The keys from the top of the config to a value: `("model", 1, "Dense", "units")` is `model.1.Dense.units`."""


def dotted(path: Path) -> str:
    """Return the path as users write it: `model.1.Dense.units`."""
    return ".".join(str(part) for part in path)


@dataclass(frozen=True)
class Span:
    """A part of a line. Lines and columns count from 1; line 0 is a value put at a path, and `file` is that path."""

    file: str
    line: int
    column: int
    width: int
    source: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else f"--set {self.file}"


@dataclass(frozen=True)
class Problem:
    """One fault: a message, its place and a help."""

    message: str
    path: Path = ()
    help: str = ""
    span: Span | None = None
    severity: str = "error"
    on_key: bool = False  # the caret belongs under the key, not under the value
    disease: str = ""  # what the doctor calls it

    def __str__(self) -> str:
        help = [f" help: {_shortened(printable(self.help))}"] if self.help else []
        return "\n".join([f"{self.severity}: {_shortened(printable(self.message))}", *self._place(), *help])

    def _place(self) -> list[str]:
        path = _shortened(one_line(dotted(self.path)))
        if self.span is None:
            return [f"  --> {path}"] if path else []
        way = f"  ({path})" if path else ""
        return [f"  --> {_shortened(one_line(str(self.span)))}{way}", *_excerpt(self.span)]


def _shortened(text: str) -> str:
    """Return the text, without its middle if it is very long: a user can write a name of a million letters."""
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS // 2]} … {text[-MOST_LETTERS // 2 :]}"


def printable(text: str, keep: str = "\n") -> str:
    """Return the text with `\\x1b` and the like for characters that a terminal acts upon or does not show."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)


def one_line(text: str) -> str:
    """Return the text on one line, with `\\n` for its line ends: for text that users have written."""
    return printable(text, keep="")


def _excerpt(span: Span) -> list[str]:
    """Return the source line and a caret line; a long line is cut around the place, an empty one is left out."""
    if not span.source.strip():
        return []
    margin = f"  {span.line} |" if span.line else "    |"
    start = max(0, span.column - 1 - _WIDEST // 2) if len(span.source) > _WIDEST else 0
    text = "".join(_visible(char) for char in span.source[start : start + _WIDEST]).rstrip()
    before, marked = text[: span.column - 1 - start], text[span.column - 1 - start :][: max(1, span.width)]
    gap = " " * (_columns(before) + span.column - 1 - start - len(before))
    return [f"{margin} {text}", f"{' ' * (len(margin) - 1)}| {gap}{'^' * max(1, _columns(marked))}"]


def _visible(char: str) -> str:
    """Return a character that a terminal only shows."""
    if char.isprintable():
        return char
    return " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"


def _columns(text: str) -> int:
    """Return the width of the text on a terminal: two columns for a wide character, none for a combining one."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


class NNTrainError(Exception):
    """An error that nntrain prints before it exits with `exit_code`."""

    exit_code = 1

    def __init__(self, message: str = "", *, help: str = "", problems: Iterable[Problem] = ()) -> None:
        self.problems = tuple(problems) or (Problem(message, help=help),)
        super().__init__(message or self.problems[0].message)

    def __str__(self) -> str:
        shown = "\n\n".join(str(problem) for problem in self.problems[:MOST_SHOWN])
        more = len(self.problems) - MOST_SHOWN
        return shown if more <= 0 else f"{shown}\n\n{more:,} more error{'s' if more > 1 else ''}"

    def after(self, words: str, help: str = "") -> "NNTrainError":
        """Return the error with these words after its message, and with this help if it has none."""
        first = self.problems[0]
        longer = replace(first, message=f"{first.message}; {words}", help=first.help or help)
        self.problems = (longer, *self.problems[1:])
        return self


def renamed(error: NNTrainError, file: FilePath, name: str) -> NNTrainError:
    """Return the error with another name for a file, such as the name of what a temporary file is a copy of."""
    error.problems = tuple(_renamed(problem, file, name) for problem in error.problems)
    error.args = (error.problems[0].message,)
    return error


def _renamed(problem: Problem, file: FilePath, name: str) -> Problem:
    span = problem.span and replace(problem.span, file=with_name(problem.span.file, file, name))
    message, help = (with_name(text, file, name) for text in (problem.message, problem.help))
    return replace(problem, message=message, help=help, span=span)


def with_name(text: str, file: FilePath, name: str) -> str:
    """Return the text with a name in place of the path of a file, which may be that from the working folder."""
    here = FilePath.cwd()
    text = text.replace(str(file), name)
    return text.replace(str(file.relative_to(here)), name) if file.is_relative_to(here) else text


def in_one_line(error: NNTrainError) -> str:
    """Return the path and the message of the first problem, without its place."""
    path = error.problems[0].path
    return " ".join([*([f"{dotted(path)}:"] if path else []), *str(error.args[0]).split()])


class ConfigError(NNTrainError):
    """The command line or the config is invalid."""

    exit_code = 2


class MissingPackage(NNTrainError):
    """A package of an extra is not installed; the help holds the command that installs it."""

    exit_code = 3

    def __init__(self, message: str, extra: str) -> None:
        super().__init__(message, help=f"run `{install_command(extra)}`")


def need(user: str, *packages: str, extra: str = "optuna") -> None:
    """Raise MissingPackage, with the command that installs them, unless all packages are installed."""
    if missing := [package for package in packages if find_spec(package) is None]:
        raise MissingPackage(f"`{user}` needs the package `{missing[0]}`, which is not installed", extra)


def install_command(extra: str) -> str:
    """Return the command that installs an extra where this process finds its packages; pip keeps the nntrain there."""
    return shlex.join([sys.executable or "python", "-m", "pip", "install", f"nntrain[{extra}]"])


class DataError(NNTrainError):
    """The data are missing or invalid."""

    exit_code = 4


class Diverged(NNTrainError):
    """A loss or a weight is not finite. `run`: the directory in which the doctor has written down why."""

    exit_code = 5
    run: FilePath | None = None


class WorkerLost(NNTrainError):
    """One of the processes that train together is lost."""


class Stopped(NNTrainError):
    """The run was stopped by a signal. `run`: the directory of the run, the group or the search to resume."""

    run: FilePath | None = None

    def __init__(self, message: str, *, signal: int) -> None:
        super().__init__(problems=[Problem(message, severity="stopped")])
        self.signal = signal
        self.exit_code = 128 + signal
