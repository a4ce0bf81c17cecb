"""Two or more jobs run in turn on the same machine, several times; medians and their ratio."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
Job = Callable[[], dict[str, float]]


def alternate(jobs: Mapping[str, Job], runs: int) -> dict[str, dict[str, float]]:
    """The median of every figure of every job over so many rounds; each round runs every job once."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in jobs}
    for number in range(runs):
        for name, job in jobs.items():
            found[name].append(job())
            shown = "  ".join(f"{key} {value:.2f}" for key, value in found[name][-1].items())
            print(f"run {number + 1}/{runs}  {name:24} {shown}", file=sys.stderr, flush=True)
    return {
        name: {key: statistics.median(figures[key] for figures in every) for key in every[0]}
        for name, every in found.items()
    }


def report(title: str, medians: Mapping[str, Mapping[str, float]], base: str) -> None:
    """A line for each job: medians, and the ratio to the base job."""
    print(title)
    for name, figures in medians.items():
        words = [f"{key} {value:.3f} ({value / medians[base][key]:.2f})" for key, value in figures.items()]
        print(f"  {name:24} {'   '.join(words)}")
    print(f"  in brackets: the ratio to {base}", flush=True)


def python(script: str, *arguments: str, interpreter: str = sys.executable) -> Job:
    """A job that runs a script of this folder, which prints its figures as JSON, and adds the process's time."""

    def job() -> dict[str, float]:
        return timed([interpreter, str(HERE / script), *arguments])

    return job


def nntrain(config: str, *arguments: str) -> Job:
    """A job that runs `nntrain fit` and reads the figures from the run directory."""

    def job() -> dict[str, float]:
        with tempfile.TemporaryDirectory() as runs:
            command = [sys.executable, "-m", "nntrain", "fit", str(HERE / config), "-q", "--runs-dir", runs]
            whole = timed([*command, *arguments], parse=False)
            return {**whole, **figures_of(next(Path(runs).iterdir()))}

    return job


def figures_of(run: Path) -> dict[str, float]:
    """Training seconds of a run, and the median epoch after the first."""
    lines = (run / "metrics.csv").read_text().splitlines()
    column = lines[0].split(",").index("seconds")
    epochs = [float(line.split(",")[column]) for line in lines[1:]]
    summary = json.loads((run / "summary.json").read_text())
    return {"training": summary["seconds"], "epoch": statistics.median(epochs[1:] or epochs)}


def timed(command: list[str], parse: bool = True) -> dict[str, float]:
    """Seconds and peak memory (MB) of a process, and the JSON figures on its last line."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    started = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        out, err = process.communicate()
    seconds = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{err}")
    told: dict[str, Any] = json.loads(out.strip().splitlines()[-1]) if parse else {}
    return {"process": seconds, **told}
