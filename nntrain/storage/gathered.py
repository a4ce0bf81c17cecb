"""The files of many runs, written together: a disk makes many files durable in nearly the time of one."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from nntrain.storage.run_dir import RunDir

_AT_ONCE = 16  # runs whose files wait for the disk


@dataclass(frozen=True)
class GatheredRunDir(RunDir):
    """A run directory whose files are written when `write_all` gets it, in the order in which they were given."""

    waiting: list[Callable[[], None]] = field(default_factory=list, compare=False)

    def write(self, name: str, content: str | bytes) -> None:
        """Keep a file to be written."""
        self.later(partial(RunDir(self.path).write, name, content))

    def later(self, action: Callable[[], None]) -> None:
        """Keep what else is to be done between the files before and after it."""
        self.waiting.append(action)

    def _write_waiting(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


def write_all(folders: Iterable[GatheredRunDir]) -> None:
    """Write the files that the runs have gathered; raises NNTrainError where one cannot be written."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(GatheredRunDir._write_waiting, folders):
            pass
