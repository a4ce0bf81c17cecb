"""Ten times the rows, ten times the seconds: an epoch after the first over 6,000 and over 60,000 rows.

`linear.py [RUNS] [--rows N]` makes toy data of 784 bytes a row and trains 784-300-100-10 with SGD and batches of 32,
both sizes compiled alike.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from measure import Job, alternate, goal, nntrain, report

CLASSES = 10
TIMES = 10
EPOCHS = 10
CONFIG = """
seed: 42
data: {{npz_file: {{path: {path}, validation: 0.1, test: none}}}}
model:
  - Rescaling: 1/255
  - Dense: {{units: 300, activation: relu}}
  - Dense: {{units: 100, activation: relu}}
  - Dense: {{units: 10, activation: softmax}}
train:
  {{epochs: {epochs}, batch_size: 32, compile: graph, optimizer: {{SGD: {{learning_rate: 0.01}}}}, metrics: [accuracy]}}
"""


def write(path: Path, rows: int) -> None:
    """Writes rows uint8 (rows, 784) and labels (rows,): noise with one bright stretch for each class."""
    source = np.random.default_rng(0)
    y = source.integers(0, CLASSES, rows)
    x = source.integers(0, 160, (rows, 28, 28), np.uint8)
    x[np.arange(rows), 5 + y] += 60
    np.savez(path, x=x.reshape(rows, 784), y=y)


def job(folder: Path, rows: int) -> Job:
    """A training over this many rows."""
    write(folder / f"{rows}.npz", rows)
    config = folder / f"{rows}.yaml"
    config.write_text(CONFIG.format(path=folder / f"{rows}.npz", epochs=EPOCHS))
    return nntrain(str(config))


def main() -> None:
    """Compares the two sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="?", type=int, default=3, help="number of rounds; medians are printed")
    parser.add_argument("--rows", type=int, default=6_000, help="of the smaller data")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sizes = (wanted.rows, TIMES * wanted.rows)
        medians = alternate({f"{rows} rows": job(Path(folder), rows) for rows in sizes}, wanted.runs)
    shown = {name: {"epoch": found["epoch"]} for name, found in medians.items()}
    report("MLP 784-300-100-10, an epoch after the first (seconds)", shown, f"{wanted.rows} rows")
    few, many = (found["epoch"] for found in medians.values())
    goal(f"seconds a row, {TIMES} times the rows against few", many / few / TIMES, at_least=0.85, at_most=1.15)


if __name__ == "__main__":
    main()
