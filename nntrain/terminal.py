"""Prints results on stdout, progress and messages on stderr, and keeps all lines for log.txt."""

import contextlib
import json
import math
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from nntrain.errors import one_line, printable
from nntrain.storage.log_lines import LogLines

if TYPE_CHECKING:
    from rich.console import Console

VERSION = 1  # of the JSON on stdout
_LEAST_ROOM = 20  # columns for a cell of several lines
WIDE = 10_000  # columns of a result: the terminal wraps a wide table, Rich would cut its cells
_DUMB = ("dumb", "unknown")  # values of TERM, as Rich knows them


_CURRENT: ContextVar["Terminal | None"] = ContextVar("terminal", default=None)


@contextlib.contextmanager
def reading_bar(words: str) -> Iterator[Callable[[float], None]]:
    """Give the function of `Terminal.bar` on the terminal of the command that reads data; in a worker it shows nothing.

    A data source knows no terminal: it is a function of its options.
    """
    with (_CURRENT.get() or Terminal(quiet=True)).bar(words) as show:
        yield show


@contextlib.contextmanager
def waiting(words: str) -> Iterator[None]:
    """Show what is waited for on the terminal of the command, as `Terminal.waiting` does; in a worker show nothing."""
    with (_CURRENT.get() or Terminal(quiet=True)).waiting(words):
        yield


class Display(Protocol):
    """Shows a training in place of stderr, such as in a notebook."""

    def begin(self) -> None:
        """Start with an empty display."""

    def show(self, share: float, text: str) -> None:
        """Show which share is done, and the metrics."""

    def epoch(self, row: Mapping[str, float]) -> None:
        """Show the row of an epoch."""

    def end(self) -> None:
        """Leave what is shown as it is."""


@dataclass
class Terminal:
    """The output of a command. `as_json`: stdout is JSON lines. `quiet`: no progress and no notes.

    With `results` false no results are printed either, such as in Python, where a function returns them.
    """

    as_json: bool = False
    quiet: bool = False
    results: bool = True
    curves: bool = False  # whether a training is shown by its curves, where stderr is a terminal
    display: Display | None = None  # of a training, in place of the bar
    log: list[str] = field(default_factory=LogLines)
    _waits: bool = field(default=False, init=False)  # whether the last line of the terminal says what is waited for

    @cached_property
    def out(self) -> "Console":
        """The console of stdout."""
        return plain_console(width=WIDE)

    @cached_property
    def err(self) -> "Console":
        """The console of stderr."""
        return plain_console(stderr=True)

    @contextlib.contextmanager
    def current(self) -> Iterator[None]:
        """Show here in the block how far the reading of data is, and what is waited for: the terminal of a command."""
        before = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(before)

    def note(self, text: str) -> None:
        """Print a message on stderr, unless `quiet` is true."""
        self.log.append(printable(text))
        if not self.quiet:
            self.stop_waiting()
            self.err.print(text)

    def event(self, name: str, content: Mapping[str, Any]) -> None:
        """Print a line of JSON on stdout if `as_json` is true."""
        if self.as_json:
            self.stop_waiting()
            line = json_ready({"version": VERSION, "event": name, **content})
            sys.stdout.write(json.dumps(line, allow_nan=False, default=str) + "\n")
            sys.stdout.flush()

    def line(self, text: str) -> None:
        """Print a line of the result, unless `as_json` is true."""
        self.log.append(printable(text))
        if self.results and not self.as_json:
            self.stop_waiting()
            self.out.print(text)

    @contextlib.contextmanager
    def bar(self, words: str) -> Iterator[Callable[[float], None]]:
        """Give a function that shows which share is done, as a bar where stderr is a terminal, else nowhere."""
        if self.quiet or not self.err.is_terminal or self.err.is_dumb_terminal:
            yield lambda share: None
            return
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self.stop_waiting()
        columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=24), TimeRemainingColumn())
        with Progress(*columns, console=self.err, transient=True) as progress:
            task = progress.add_task(words, total=1.0)
            yield lambda share: progress.update(task, completed=share)

    @contextlib.contextmanager
    def waiting(self, words: str) -> Iterator[None]:
        """Show on a terminal what is waited for, until it is over or something else is printed."""
        self.stop_waiting()
        is_terminal = sys.stderr.isatty() and os.environ.get("TERM") not in _DUMB  # Rich takes 0.05 s to import
        if is_terminal and not self.quiet:
            sys.stderr.write(f"{words} ...")
            sys.stderr.flush()
            self._waits = True
        try:
            yield
        finally:
            self.stop_waiting()

    def stop_waiting(self) -> None:
        """Remove the line that says what is waited for. What writes to the streams itself calls it before."""
        if self._waits:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
            self._waits = False

    def table(self, title: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Print a table of the result, numbers aligned to the right, unless `as_json` is true.

        On a terminal that is too narrow its columns follow in several parts, each with the first column; the cells of a
        column that is too wide alone have several lines.
        """
        columns = _columns(names, rows)
        self.log.append("\n".join([*([printable(title)] if title else []), *_joined(columns)]))
        if not self.results or self.as_json:
            return
        self.stop_waiting()
        width = shutil.get_terminal_size().columns if self.out.is_terminal else WIDE
        for place, part in enumerate(_fitting(columns, width)):
            self._print_part(title if place == 0 else "", _joined(_wrapped(part, width)), above=place > 0)

    def _print_part(self, title: str, lines: Sequence[str], above: bool) -> None:
        from rich.text import Text

        if above:
            self.out.print()
        for text, style in ((title, "italic"), (lines[0], "bold"), ("\n".join(lines[1:]), "")):
            if text:
                self.out.print(Text(printable(text), style))


def aligned(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Return the line of the names and that of each row, columns of numbers aligned to the right.

    Rich's own tables take a millisecond a row.
    """
    return _joined(_columns(names, rows))


def _columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[list[str]]:
    """Return the cells of each column, its name first, filled up to the same width."""
    from rich.cells import cell_len

    columns = []
    for index, name in enumerate(map(one_line, names)):
        values = [row[index] for row in rows]
        is_numeric = index and all(isinstance(value, (int, float)) or value == "" for value in values)
        cells = [name, *(one_line(shown_number(value)) for value in values)]
        sizes = [cell_len(cell) for cell in cells]
        gaps = [" " * (max(sizes) - size) for size in sizes]
        pairs = zip(cells, gaps, strict=True)
        columns.append([gap + cell if is_numeric else cell + gap for cell, gap in pairs])
    return columns


def _joined(columns: Sequence[Sequence[str]]) -> list[str]:
    return ["  ".join(line).rstrip() for line in zip(*columns, strict=True)]


def _wrapped(part: Sequence[Sequence[str]], width: int) -> Sequence[Sequence[str]]:
    """Return a part of a table of two columns with lines for what of the second one is too wide."""
    from rich.cells import cell_len

    room = width - cell_len(part[0][0]) - 2
    if len(part) != 2 or cell_len(part[1][0]) <= room or room < _LEAST_ROOM:
        return part
    lines = [(first, _lines_of(cell, room)) for first, cell in zip(*part, strict=True)]
    pairs = [
        (first if place == 0 else " " * cell_len(first), text)
        for first, texts in lines
        for place, text in enumerate(texts)
    ]
    return [list(column) for column in zip(*pairs, strict=True)]


def _lines_of(cell: str, room: int) -> list[str]:
    """Return a cell in lines that end between words; a wide letter takes two columns, and a longer word is cut."""
    from rich.cells import cell_len, chop_cells

    lines = [""]
    for word in cell.split():
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(longer) <= room:
            lines[-1] = longer
        else:
            lines[len(lines) - (not lines[-1]) :] = chop_cells(word, room)
    return lines


def _fitting(columns: Sequence[Sequence[str]], width: int) -> list[list[Sequence[str]]]:
    """Return the parts of a table that fit the width; each begins with the first column."""
    from rich.cells import cell_len

    parts: list[list[Sequence[str]]] = [[columns[0]]]
    used = first = cell_len(columns[0][0])
    for column in columns[1:]:
        wide = 2 + cell_len(column[0])
        if used + wide > width and len(parts[-1]) > 1:
            parts.append([columns[0]])
            used = first
        parts[-1].append(column)
        used += wide
    return parts


def plain_console(**options: Any) -> "Console":
    """Return a console that prints text unchanged, such as a class `[b]`, but escapes what a terminal acts upon."""
    from rich.console import Console
    from rich.text import Text

    class PlainConsole(Console):
        def render_str(self, text: str, **style: Any) -> Text:
            return super().render_str(printable(text), **style)

    options = {"soft_wrap": True, "force_jupyter": False, **options}  # a notebook shows stderr as it is
    return PlainConsole(markup=False, emoji=False, highlight=False, **options)


def json_ready(value: Any) -> Any:
    """Return the value with None for numbers that JSON does not have: NaN and the infinities."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {name: json_ready(item) for name, item in value.items()}
    return [json_ready(item) for item in value] if isinstance(value, (list, tuple)) else value


def titled(metrics: Sequence[str], classes: Mapping[str, str]) -> list[str]:
    """Return metrics as tables name them: `recall (setosa)` where it is of one of the classes, by metric."""
    return [f"{name} ({classes[name]})" if name in classes else name for name in metrics]


def shown_number(value: Any) -> str:
    """Return a cell as text; a float with four digits after the point, or an exponent if it is very small or large."""
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.3g}"
    return f"{value:.4f}"


def clock(seconds: float) -> str:
    """Return a time as `1:05` or `2:03:05`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
