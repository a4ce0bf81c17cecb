"""When a worker has grown so much that a new one replaces it.

TensorFlow keeps half a megabyte of every graph. A new worker takes two seconds to start, so a worker that has grown a
little is only replaced after some trials.
"""

import os
from pathlib import Path

GROWTH_BYTES = 60_000_000  # after `LEAST_TRIALS`
LARGE_GROWTH_BYTES = 1_000_000_000  # at any time
FIRST_TRIALS = 5  # after which growth is counted
LEAST_TRIALS = 50


class MemoryGrowth:
    """How much this process has grown since its first trials."""

    def __init__(self) -> None:
        self.trials = 0
        self.first = 0

    def is_large(self) -> bool:
        """Return whether to replace the worker. Call it after every trial."""
        self.trials += 1
        now = resident_bytes(os.getpid())
        if self.trials <= FIRST_TRIALS:
            self.first = now
        limit = GROWTH_BYTES if self.trials >= LEAST_TRIALS else LARGE_GROWTH_BYTES
        return now - self.first > limit


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process; 0 where the system does not report it."""
    status = Path(f"/proc/{pid}/statm")
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if status.is_file() else 0
