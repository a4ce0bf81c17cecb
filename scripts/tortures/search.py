"""Kill searches at random moments (the parent, a worker, or all) and compare their tables with undisturbed ones."""

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
  trials: 20
  space:
    model.1.Dense.units: {choice: [8, 16, 24, 32]}
    model.2.Dropout.rate: {float: [0, 0.4], step: 0.1}
    train.optimizer.Adam.learning_rate: {float: [0.001, 0.1], log: true}
"""
ENGINES = {"random": "RandomSearch", "hyperband": "{Hyperband: {max_epochs: 27, factor: 3}}", "grid": "GridSearch"}
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


def strike(process: subprocess.Popen[bytes], chance: random.Random) -> bool:
    """Kill the parent, a worker, or all of them; return whether the search must be resumed."""
    target = chance.choice(["parent", "worker", "all"])
    workers = children(process.pid)
    if target == "worker" and workers:
        os.kill(chance.choice(workers), signal.SIGKILL)
        return False
    if target == "all":
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
    return True


def search(folder: Path, name: str, engine: str, kills: int, chance: random.Random, seconds: float) -> int:
    """Run a search with so many kills spread over it, and return how many hit."""
    (folder / f"{engine}.yaml").write_text(CONFIG.replace("ENGINE", ENGINES[engine]))
    begin = ("tune", f"{engine}.yaml", "--name", name)
    process, hits = start(folder, *begin), 0
    for _ in range(kills):
        time.sleep(chance.uniform(0.5, 1.5) * seconds / kills + 2)  # a start takes two seconds
        if process.poll() is not None:
            break
        hits += 1
        if strike(process, chance):
            if (folder / "runs" / name / "journal.jsonl").is_file():
                process = start(folder, "resume", name)
            else:  # the kill came before there was anything to resume
                shutil.rmtree(folder / "runs" / name, ignore_errors=True)
                process = start(folder, *begin)
    finish(process, folder)
    return hits


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of trials.csv without what took time."""
    with (folder / "runs" / name / "trials.csv").open() as file:
        return [{k: v for k, v in row.items() if k not in NOT_COMPARED} for row in csv.DictReader(file)]


def main() -> None:
    """`search.py [--times N] [--seed N] [--engines ENGINE ...]`: N kills in each search."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engines", nargs="+", default=["random", "hyperband"], choices=list(ENGINES))
    wanted = parser.parse_args()
    chance, different = random.Random(wanted.seed), 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for engine in wanted.engines:
            began = time.monotonic()
            search(folder, f"calm-{engine}", engine, 0, chance, 0.0)
            seconds = time.monotonic() - began
            hits = search(folder, f"torn-{engine}", engine, wanted.times, chance, seconds)
            calm, torn = table(folder, f"calm-{engine}"), table(folder, f"torn-{engine}")
            same = calm == torn
            different += not same
            print(f"{engine}: {len(calm)} trials, {hits} kills, {'identical' if same else 'DIFFERENT'}", flush=True)
            if not same:
                print(*[pair for pair in zip(calm, torn, strict=False) if pair[0] != pair[1]], sep="\n")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
