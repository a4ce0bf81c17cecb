"""Everything that can go wrong, as a tree.

    NNTrainError            1   the run failed
    ├── ConfigError         2   the command or the config is wrong
    ├── MissingPackage      3   an optional package is not installed
    ├── DataError           4   the data are wrong
    ├── Diverged            5   a loss or a weight is not finite
    ├── WorkerLost          1   one of several workers is gone
    └── Stopped       130/143   SIGINT or SIGTERM

The number is the exit code of the process. An error carries one or more `Problem`s; each says what was found,
what was expected and how to fix it, and prints itself in the form that compilers use.
"""

import shlex
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.util import find_spec

Path = tuple[str | int, ...]
"""The way to a value in the config: `("model", 1, "Dense", "units")` is `model.1.Dense.units`."""


def dotted(path: Path) -> str:
    """The path as users write it: `model.1.Dense.units`."""
    return ".".join(str(part) for part in path)


@dataclass(frozen=True)
class Span:
    """A stretch of one line. Lines and columns count from 1; line 0 is a value put at a path, which `file` then is."""

    file: str
    line: int
    column: int
    width: int
    source: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else f"--set {self.file}"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, with its place and its cure."""

    message: str
    path: Path = ()
    help: str = ""
    span: Span | None = None
    severity: str = "error"
    on_key: bool = False  # the caret belongs under the key, not under the value

    def __str__(self) -> str:
        return "\n".join([f"{self.severity}: {printable(self.message)}", *self._place(), *self._help()])

    def _place(self) -> list[str]:
        if self.span is None:
            return [f"  --> {dotted(self.path)}"] if self.path else []
        way = f"  ({dotted(self.path)})" if self.path else ""
        return [f"  --> {self.span}{way}", *_excerpt(self.span)]

    def _help(self) -> list[str]:
        return [f" help: {printable(self.help)}"] if self.help else []


def printable(text: str, keep: str = "\n") -> str:
    """The text with `\\x1b` and the like for what a terminal would act upon or not show, line ends kept."""
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)


def one_line(text: str) -> str:
    """The text on one line, with `\\n` for its line ends: for what holds words of the user."""
    return printable(text, keep="")


def _excerpt(span: Span, widest: int = 120) -> list[str]:
    """The source line and a caret line below it; a long line is cut around the place, and an empty one left out."""
    if not span.source.strip():
        return []
    margin = f"  {span.line} |" if span.line else "    |"
    start = max(0, span.column - 1 - widest // 2) if len(span.source) > widest else 0
    text = "".join(_visible(char) for char in span.source[start : start + widest]).rstrip()
    before, marked = text[: span.column - 1 - start], text[span.column - 1 - start :][: max(1, span.width)]
    gap = " " * (_columns(before) + span.column - 1 - start - len(before))
    return [f"{margin} {text}", f"{' ' * (len(margin) - 1)}| {gap}{'^' * max(1, _columns(marked))}"]


def _visible(char: str) -> str:
    """One character that takes its place on a terminal and does nothing else there."""
    if char.isprintable():
        return char
    return " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"


def _columns(text: str) -> int:
    """How many columns of a terminal the text takes: two for wide characters, none for combining ones."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


class NNTrainError(Exception):
    """Whatever nntrain tells its user and exits for; `exit_code` is the process's."""

    exit_code = 1

    def __init__(self, message: str = "", *, help: str = "", problems: Iterable[Problem] = ()) -> None:
        self.problems = tuple(problems) or (Problem(message, help=help),)
        super().__init__(message or self.problems[0].message)

    def __str__(self) -> str:
        return "\n\n".join(str(problem) for problem in self.problems)

    def after(self, words: str, help: str = "") -> "NNTrainError":
        """The same error with these words behind its message, and this help in place of none."""
        first = self.problems[0]
        longer = replace(first, message=f"{first.message}; {words}", help=first.help or help)
        self.problems = (longer, *self.problems[1:])
        return self


def in_one_line(error: NNTrainError) -> str:
    """The first problem's message behind the path that it is about, without its place."""
    path = error.problems[0].path
    return " ".join([*([f"{dotted(path)}:"] if path else []), *str(error.args[0]).split()])


class ConfigError(NNTrainError):
    """The command line or the config is wrong."""

    exit_code = 2


class MissingPackage(NNTrainError):
    """A package of an extra is not installed; the help holds the command that installs it."""

    exit_code = 3

    def __init__(self, message: str, extra: str) -> None:
        super().__init__(message, help=f"run `{install_command(extra)}`")


def need(user: str, *packages: str, extra: str = "optuna") -> None:
    """Raises MissingPackage, with the command that installs them, unless all packages are installed."""
    if missing := [package for package in packages if find_spec(package) is None]:
        raise MissingPackage(f"`{user}` needs the package `{missing[0]}`, which is not installed", extra)


def install_command(extra: str) -> str:
    """The command that adds an extra where this process finds its packages, which may be the `.venv` of a clone.

    pip takes the nntrain that is installed there, editable or not, and fetches what the extra lacks.
    """
    return shlex.join([sys.executable or "python", "-m", "pip", "install", f"nntrain[{extra}]"])


class DataError(NNTrainError):
    """The data cannot be found or are wrong."""

    exit_code = 4


class Diverged(NNTrainError):
    """A loss or a weight is not finite."""

    exit_code = 5


class WorkerLost(NNTrainError):
    """One of the processes that trained together is gone."""


class Stopped(NNTrainError):
    """The run was stopped by a signal."""

    def __init__(self, message: str, *, signal: int, help: str = "") -> None:
        super().__init__(problems=[Problem(message, help=help, severity="stopped")])
        self.signal = signal
        self.exit_code = 128 + signal
