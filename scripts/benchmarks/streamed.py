"""A synthetic data set that is larger than the memory it trains in: seconds and peak memory of one epoch.

`streamed.py [GB ...]` writes a file of each size, drops it from the page cache, and trains on it in a process of its
own that takes its machine for one of 1 GB.
"""

import json
import os
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np

CLASSES = 10
CHUNK = 50_000  # rows that are written at once
CONFIG = """
data: {{npz_file: {{path: {path}, validation: 0.1, test: none}}}}
model:
  - Flatten
  - Normalization
  - Dense: {{units: 64, activation: relu}}
  - Dense: {{units: 10, activation: softmax}}
train: {{epochs: 1, batch_size: 128, optimizer: {{SGD: {{learning_rate: 0.1}}}}, metrics: [accuracy]}}
"""


def write(path: Path, gigabytes: float) -> int:
    """Writes images uint8 (n, 28, 28) and labels (n,) of this many GB, uncompressed; returns n.

    A class is a bright row of pixels in noise.
    """
    source, rows = np.random.default_rng(0), int(gigabytes * 1e9) // 784
    y = source.integers(0, CLASSES, rows)
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open("y.npy", "w") as file:
            np.lib.format.write_array(file, y)
        with archive.open("x.npy", "w", force_zip64=True) as file:
            header = {"descr": "|u1", "fortran_order": False, "shape": (rows, 28, 28)}
            np.lib.format.write_array_header_1_0(file, header)
            for start in range(0, rows, CHUNK):
                file.write(_images(source, y[start : start + CHUNK]).data)
    return rows


def _images(source: np.random.Generator, y: np.ndarray) -> np.ndarray:
    x = source.integers(0, 160, (len(y), 28, 28), np.uint8)
    x[np.arange(len(y)), 5 + y] += 60
    return x


def drop_from_cache(path: Path) -> None:
    """Makes sure that the next reader reads from the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def train(path: str) -> dict[str, float]:
    """One epoch, validation included, with all that `nntrain fit` does before it."""
    from nntrain import backend
    from nntrain.data import row_file

    backend.start("cpu")
    row_file.MEMORY_SHARE *= min(1.0, 1e9 / row_file.memory_bytes())
    from nntrain.config.load import from_document
    from nntrain.document.yaml_file import parse
    from nntrain.model.callbacks import build_callbacks
    from nntrain.progress import ProgressWatcher
    from nntrain.terminal import Terminal
    from nntrain.training import loop, trainer
    from nntrain.training.history import History
    from nntrain.training.job import Job
    from nntrain.training.prepare import prepare
    from nntrain.training.scorer import Scorer

    started = time.perf_counter()
    prepared = prepare(from_document(parse(CONFIG.format(path=path), "streamed.yaml")))
    loaded = time.perf_counter()
    _ = prepared.data.digest  # computed once, and kept
    hashed = time.perf_counter()
    data, resolved = prepared.data, prepared.resolved
    plan, history = trainer.make_plan(resolved, data), History()
    scorer = Scorer.of(resolved, prepared.model, data.train.x, plan.batch_size)
    training, validation = scorer.arrays(data.train), scorer.arrays(data.validation)
    watcher = ProgressWatcher(Terminal(quiet=True))
    loop.fit(Job(scorer.program, training, validation, plan, build_callbacks(resolved.experiment), watcher), history)
    return {
        "load": loaded - started,
        "hash": hashed - loaded,
        "epoch": history.rows[-1]["seconds"],
        "accuracy": history.rows[-1]["val_accuracy"],
        "peak_gb": peak_bytes() / 1e9,
    }


def peak_bytes() -> int:
    """The peak memory of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def main() -> None:
    """Writes, trains and removes one file after the other."""
    from measure import python

    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
        for size in map(float, sys.argv[1:] or ("0.5", "5")):
            path = Path(folder) / "synthetic.npz"
            rows = write(path, size)
            drop_from_cache(path)
            metrics = python("streamed.py", "--train", str(path))()
            words = "   ".join(f"{name} {value:.2f}" for name, value in metrics.items())
            print(f"{size:g} GB, {rows} rows   {words}", flush=True)
            path.unlink()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--train"]:
        print(json.dumps(train(sys.argv[2])))
    else:
        main()
