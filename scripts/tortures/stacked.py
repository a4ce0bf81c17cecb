"""Kill groups that are trained as one with SIGKILL at random moments, resume them, and compare every run.

Six jobs take turns: seeds with Dropout, BatchNormalization, early stopping and a rate that falls on a plateau, of
which each ends in another epoch; folds whose numbers of rows differ; an ensemble as one; an ensemble and seeds
in bfloat16, whose members are trained in turn; folds that are trained at once, a process each, and compared with
folds in turn.
"""

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from kill import difference, finish, outcome, start

from nntrain.model.restore import load_model
from nntrain.storage.run_dir import RunDir

MODEL = """
seed: 3
data: iris
model:
  - Normalization
  - Dense: {units: 16, activation: relu, kernel_regularizer: {L2: 1e-4}}
  - BatchNormalization
  - Dropout: 0.3
train:
  batch_size: 7
  optimizer: {Adam: {learning_rate: 0.01}}
"""
SEEDS = """  epochs: 400
  checkpoint_seconds: 0.1
  callbacks:
    - EarlyStopping: {patience: 60, restore_best_weights: true}
    - ReduceLROnPlateau: {patience: 20}
"""
FOLDS = """  epochs: 200
  checkpoint_seconds: 0
"""
AT_ONCE = ("--workers", "2")
JOBS = {
    "seeds": (SEEDS, ("--seeds", "12")),
    "folds": (FOLDS, ("--folds", "7")),
    "ensemble": (SEEDS + "  ensemble: 8\n", ()),
    "bfloat16": (FOLDS + "  precision: mixed_bfloat16\n", ("--seeds", "8")),
    "at_once": (FOLDS.replace("200", "120"), ("--folds", "5", "--no-stack", *AT_ONCE)),
    "in_turn": (SEEDS.replace("400", "120") + "  ensemble: 3\n", ("--no-stack",)),
}


def killed(folder: Path, job: str, name: str, chance: random.Random, seconds: float) -> int:
    """Train a group with one to three kills, and return how many hit; the last process runs to its end."""
    fit = ("fit", f"{job}.yaml", "--name", name, "-q", "--no-report", *JOBS[job][1])
    hits, process = 0, start(folder, *fit)
    for _ in range(chance.choice([1, 1, 2, 3])):
        time.sleep(chance.uniform(0.3, 1.0) * seconds)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        hits += 1
        if any((folder / "runs" / name / file).is_file() for file in ("group.json", "resolved.yaml")):
            again = AT_ONCE if job == "at_once" and chance.random() < 0.7 else ()
            process = start(folder, "resume", name, "-q", "--no-report", *again)
        else:  # the kill came before there was anything to resume
            shutil.rmtree(folder / "runs" / name, ignore_errors=True)
            process = start(folder, *fit)
    finish(process)
    return hits


def outcomes(group: Path) -> dict[str, Any]:
    """Return what must be equal of each run, and of the ensemble that they are."""
    runs = {path.parent.name: outcome(path.parent) for path in sorted(group.glob("*/resolved.yaml"))}
    return {"mean": of_mean(group), **runs} if (group / "ensemble.json").is_file() else runs


def of_mean(run: Path) -> dict[str, Any]:
    """Return what must be equal of an ensemble, whose members have the checkpoints."""
    rows = [{name: cell for name, cell in row.items() if name != "seconds"} for row in RunDir(run).read_rows()]
    weights = load_model(RunDir(run)).model.weights
    arrays = {weight.path: weight.numpy().tobytes() for weight in weights}
    return {"rows": rows, "ends": RunDir(run).read_json("summary.json")["metrics"], "arrays": arrays}


def first_difference(one: dict[str, Any], other: dict[str, Any]) -> str:
    """Return which run differs first, and in what; empty where none does."""
    if list(one) != list(other):
        return f"the runs are {list(one)} and {list(other)}"
    found = {name: difference(one[name], other[name]) for name in one}
    return next((f"{name}: {text}" for name, text in found.items() if text), "")


def main() -> None:
    """`stacked.py [--times N] [--seed N] [--jobs JOB ...]`; exit code 1 when any run ended differently."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", nargs="+", default=list(JOBS), choices=list(JOBS))
    wanted = parser.parse_args()
    chance = random.Random(wanted.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        calm, seconds = {}, {}
        for job in wanted.jobs:
            text, options = JOBS[job]
            (folder / f"{job}.yaml").write_text(MODEL + text)
            began = time.monotonic()
            in_turn = [word for word in options if word not in AT_ONCE]
            finish(start(folder, "fit", f"{job}.yaml", "-q", "--no-report", *in_turn))
            seconds[job] = time.monotonic() - began
            calm[job] = outcomes(folder / "runs" / job)
            epochs = [len(run["rows"]) for run in calm[job].values()]
            print(f"{job}: epochs {epochs}, {seconds[job]:.1f} s undisturbed", flush=True)
        same = hits = missed = number = 0
        while number < wanted.times:
            job = wanted.jobs[number % len(wanted.jobs)]
            run = f"{job}-{number}-{missed}"
            hit = killed(folder, job, run, chance, seconds[job])
            if not hit:  # it ended before the first kill, and does not count
                missed, seconds[job] = missed + 1, 0.8 * seconds[job]
                continue
            found = first_difference(calm[job], outcomes(folder / "runs" / run))
            number, same, hits = number + 1, same + (not found), hits + hit
            print(f"{number}/{wanted.times} {job}: {hit} kills, {found or 'identical'}", flush=True)
        print(f"{same} of {wanted.times} groups identical after {hits} kills")
        sys.exit(same != wanted.times)


if __name__ == "__main__":
    main()
