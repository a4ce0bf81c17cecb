"""Kill searches at random moments (the parent, a worker, or all) and compare what they trained with undisturbed ones.

Of `stacked` and `folds` the trials are stacks, and of `rungs` those of each round of Hyperband; their trials differ in
numbers that are each member's own.
"""

import argparse
import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CONFIG = """
seed: 1
data: iris
model:
  - Normalization
  - Dense: {units: 16, activation: relu}
  - Dropout: 0.1
  - Dense: {units: 3, activation: softmax}
train:
  epochs: 60
  batch_size: 4
  optimizer: {Adam: {learning_rate: 0.003}}
  checkpoint_seconds: 0.2
tune:
  engine: ENGINE
"""
SPACE = """  trials: 20
  space:
    model.1.Dense.units: {choice: [8, 16, 24, 32]}
    model.2.Dropout.rate: {float: [0, 0.4], step: 0.1}
    train.optimizer.Adam.learning_rate: {float: [0.001, 0.1], log: true}
"""
RATES = """  trials: 24
  keep: all
  space:
    model.1.Dense.units: {choice: [8, 16]}
    model.2.Dropout.rate: {float: [0.05, 0.4]}
    train.optimizer.Adam.learning_rate: {float: [0.001, 0.1], log: true}
"""
FOLDS = RATES.replace("trials: 24", "trials: 6").replace("keep: all", "folds: 4")
HYPERBAND = "{Hyperband: {max_epochs: 27, factor: 3}}"
JOBS = {
    "random": CONFIG.replace("ENGINE", "RandomSearch") + SPACE,
    "hyperband": CONFIG.replace("ENGINE", HYPERBAND) + SPACE,
    "grid": CONFIG.replace("ENGINE", "GridSearch") + SPACE,
    "stacked": CONFIG.replace("ENGINE", "RandomSearch").replace("epochs: 60", "epochs: 300") + RATES,
    "folds": CONFIG.replace("ENGINE", "RandomSearch").replace("epochs: 60", "epochs: 200") + FOLDS,
    "rungs": CONFIG.replace("ENGINE", HYPERBAND).replace("batch_size: 4", "batch_size: 1") + RATES.replace("24", "40"),
}
NOT_COMPARED = ("seconds",)


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start `nntrain` in a folder, as the leader of a process group."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "nntrain", *arguments, "-q"]
    out = (folder / "out.txt").open("wb")
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out, start_new_session=True)


def finish(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait for the end; raises SystemExit when the search failed."""
    if process.wait():
        raise SystemExit(f"{process.args} ended with {process.returncode}:\n{(folder / 'out.txt').read_text()}")


def children(parent: int) -> list[int]:
    """Return the worker processes: children that run Python's spawn."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            status = (entry / "stat").read_text().rpartition(")")[2].split()
            line = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if int(status[1]) == parent and b"spawn_main" in line:
            found.append(int(entry.name))
    return found


def strike(process: subprocess.Popen[bytes], chance: random.Random, again: bool) -> bool:
    """Kill the parent, a worker, or all of them; return whether the search must be resumed.

    again: whether a worker of this process was killed before. A second time would end a trial, which is not looked at.
    """
    target = chance.choice(["parent", "all"] if again else ["parent", "worker", "all"])
    workers = children(process.pid)
    if target == "worker" and workers:
        os.kill(chance.choice(workers), signal.SIGKILL)
        return False
    if target == "all":
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
    return True


def search(folder: Path, name: str, job: str, kills: int, chance: random.Random, seconds: float) -> int:
    """Run a search with so many kills spread over it, and return how many hit."""
    (folder / f"{job}.yaml").write_text(JOBS[job])
    begin = ("tune", f"{job}.yaml", "--name", name, "--no-plots", "--no-report")
    process, hits, again = start(folder, *begin), 0, False
    for _ in range(kills):
        time.sleep(chance.uniform(0.5, 1.5) * seconds / kills + 2)  # a start takes two seconds
        if process.poll() is not None:
            break
        hits += 1
        again = not strike(process, chance, again)
        if not again:
            if (folder / "runs" / name / "journal.jsonl").is_file():
                process = start(folder, "resume", name, "--no-plots", "--no-report")
            else:  # the kill came before there was anything to resume
                shutil.rmtree(folder / "runs" / name, ignore_errors=True)
                process = start(folder, *begin)
    finish(process, folder)
    return hits


def table(folder: Path, name: str) -> list[list[dict[str, str]]]:
    """Return the rows of trials.csv and of each metrics.csv without what took time."""
    place = folder / "runs" / name
    return [rows(file) for file in [place / "trials.csv", *sorted(place.glob("trial-*/**/metrics.csv"))]]


def rows(file: Path) -> list[dict[str, str]]:
    """Return the rows of a file without what took time."""
    with file.open() as content:
        return [{k: v for k, v in row.items() if k not in NOT_COMPARED} for row in csv.DictReader(content)]


def stacked(folder: Path, name: str) -> int:
    """Return the number of trainings that were part of a stack."""
    return sum('"stack"' in file.read_text() for file in (folder / "runs" / name).glob("trial-*/**/environment.json"))


def main() -> None:
    """`search.py [--times N] [--seed N] [--jobs JOB ...]`: N kills in each search."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", nargs="+", default=list(JOBS), choices=list(JOBS))
    wanted = parser.parse_args()
    chance, different = random.Random(wanted.seed), 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for job in wanted.jobs:
            began = time.monotonic()
            search(folder, f"calm-{job}", job, 0, chance, 0.0)
            seconds = time.monotonic() - began
            hits = search(folder, f"torn-{job}", job, wanted.times, chance, seconds)
            calm, torn = table(folder, f"calm-{job}"), table(folder, f"torn-{job}")
            same, together = calm == torn, stacked(folder, f"torn-{job}")
            different += not same
            words = f"{len(calm[0])} trials, {together} trainings in stacks, {hits} kills"
            print(f"{job}: {words}, {'identical' if same else 'DIFFERENT'}", flush=True)
            if not same:
                print(*[pair for pair in zip(calm, torn, strict=False) if pair[0] != pair[1]], sep="\n")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
