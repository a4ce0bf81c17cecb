"""The progress of a training: a bar on a terminal, a display in a notebook, elsewhere a line now and then."""

import time
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING

from nntrain.errors import one_line, printable
from nntrain.terminal import Display, Terminal, shown_number

if TYPE_CHECKING:
    from rich.progress import Progress

LAST_EPOCHS = 3  # that stay on a terminal when the bar is removed
LINE_SECONDS = 5.0  # between two lines of progress without a terminal


class ProgressWatcher:
    """Shows the progress of a training: a bar with the remaining time on a terminal, else a line now and then.

    In a notebook the display of the terminal shows it.

    The events of `--json` carry the name of the `run`: those of a group follow each other.
    """

    def __init__(self, terminal: Terminal, run: str = "") -> None:
        self.terminal = terminal
        self.run = run
        self.bar: Progress | None = None
        self.last_line = 0.0
        self.is_drawn = False  # otherwise, such as by curves
        self.display: Display | None = None
        self.recent: deque[str] = deque(maxlen=LAST_EPOCHS)

    def begin(self, epochs: int, steps: int) -> None:
        """Start the bar."""
        self.epochs, self.steps = epochs, steps
        self.display = None if self.terminal.quiet else self.terminal.display
        if self.display is not None:
            self.display.begin()
            return
        if self.terminal.quiet or not self.terminal.err.is_terminal or self.terminal.err.is_dumb_terminal:
            return
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        words, metrics = (TextColumn(f"{{task.{name}}}", markup=False) for name in ("description", "fields[metrics]"))
        columns = (words, BarColumn(bar_width=24), TimeRemainingColumn(elapsed_when_finished=True), metrics)
        self.terminal.stop_waiting()
        self.bar = Progress(*columns, console=self.terminal.err, transient=True)
        self.bar.start()
        self.task = self.bar.add_task("starting", total=epochs * steps, metrics="")

    def piece(self, epoch: int, step: int, metrics: Mapping[str, float]) -> None:
        """Move the bar within an epoch."""
        self._show(epoch, (epoch - 1) * self.steps + step, metrics)

    def epoch(self, row: Mapping[str, float]) -> None:
        """Move the bar to the end of an epoch; without a terminal, print a line now and then."""
        self.terminal.event("epoch", {"run": self.run, **row})
        self.end_of_epoch(row)

    def end_of_epoch(self, row: Mapping[str, float]) -> None:
        """Show the metrics at the end of an epoch, without an event."""
        epoch, text = int(row["epoch"]), epoch_line(row, self.epochs)
        self.terminal.log.append(printable(text))
        self.recent.append(text)
        self._show(epoch, epoch * self.steps, row)
        if self.display is not None:
            self.display.epoch(row)
            return
        due = time.monotonic() - self.last_line >= LINE_SECONDS or epoch == self.epochs
        if self.bar is None and not self.is_drawn and not self.terminal.quiet and due:
            self.last_line = time.monotonic()
            self.terminal.err.print(text)

    def end(self) -> None:
        """Remove the bar; the last epochs stay in its place."""
        if self.display is not None:
            self.display.end()
        if self.bar is not None:
            self.bar.stop()
            self.bar = None
            for text in self.recent:
                self.terminal.err.print(text)

    def _show(self, epoch: int, done: int, metrics: Mapping[str, float]) -> None:
        if self.display is not None:
            share = done / max(1, self.epochs * self.steps)
            self.display.show(share, f"epoch {epoch}/{self.epochs}  {_metrics(metrics)}")
        elif self.bar is not None:
            shown = _metrics(metrics)
            self.bar.update(self.task, completed=done, description=f"epoch {epoch}/{self.epochs}", metrics=shown)


def epoch_line(row: Mapping[str, float], epochs: int) -> str:
    """Return the line of an epoch: `epoch 3/10  loss 0.3210  accuracy 0.9012`."""
    return f"epoch {int(row['epoch'])}/{epochs}  {_metrics(row)}"


def _metrics(row: Mapping[str, float], most: int = 6) -> str:
    """Return the first metrics of a row: `loss 0.3210  accuracy 0.9012  …`."""
    names = [name for name in row if name not in ("epoch", "seconds", "learning_rate", "regularization_loss")]
    names = [name for name in names if not name.endswith("_regularization_loss")][:most]
    return "  ".join(f"{one_line(name)} {shown_number(float(row[name]))}" for name in names)
