"""The progress of runs that are trained at once: a bar for each on a terminal, elsewhere a line now and then."""

import copy
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from nntrain.config.messages import counted
from nntrain.errors import printable
from nntrain.progress import LINE_SECONDS
from nntrain.storage.find_runs import is_run
from nntrain.storage.run_dir import RunDir
from nntrain.subject import read
from nntrain.terminal import Display, Terminal
from nntrain.watching.follow import screen_of
from nntrain.watching.progress import SCREEN_SECONDS, Progress, Row
from nntrain.watching.several import Several

if TYPE_CHECKING:
    from rich.progress import Progress as Bars


@dataclass
class _Shown:
    """A run that is shown: its folder, the metrics so far, its epochs, its bar or its display."""

    folder: Path
    text: str = "starting"
    rows: list[Row] = field(default_factory=list)
    state: str = "running"
    bar: Any = None
    display: Display | None = None
    said: str = ""  # its last line on a stderr that is not a terminal
    said_at: float = 0.0

    def add(self, row: Row) -> None:
        """Add the row of an epoch; after a resume it may be of an epoch that is there."""
        while self.rows and (self.rows[-1]["epoch"] or 0) >= (row["epoch"] or 0):
            self.rows.pop()
        self.rows.append(row)

    @cached_property
    def plan(self) -> Progress:
        """Its name and its length, from its files."""
        return Progress.of(read(RunDir(self.folder)), self.folder.parent.name)

    def progress(self) -> Progress:
        """Return the epochs so far."""
        name, group = self.folder.name, self.folder.parent.name
        if not is_run(self.folder):  # it prepares
            return Progress(name, self.state, self.rows, group=group)
        return Progress(name, self.state, self.rows, self.plan.epochs, self.plan.monitor, self.plan.mode, group)


class ParallelView:
    """Shows `count` runs, of which several are trained at once; `ended` of them have ended well.

    noun: what each of them is, `run` or `member`.
    """

    def __init__(self, terminal: Terminal, count: int, ended: int, noun: str = "run") -> None:
        self.terminal, self.count, self.ended, self.noun = terminal, count, ended, noun
        self.runs: dict[str, _Shown] = {}
        self.bars: Bars | None = None
        self.screen = screen_of(terminal) if terminal.curves else None
        self.drawn = 0.0

    def __enter__(self) -> Self:
        err, quiet = self.terminal.err, self.terminal.quiet or self.terminal.display is not None
        if self.screen is None and not quiet and err.is_terminal and not err.is_dumb_terminal:
            self.bars = _bars(self.terminal)
            self.bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.bars is not None:
            self.bars.stop()
        if self.screen is not None:
            self._draw(now=True)
            self.screen.end()

    def begin(self, folder: Path, title: str) -> None:
        """Show a run that begins, or goes on."""
        self.terminal.note(title)
        rows = list(read(RunDir(folder)).rows) if is_run(folder) else []
        shown = self.runs[folder.name] = _Shown(folder, rows=rows)
        if self.bars is not None:
            shown.bar = self.bars.add_task(folder.name, total=1.0, words=shown.text)
        if self.terminal.display is not None and not self.terminal.quiet:
            shown.display = copy.copy(self.terminal.display)
            shown.display.begin()

    def note(self, name: str, text: str) -> None:
        """Print a message of a run."""
        self.terminal.note(f"{name}: {text}")

    def piece(self, name: str, share: float, text: str) -> None:
        """Show which share of a run is done, and its metrics."""
        shown = self.runs[name]
        shown.text = text
        if shown.display is not None:
            shown.display.show(share, f"{name}: {text}")
        if self.bars is not None:
            self.bars.update(shown.bar, completed=share, words=printable(text))

    def epoch(self, name: str, row: Mapping[str, float]) -> None:
        """Show a new epoch of a run; without a terminal, print a line now and then."""
        shown = self.runs[name]
        shown.add(row)
        self.terminal.event("epoch", {"run": str(shown.folder), **row})
        if shown.display is not None:
            shown.display.epoch(row)
        if self._prints(shown) and self.bars is None and time.monotonic() - shown.said_at >= LINE_SECONDS:
            self._say(name, shown)
        self._draw()

    def end(self, name: str, state: str) -> None:
        """Show that a run has ended; its last epoch stays."""
        shown = self.runs[name]
        shown.state = state
        self.ended += state == "done"
        if shown.display is not None:
            shown.display.end()
        if self.bars is not None:
            self.bars.remove_task(shown.bar)
        if self._prints(shown) and shown.rows and shown.said != shown.text:
            self._say(name, shown)
        self._draw(now=True)

    def _prints(self, shown: _Shown) -> bool:
        return not self.terminal.quiet and self.screen is None and shown.display is None

    def _say(self, name: str, shown: _Shown) -> None:
        shown.said, shown.said_at = shown.text, time.monotonic()
        self.terminal.err.print(f"{name}: {shown.text}")

    def _draw(self, now: bool = False) -> None:
        """Draw the curves, where they are wanted."""
        due = now or time.monotonic() - self.drawn > SCREEN_SECONDS
        if self.screen is None or not self.runs or not due:
            return
        self.drawn = time.monotonic()
        group = next(iter(self.runs.values())).folder.parent.name
        runs = [each.progress() for each in self.runs.values()]
        self.screen.show(Several(f"{group}, {self.progress()}", runs, self.noun, as_one=False).lines)

    def progress(self) -> str:
        """Return in words how many have ended well."""
        return f"{self.ended} of {counted(self.count, self.noun)} {'is' if self.ended == 1 else 'are'} done"


def _bars(terminal: Terminal) -> "Bars":
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    name = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True))
    cut = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    words = TextColumn("{task.fields[words]}", markup=False, table_column=cut)
    columns = (name, BarColumn(bar_width=12), TimeRemainingColumn(elapsed_when_finished=True), words)
    return Progress(*columns, console=terminal.err, transient=True, expand=True)
