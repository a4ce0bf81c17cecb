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
    """The median of each metric of each job over the rounds; each round runs every job once."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in jobs}
    for number in range(runs):
        for name, job in jobs.items():
            found[name].append(job())
            shown = "  ".join(f"{key} {value:.2f}" for key, value in found[name][-1].items())
            print(f"run {number + 1}/{runs}  {name:24} {shown}", file=sys.stderr, flush=True)
    return {
        name: {key: statistics.median(metrics[key] for metrics in every) for key in every[0]}
        for name, every in found.items()
    }


def report(title: str, medians: Mapping[str, Mapping[str, float]], base: str) -> None:
    """A line for each job: medians, and the ratio to the base job."""
    print(title)
    for name, metrics in medians.items():
        words = [f"{key} {value:.3f} ({value / medians[base][key]:.2f})" for key, value in metrics.items()]
        print(f"  {name:24} {'   '.join(words)}")
    print(f"  in brackets: the ratio to {base}", flush=True)


def python(script: str, *arguments: str, interpreter: str = sys.executable) -> Job:
    """A job that runs a script of this folder, which prints its metrics as JSON, and adds the process's time."""

    def job() -> dict[str, float]:
        return timed([interpreter, str(HERE / script), *arguments])

    return job


def nntrain(config: str, *arguments: str) -> Job:
    """A job that runs `nntrain fit` and reads the metrics from the run directory."""

    def job() -> dict[str, float]:
        with tempfile.TemporaryDirectory() as runs:
            command = [sys.executable, "-m", "nntrain", "fit", str(HERE / config), "-q", "--runs-dir", runs]
            whole = timed([*command, *arguments], parse=False)
            return {**whole, **metrics_of(next(Path(runs).iterdir()))}

    return job


def metrics_of(run: Path) -> dict[str, float]:
    """Training seconds of a run, and the median epoch after the first."""
    lines = (run / "metrics.csv").read_text().splitlines()
    column = lines[0].split(",").index("seconds")
    epochs = [float(line.split(",")[column]) for line in lines[1:]]
    summary = json.loads((run / "summary.json").read_text())
    return {"training": summary["seconds"], "epoch": statistics.median(epochs[1:] or epochs)}


def metrics_of_search(place: Path) -> dict[str, float]:
    """Trials, epochs, seconds and the best score of a search."""
    summary = json.loads((place / "summary.json").read_text())
    metrics = {name: float(summary[name]) for name in ("trials", "epochs", "seconds")}
    return {**metrics, "score": summary["best"]["score"]}


def goal(words: str, value: float, at_least: float | None = None, at_most: float | None = None) -> None:
    """A line that says whether a goal is reached."""
    low = [] if at_least is None else [(f"at least {at_least:g}", value >= at_least)]
    high = [] if at_most is None else [(f"at most {at_most:g}", value <= at_most)]
    bounds, reached = zip(*(low + high), strict=True)
    print(f"  {words}: {value:.2f}, goal {' and '.join(bounds)}: {'reached' if all(reached) else 'MISSED'}", flush=True)


def timed(command: list[str], parse: bool = True) -> dict[str, float]:
    """Seconds, CPU seconds and peak memory (MB) of a process, and the JSON metrics on its last line.

    The processes that it has started count too: their CPU seconds are added, and the peak is that of the largest one.
    Linux hands a process the peak of the one that starts it, so this one must stay smaller than what it measures.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=out, stderr=err, env=environment) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        out.seek(0), err.seek(0)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{err.read()}")
        metrics: dict[str, Any] = json.loads(out.read().strip().splitlines()[-1]) if parse else {}
    return {"process": seconds, "CPU": used.ru_utime + used.ru_stime, "peak MB": used.ru_maxrss / 1024, **metrics}
