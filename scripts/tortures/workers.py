"""Train with two workers at several batch sizes and seeds, and compare the weights that they end with bit for bit."""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from nntrain.cli.commands.launch import _free_ports

ROOT = Path(__file__).parent.parent.parent
CONFIG = """
data: iris
model:
  - Dense: {units: 8, activation: relu}
  - Dropout: 0.2
"""
WORKER = """
import sys
import numpy as np
from nntrain.training.workers.cluster import parse
from nntrain.training.workers.team import end_process
from nntrain.training.placement import Placement
from nntrain.config.load import load
from nntrain.progress import ProgressWatcher
from nntrain.terminal import Terminal

addresses, index, *assignments = sys.argv[1:]
config = load("net.yaml", ["train.epochs=20", "train.threads=1", *assignments])
shared = Placement("cpu", 1, parse(addresses, int(index))).start(config, False, Terminal(quiet=True))
import tensorflow as tf
from nntrain.training import trainer
from nntrain.training.prepare import prepare
from nntrain.training.history import History

threads = tf.config.threading
assert (threads.get_intra_op_parallelism_threads(), threads.get_inter_op_parallelism_threads()) == (1, 1)
prepared, watcher = prepare(config), ProgressWatcher(Terminal(quiet=True))
job = trainer.make_job(prepared, trainer.make_scorer(prepared, shared), shared, watcher, None)
trainer.fit(job, History(), None, prepared.model, None)
np.savez(f"{index}.npz", *job.program.model.get_weights())
shared.distribution.agree((0,), 0)
end_process(0)
"""


def equal_weights(folder: Path, *assignments: str) -> bool:
    """Train with two workers, and return whether they end with equal weights; raises SystemExit when one fails."""
    addresses = ",".join(f"127.0.0.1:{port}" for port in _free_ports(2))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "", "NNTRAIN_AUTHKEY": "key"}
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, addresses, str(index), *assignments], cwd=folder, env=environment
        )
        for index in range(2)
    ]
    codes = [worker.wait(timeout=300) for worker in workers]
    if any(codes):
        raise SystemExit(f"the workers ended with {codes}")
    with np.load(folder / "0.npz") as chief, np.load(folder / "1.npz") as other:
        return len(chief.files) == 4 and all(np.array_equal(chief[name], other[name]) for name in chief.files)


def main() -> None:
    """`workers.py [--times N] [--seed N]`; exit code 1 when any two workers ended with different weights."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    chance, same = random.Random(wanted.seed), 0
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "net.yaml").write_text(CONFIG)
        for number in range(wanted.times):
            options = (f"seed={number}", f"train.batch_size={chance.randint(3, 40)}")
            found = equal_weights(Path(name), *options)
            same += found
            print(f"{number + 1}/{wanted.times} {' '.join(options)}: {'equal' if found else 'DIFFERENT'}", flush=True)
    print(f"{same} of {wanted.times} pairs of workers ended with equal weights")
    sys.exit(same != wanted.times)


if __name__ == "__main__":
    main()
