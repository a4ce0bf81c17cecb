"""The progress of runs that are trained at once: a bar for each on a terminal, elsewhere a line now and then."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from nntrain.config.messages import counted
from nntrain.errors import printable
from nntrain.progress import LINE_SECONDS
from nntrain.storage.run_dir import RunDir
from nntrain.subject import read
from nntrain.terminal import Terminal
from nntrain.watching.follow import screen_of
from nntrain.watching.progress import SCREEN_SECONDS, Progress
from nntrain.watching.several import Several

if TYPE_CHECKING:
    from rich.progress import Progress as Bars


@dataclass
class _Shown:
    """A run that is shown: how much of it is done, the metrics so far, its epochs, its bar."""

    folder: Path
    text: str = "starting"
    share: float = 0.0
    rows: list[dict[str, float]] = field(default_factory=list)
    state: str = "running"
    bar: Any = None
    said: str = ""  # its last line on a stderr that is not a terminal
    said_at: float = 0.0
    plan: Progress | None = None  # its name and length, from its files

    def progress(self) -> Progress:
        """Return the epochs so far."""
        if self.plan is None or not self.plan.epochs:
            self.plan = Progress.of(read(RunDir(self.folder)), self.folder.parent.name)
        name, group = self.folder.name, self.folder.parent.name
        plan = self.plan
        return Progress(name, self.state, self.rows, plan.epochs, plan.monitor, plan.mode, group)


class ParallelView:
    """Shows `count` runs, of which several are trained at once."""

    def __init__(self, terminal: Terminal, count: int, before: int) -> None:
        self.terminal, self.count, self.ended = terminal, count, before
        self.runs: dict[str, _Shown] = {}
        self.bars: Bars | None = None
        self.screen = screen_of(terminal) if terminal.curves else None
        self.display = None if terminal.quiet else terminal.display
        self.drawn = 0.0

    def __enter__(self) -> Self:
        err = self.terminal.err
        if self.display is not None:
            self.display.begin()
        elif self.screen is None and not self.terminal.quiet and err.is_terminal and not err.is_dumb_terminal:
            self.bars = _bars(self.terminal)
            self.bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.display is not None:
            self._draw_display()
            self.display.end()
        if self.bars is not None:
            self.bars.stop()
        if self.screen is not None:
            self._draw_screen()
            self.screen.end()

    def begin(self, folder: Path, title: str) -> None:
        """Show a run that begins, or begins again."""
        self.terminal.note(title)
        shown = self.runs[folder.name] = _Shown(folder)
        if self.bars is not None:
            shown.bar = self.bars.add_task(folder.name, total=1.0, words="starting")

    def note(self, name: str, text: str) -> None:
        """Print a message of a run."""
        self.terminal.note(f"{name}: {text}")

    def piece(self, name: str, share: float, text: str) -> None:
        """Show how far a run is."""
        shown = self.runs[name]
        shown.share, shown.text = share, text
        if self.bars is not None:
            self.bars.update(shown.bar, completed=share, words=printable(text))
        self._draw()

    def epoch(self, name: str, row: Mapping[str, float]) -> None:
        """Show a new epoch of a run; without a terminal, print a line now and then."""
        shown = self.runs[name]
        shown.rows.append(dict(row))
        self.terminal.event("epoch", {"run": str(shown.folder), **row})
        self._draw()
        is_drawn = self.terminal.quiet or self.bars or self.screen or self.display
        if not is_drawn and time.monotonic() - shown.said_at >= LINE_SECONDS:
            shown.said, shown.said_at = shown.text, time.monotonic()
            self.terminal.err.print(f"{name}: {shown.text}")

    def end(self, name: str, state: str) -> None:
        """Show that a run has ended: its last epoch stays."""
        shown = self.runs[name]
        shown.state = state
        if shown.bar is not None and self.bars is not None:
            self.bars.remove_task(shown.bar)
        self.ended += state == "done"
        is_drawn = self.terminal.quiet or self.screen or self.display
        if not is_drawn and shown.rows and shown.said != shown.text:
            self.terminal.err.print(f"{name}: {shown.text}")
        self._draw(now=True)

    def _draw(self, now: bool = False) -> None:
        if not now and time.monotonic() - self.drawn < SCREEN_SECONDS:
            return
        self.drawn = time.monotonic()
        if self.display is not None:
            self._draw_display()
        elif self.screen is not None:
            self._draw_screen()

    def _draw_screen(self) -> None:
        if self.screen is None or not self.runs:
            return
        group = next(iter(self.runs.values())).folder.parent.name
        title = f"{group}, {self.ended} of {counted(self.count, 'run')} {'is' if self.ended == 1 else 'are'} done"
        several = Several(title, [each.progress() for each in self.runs.values()], as_one=False)
        self.screen.show(several.lines)

    def _draw_display(self) -> None:
        if self.display is None:
            return
        running = {name: each for name, each in self.runs.items() if each.state == "running"}
        share = (self.ended + sum(each.share for each in running.values())) / max(1, self.count)
        lines = [f"{self.ended} of {counted(self.count, 'run')} done"]
        self.display.show(share, "\n".join([*lines, *(f"{name}: {each.text}" for name, each in running.items())]))


def _bars(terminal: Terminal) -> "Bars":
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    cut = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    name = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True))
    words = TextColumn("{task.fields[words]}", markup=False, table_column=cut)
    columns = (name, BarColumn(bar_width=12), TimeRemainingColumn(elapsed_when_finished=True), words)
    return Progress(*columns, console=terminal.err, transient=True, expand=True)
