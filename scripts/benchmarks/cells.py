"""Measurements that are kept in a file, on a machine that does nothing else meanwhile."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from measure import Job

OTHERS = 0.1  # of the time of a core, that other processes may use during a measurement
PATIENCE = 30  # attempts, a few seconds apart
PAUSE = 10  # seconds
PACKAGES = ("tensorflow", "keras", "scikit-learn", "keras-tuner", "numpy")
RATE = """
import time, tensorflow as tf
a = tf.random.normal((2048, 2048)); best = {}
for name in ("float32", "bfloat16"):
    x = tf.cast(a, name)
    product = tf.function(lambda: tf.reduce_sum(tf.linalg.matmul(x, x)))
    product(); times = []
    for _ in range(15):
        began = time.perf_counter(); product().numpy(); times.append(time.perf_counter() - began)
    best[name] = 2048**3 / sorted(times)[7]
import json; print(json.dumps(best))
"""
"""Prints multiplications a second of a product of large matrices, the median of 15, in each precision."""


@dataclass(frozen=True)
class Machine:
    """What measurements are true for."""

    processor: str
    cores: int
    amx: bool
    python: str
    packages: dict[str, str]

    @classmethod
    def here(cls) -> "Machine":
        """This machine."""
        described = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
        names = [line.partition(":")[2].strip() for line in described.splitlines() if line.startswith("model name")]
        packages = {name: version(name) for name in PACKAGES}
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        processor = (names or [platform.processor()])[0]
        return cls(processor, cores, "amx_bf16" in described, platform.python_version(), packages)


class Cells:
    """The metrics of each run of each contender, by job; written after each."""

    def __init__(self, path: Path, machine: Machine) -> None:
        self._path = path
        kept = json.loads(path.read_text()) if path.exists() else {}
        if kept.get("machine") != asdict(machine):
            kept = {"machine": asdict(machine), "rates": rates(), "jobs": {}}
        self._kept: dict[str, Any] = kept

    @property
    def machine(self) -> Machine:
        """Where it was measured."""
        return Machine(**self._kept["machine"])

    @property
    def rates(self) -> dict[str, float]:
        """Multiplications a second of a large matrix product, by precision."""
        return dict(self._kept["rates"])

    def measure(self, job: str, contender: str, number: int, run: Job) -> None:
        """Run a contender, unless it has been run so often already."""
        found = self._kept["jobs"].setdefault(job, {}).setdefault(contender, [])
        if len(found) > number:
            return
        metrics = undisturbed(run)
        if metrics is None:
            print(f"left out: {job}, {contender}: the machine is busy with something else", file=sys.stderr)
            return
        found.append(metrics)
        shown = "  ".join(f"{key} {value:.2f}" for key, value in metrics.items())
        print(f"round {number + 1}  {job:14} {contender:38} {shown}", file=sys.stderr, flush=True)
        self._path.write_text(json.dumps(self._kept, indent=1) + "\n")

    def of(self, job: str, contender: str, metric: str) -> list[float]:
        """What was measured."""
        return [each[metric] for each in self._kept["jobs"].get(job, {}).get(contender, [])]

    def median(self, job: str, contender: str, metric: str) -> float:
        """The median of it."""
        return statistics.median(self.of(job, contender, metric))

    def ratio(self, job: str, contender: str, base: str, metric: str) -> float:
        """The median over the rounds of the ratio to `base`: within a round the machine is as fast for both."""
        both = zip(self.of(job, contender, metric), self.of(job, base, metric), strict=False)
        return statistics.median(value / against for value, against in both)


def undisturbed(run: Job) -> dict[str, float] | None:
    """The metrics of a run during which other processes used less than a tenth of a core; None if there was none."""
    for _ in range(PATIENCE):
        if share_of_others(time.sleep, 1.0) > OTHERS:
            time.sleep(PAUSE)
            continue
        before, began = busy_seconds(), time.perf_counter()
        metrics = run()
        others = (busy_seconds() - before - metrics["CPU"]) / (time.perf_counter() - began)
        if others < OTHERS:
            return metrics
    return None


def share_of_others(wait: Any, seconds: float) -> float:
    """The cores that are in use while this process waits."""
    before = busy_seconds()
    wait(seconds)
    return (busy_seconds() - before) / seconds


def busy_seconds() -> float:
    """CPU seconds that all processes of the machine have used; 0 where the system does not say."""
    if not Path("/proc/stat").exists():
        return 0.0
    user, nice, system, _, _, irq, softirq = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def rates() -> dict[str, float]:
    """Multiplications a second of a product of two matrices of 2048 x 2048, by precision."""
    words = [sys.executable, "-W", "ignore", "-c", RATE]
    done = subprocess.run(
        words, capture_output=True, text=True, check=True, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))
