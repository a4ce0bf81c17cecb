"""Kill trainings with SIGKILL at random moments, resume them, and compare them with undisturbed ones.

Five jobs take turns. Two have Dropout, BatchNormalization, augmentation and Adam: one with early stopping, best
weights and a rate that falls on a plateau, one with a schedule and averaged weights. XLA compiles the third, whose
random numbers are drawn before its steps. The fourth reads a table of mixed columns, which a layer encodes, and has the
layers and the schedule of the template `strong`. The fifth computes in bfloat16, with the fused batch normalization.
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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from nntrain import backend
from nntrain.storage.run_dir import RunDir

backend.start("cpu")

from nntrain.training.checkpoint import Store  # noqa: E402  # TensorFlow must be started first

ROOT = Path(__file__).parent.parent.parent
IMAGES = """
model:
  - RandomTranslation: {height_factor: 0.1, width_factor: 0.1}
  - Conv2D: {filters: 4, kernel_size: 3}
  - BatchNormalization
  - ReLU
  - Flatten
  - Dense: {units: 16, kernel_regularizer: {L2: 1e-4}}
  - RReLU
  - Dropout: 0.3
train:
  batch_size: 32
"""
DENSE = """
model:
  - Flatten
  - Rescaling: 1/255
  - Dense: {units: 32, activation: relu}
  - BatchNormalization
  - RReLU
  - Dropout: 0.2
train:
  batch_size: 7
"""
PLATEAU = """  checkpoint_seconds: 0.3
  epochs: 40
  optimizer: Adam
  callbacks:
    - EarlyStopping: {patience: 12, restore_best_weights: true}
    - ReduceLROnPlateau: {patience: 2}
"""
SCHEDULE = """  checkpoint_seconds: 0
  steps: 1290
  optimizer: {Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 0.01, decay_steps: 1200}}, use_ema: true}}
  callbacks: [SwapEMAWeights]
"""
DATA = "seed: 3\ndata:\n  npz_file: {path: images.npz}"
TABLE = """
seed: 3
data:
  table: {path: table.csv, target: kind, task: classification, missing_target: skip}
model:
  - TableEncoding: {scaling: robust, onehot: 4}
  - PeriodicEmbedding: {kind: pbld, units: 2, frequencies: 4}
  - FeatureScale
  - NTKDense: 32
  - ParametricActivation: selu
  - Dropout: 0.15
  - NTKDense: {units: 3, activation: softmax}
train:
  checkpoint_seconds: 0.2
  epochs: 60
  batch_size: 32
  oversample: true
  optimizer: {AdamW: {learning_rate: {CosLog: {max_learning_rate: 0.04}}, beta_2: 0.95, weight_decay: 0.02}}
  learning_rate_factors: {feature_scale: 6, bias: 0.1, alpha: 0.1, periodic_embedding: 0.1}
  exclude_from_weight_decay: [bias]
  loss: {SparseCategoricalCrossentropy: {label_smoothing: 0.1}}
"""
COMPILED = """  checkpoint_seconds: 0.1
  epochs: 250
  compile: xla
  optimizer: {SGD: {learning_rate: 0.01, momentum: 0.9}}
"""
BFLOAT16 = """  checkpoint_seconds: 0.3
  epochs: 30
  precision: mixed_bfloat16
  optimizer: {SGD: {learning_rate: 0.02, momentum: 0.9, nesterov: true}}
"""
JOBS = {
    "plateau": DATA + IMAGES + PLATEAU,
    "schedule": DATA + IMAGES + SCHEDULE,
    "compiled": DATA + DENSE + COMPILED,
    "table": TABLE,
    "bfloat16": DATA + IMAGES + BFLOAT16,
}


def write_jobs(folder: Path) -> None:
    """Write small images of three classes with much noise, a table, and the configs."""
    generator = np.random.Generator(np.random.PCG64(0))
    y = np.arange(1500) % 3
    x = generator.integers(0, 200, (1500, 8, 8, 1)) + 25 * (
        np.arange(8).reshape(1, 8, 1, 1) % 3 == y.reshape(-1, 1, 1, 1)
    )
    np.savez(folder / "images.npz", x=x.astype("uint8"), y=y)
    (folder / "table.csv").write_text("size,colour,code,when,kind\n" + "".join(_rows(1500)))
    for name, text in JOBS.items():
        (folder / f"{name}.yaml").write_text(text)


def _rows(count: int) -> Iterator[str]:
    """Yield rows of a number, two categories and a date, with gaps in the columns and in the target."""
    chance = random.Random(0)
    for row in range(count):
        size = "" if row % 9 == 4 else f"{chance.gauss(row % 3, 1):.3f}"
        colour, code = chance.choice(["red", "green", "blue", ""]), f"c{chance.randrange(40)}"
        kind = "" if row % 50 == 7 else ("low", "middle", "high")[row % 3]
        yield f"{size},{colour},{code},2024-{row % 12 + 1:02}-{row % 28 + 1:02},{kind}\n"


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start `nntrain` in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "nntrain", *arguments]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def finish(process: subprocess.Popen[bytes]) -> None:
    """Wait for the end; raises SystemExit when the process failed."""
    output = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"{process.args} ended with {process.returncode}:\n{output.decode()}")


def killed(folder: Path, job: str, name: str, chance: random.Random, seconds: float) -> int:
    """Train a job with one to three kills, and return how many hit; the last process runs to its end."""
    hits = 0
    process = start(folder, "fit", f"{job}.yaml", "--name", name, "-q")
    for _ in range(chance.choice([1, 1, 2, 3])):
        time.sleep(chance.uniform(0.3, 1.0) * seconds)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        hits += 1
        if (folder / "runs" / name / "resolved.yaml").is_file():
            process = start(folder, "resume", name, "-q")
        else:  # the kill came before there was anything to resume
            shutil.rmtree(folder / "runs" / name, ignore_errors=True)
            process = start(folder, "fit", f"{job}.yaml", "--name", name, "-q")
    finish(process)
    return hits


def outcome(run: Path) -> dict[str, Any]:
    """Return all that must be equal: rows without the seconds, the summary, and the last state of the training."""
    with (run / "metrics.csv").open() as file:
        rows = [{name: cell for name, cell in row.items() if name != "seconds"} for row in csv.DictReader(file)]
    found = Store(RunDir(run).checkpoints, RunDir(run).key()).load()
    if found is None:
        raise SystemExit(f"{run} has no checkpoint")
    summary = RunDir(run).read_json("summary.json")
    ends = {name: summary[name] for name in ("epochs", "best_epoch", "best_value", "stopped", "metrics")}
    return {"rows": rows, "ends": ends, "arrays": {name: a.tobytes() for name, a in found.state.arrays.items()}}


def difference(one: dict[str, Any], other: dict[str, Any]) -> str:
    """Return what differs first; empty where nothing does."""
    for part, content in one.items():
        if content != other[part]:
            pairs = content.items() if isinstance(content, dict) else enumerate(content)
            names = [name for name, value in pairs if value != dict_or_list(other[part], name)]
            return f"{part}: {names[:5]}"
    return ""


def dict_or_list(content: Any, name: Any) -> Any:
    """Return the item, or None where it is missing."""
    return content.get(name) if isinstance(content, dict) else content[name] if name < len(content) else None


def main() -> None:
    """`kill.py [--times N] [--seed N] [--jobs JOB ...]`; exit code 1 when any run ended differently."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", nargs="+", default=list(JOBS), choices=list(JOBS))
    wanted = parser.parse_args()
    chance = random.Random(wanted.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_jobs(folder)
        calm, seconds = {}, {}
        for job in wanted.jobs:
            began = time.monotonic()
            finish(start(folder, "fit", f"{job}.yaml", "-q"))
            seconds[job] = time.monotonic() - began
            calm[job] = outcome(folder / "runs" / job)
            print(f"{job}: {len(calm[job]['rows'])} epochs, {seconds[job]:.1f} s undisturbed", flush=True)
        same = hits = missed = number = 0
        while number < wanted.times:
            job = wanted.jobs[number % len(wanted.jobs)]
            run = f"{job}-{number}-{missed}"
            hit = killed(folder, job, run, chance, seconds[job])
            if not hit:  # it ended before the first kill, and does not count
                missed, seconds[job] = missed + 1, 0.8 * seconds[job]
                continue
            found = difference(calm[job], outcome(folder / "runs" / run))
            number, same, hits = number + 1, same + (not found), hits + hit
            print(f"{number}/{wanted.times} {job}: {hit} kills, {found or 'identical'}", flush=True)
        print(f"{same} of {wanted.times} runs identical after {hits} kills")
        sys.exit(same != wanted.times)


if __name__ == "__main__":
    main()
