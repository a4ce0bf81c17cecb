"""The progress of a stack: one line for all runs, and the events of each."""

import time
from collections.abc import Collection, Mapping

from nntrain.config.messages import counted
from nntrain.progress import ProgressWatcher
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.history import History, Row
from nntrain.watching.follow import screen_of
from nntrain.watching.progress import SCREEN_SECONDS, Progress
from nntrain.watching.several import Several

_SHARES = 1000  # of an epoch, which the bar tells apart


class StackWatcher(ProgressWatcher):
    """Shows the means over the runs that are trained; folders: those of the runs by their names, in the group's.

    histories: of the same runs, to which the stack adds its rows. monitored: the column that decides, and which of its
    values is the best.
    """

    def __init__(
        self,
        terminal: Terminal,
        folders: Mapping[str, RunDir],
        histories: Mapping[str, History],
        monitored: tuple[str, str],
    ) -> None:
        super().__init__(terminal)
        self.folders = folders
        self.histories = histories
        self.monitored = monitored
        self.screen = screen_of(terminal) if terminal.curves else None
        self.is_drawn = self.screen is not None
        self.drawn = 0.0

    def start(self, epochs: int) -> None:
        """Start the bar, or the screen with the curves."""
        if self.screen is None:
            self.begin(epochs, _SHARES)
        else:
            self.epochs, self.steps = epochs, _SHARES
            self._draw("running")

    def _draw(self, state: str) -> None:
        """Draw the curves of the mean, and a line for each run."""
        if self.screen is None:
            return
        group = next(iter(self.folders.values())).path.parent.name
        runs = [
            Progress(name, state, each.rows, self.epochs, *self.monitored, group=group)
            for name, each in self.histories.items()
        ]
        self.screen.show(Several(f"{group}, {counted(len(runs), 'run')} as one program, {state}", runs).lines)
        self.drawn = time.monotonic()

    def end(self) -> None:
        """Remove the bar; the curves stay."""
        super().end()
        if self.screen is not None:
            self._draw("ended")
            self.screen.end()
            self.screen = None

    def part(self, epoch: int, share: float) -> None:
        """Move the bar within an epoch; raises NNTrainError when a run directory was removed."""
        self._refuse_if_gone()
        self.piece(epoch, int(share * _SHARES), {})

    def rows(self, rows: Mapping[str, Row]) -> Collection[str]:
        """Show the new rows at the end of an epoch; raises NNTrainError when a run directory was removed."""
        self._refuse_if_gone()
        for name, row in rows.items():
            self.terminal.event("epoch", {"run": str(self.folders[name]), **row})
        if rows:
            self.end_of_epoch(mean_of(rows))
        if time.monotonic() - self.drawn > SCREEN_SECONDS:
            self._draw("running")
        return ()

    def _refuse_if_gone(self) -> None:
        next(iter(self.folders.values())).refuse_if_gone()


def mean_of(rows: Mapping[str, Row]) -> Row:
    """Return the mean of each number over the runs."""
    names = next(iter(rows.values()))
    return {name: sum(row[name] for row in rows.values()) / len(rows) for name in names}
