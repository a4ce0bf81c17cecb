"""metrics.csv of the runs of a stack while they train, so that other processes see how far they are."""

import time
from collections.abc import Collection, Mapping, Sequence

from nntrain.runs.results import METRICS_SECONDS
from nntrain.storage.gathered import GatheredRunDir, write_all
from nntrain.training.history import Row
from nntrain.training.stack import Watcher
from nntrain.training.stack_member import Member

SHARE = 0.02  # of the time that the files may take, at most


class StackedRows:
    """What a stack calls: it passes all on to a watcher, and now and then writes the rows of members with new ones.

    A run that had ended before, in a process that was killed later, keeps its files.
    """

    def __init__(self, watcher: Watcher, members: Sequence[Member], folders: Mapping[str, GatheredRunDir]) -> None:
        self.watcher = watcher
        self.folders = {name: folder for name, folder in folders.items() if not folder.has_succeeded}
        self.members = [member for member in members if member.name in self.folders]
        self.due = time.monotonic() + METRICS_SECONDS
        self.written = dict.fromkeys(self.folders, 0)  # rows of each that are on the disk

    def start(self, epochs: int) -> None:
        """Pass it on."""
        self.watcher.start(epochs)

    def part(self, epoch: int, share: float) -> None:
        """Pass it on."""
        self.watcher.part(epoch, share)

    def rows(self, rows: Mapping[str, Row]) -> Collection[str]:
        """Pass it on, and write the rows where that is due; raises NNTrainError where a run cannot be written."""
        stopped = self.watcher.rows(rows)
        began = time.monotonic()
        if began >= self.due:
            self._write()
            took = time.monotonic() - began
            self.due = began + max(METRICS_SECONDS, took / SHARE)
        return stopped

    def end(self) -> None:
        """Pass it on."""
        self.watcher.end()

    def _write(self) -> None:
        for member in self.members:
            if (count := len(member.history.rows)) > self.written[member.name]:
                self.folders[member.name].write_rows(member.history.rows)
                self.written[member.name] = count
        write_all(self.folders.values())
