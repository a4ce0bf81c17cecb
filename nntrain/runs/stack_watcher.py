"""The progress of a stack: one line for all runs, and the events of each."""

from collections.abc import Collection, Mapping

from nntrain.progress import ProgressWatcher
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.history import Row

_SHARES = 1000  # of an epoch, which the bar tells apart


class StackWatcher(ProgressWatcher):
    """Shows the means over the runs that are trained; folders: those of the runs by their names, in the group's."""

    def __init__(self, terminal: Terminal, folders: Mapping[str, RunDir]) -> None:
        super().__init__(terminal)
        self.folders = folders

    def start(self, epochs: int) -> None:
        """Start the bar."""
        self.begin(epochs, _SHARES)

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
        return ()

    def _refuse_if_gone(self) -> None:
        next(iter(self.folders.values())).refuse_if_gone()


def mean_of(rows: Mapping[str, Row]) -> Row:
    """Return the mean of each number over the runs."""
    names = next(iter(rows.values()))
    return {name: sum(row[name] for row in rows.values()) / len(rows) for name in names}
