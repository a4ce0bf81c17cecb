"""What this process may use of the machine: its cores, and the memory that its cgroups leave it."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


def cores() -> int:
    """Return how many cores this process may use: of its affinity, and not more than the time its cgroups allow."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([usable, *(int(quota) for quota in _quotas())]))


def too_many(processes: int) -> str:
    """Return in words that this many processes are more than cores; "" where they are not."""
    if processes <= (usable := cores()):
        return ""
    of = "core" if usable == 1 else "cores"
    many = f"`--workers {processes}` on {usable} {of} takes more memory and is not faster"
    return f"{many}; use `--workers {usable}`"


def memory_limits() -> Iterator[int]:
    """Yield the bytes that each cgroup of this process, or one above it, allows at most."""
    for folder in _cgroups("memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            with contextlib.suppress(OSError, ValueError):  # missing, or `max`
                yield int((folder / name).read_text())


def _quotas() -> Iterator[float]:
    """Yield the cores that the time which each cgroup allows is worth."""
    for folder in _cgroups("cpu"):
        with contextlib.suppress(OSError, ValueError):  # of version 2: missing, or `max`
            quota, period = (folder / "cpu.max").read_text().split()
            yield int(quota) / int(period)
        with contextlib.suppress(OSError, ValueError):  # of version 1, where -1 is no limit
            quota, period = ((folder / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
            if int(quota) > 0:
                yield int(quota) / int(period)


def _cgroups(controller: str) -> Iterator[Path]:
    """Yield the folders of the cgroups of this process that control this, and of those above them."""
    for line in _OWN.read_text().splitlines() if _OWN.is_file() else []:
        _, controllers, name = line.split(":", 2)
        if not controllers or controller in controllers.split(","):  # of version 2, and of version 1
            group = _CGROUPS / controllers / name.lstrip("/")
            yield from (group, *group.parents)
