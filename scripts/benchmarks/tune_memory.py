"""Resident memory of a search and of its workers after 50 and after 500 trials.

`tune_memory.py [--first 50] [--last 500] [--workers 2] [--epochs 2]` watches `nntrain tune` from outside: its journal
and /proc. A worker that has grown too much is replaced by a new one, so the largest one seen up to then is printed too.
The widths of the net are drawn from a thousand, so that nearly every trial is another graph.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from measure import HERE, ROOT, goal

CONFIG = HERE / "tune.yaml"
WIDTHS = "tune.space.model.1.Dense.units={int: [1, 1000]}"
POLL_SECONDS = 0.1
MORE = 10  # trials after the last look, so that the search is at work when it is looked at


@dataclass(frozen=True)
class Look:
    """Memory in MB when so many trials were done."""

    trials: int
    parent: float
    workers: tuple[float, ...]


def resident(process: int) -> float:
    """VmRSS of a process in MB; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def workers_of(parent: int) -> list[int]:
    """The processes that the search has started and that train."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            owner = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            if owner == parent and b"spawn_main" in (place / "cmdline").read_bytes():
                found.append(int(place.name))
        except OSError:
            continue
    return found


def finished_trials(runs: Path) -> int:
    """How many trials the journal of the search has the results of."""
    journal = next(runs.glob("*/journal.jsonl"), None)
    return 0 if journal is None else journal.read_bytes().count(b'{"event": "tell"')


def watch(process: subprocess.Popen[bytes], runs: Path) -> list[Look]:
    """A look whenever a trial has ended, until the search ends."""
    looks: list[Look] = []
    while process.poll() is None:
        time.sleep(POLL_SECONDS)
        trials = finished_trials(runs)
        if trials > (looks[-1].trials if looks else 0):
            parent, workers = resident(process.pid), [resident(worker) for worker in workers_of(process.pid)]
            looks.append(Look(trials, parent, tuple(workers)))
            if trials % 50 == 0:
                print(f"{trials:4} trials  {words(looks[-1])}", file=sys.stderr, flush=True)
    return looks


def words(look: Look) -> str:
    """A look in words."""
    return f"parent {look.parent:.0f} MB   workers {' '.join(f'{worker:.0f}' for worker in look.workers)} MB"


def command(wanted: argparse.Namespace, runs: Path) -> list[str]:
    """The search that is watched."""
    settings = (f"tune.trials={wanted.last + MORE}", f"train.epochs={wanted.epochs}", WIDTHS)
    start = [sys.executable, "-m", "nntrain", "tune", str(CONFIG), "-q", "--runs-dir", str(runs)]
    sets = [word for setting in settings for word in ("--set", setting)]
    return [*start, "--workers", str(wanted.workers), *sets]


def main() -> None:
    """Watches a search and compares what it needs late with what it needs early."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=50, help="trials before the first look")
    parser.add_argument("--last", type=int, default=500, help="trials before the last look")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=2)
    wanted = parser.parse_args()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    with tempfile.TemporaryDirectory() as runs:
        with subprocess.Popen(command(wanted, Path(runs)), env=environment, stdout=subprocess.DEVNULL) as process:
            looks = watch(process, Path(runs))
        if process.returncode:
            raise SystemExit(f"the search ended with {process.returncode}")
    report(looks, wanted)


def report(looks: list[Look], wanted: argparse.Namespace) -> None:
    """Both looks, the largest that was seen up to then, and the goals."""
    found = []
    print(f"Resident memory of a search with {wanted.workers} workers, {wanted.epochs} epochs a trial")
    for trials in (wanted.first, wanted.last):
        look = next(look for look in looks if look.trials >= trials)
        largest = max(size for one in looks if one.trials <= look.trials for size in one.workers)
        found.append((look.parent, largest))
        print(f"  after {look.trials:4} trials        {words(look)}   largest worker so far {largest:.0f} MB")
    (early, small), (late, large) = found
    goal("parent, late against early", late / early, at_most=1.1)
    goal("largest worker, late against early", large / small, at_most=1.1)


if __name__ == "__main__":
    main()
