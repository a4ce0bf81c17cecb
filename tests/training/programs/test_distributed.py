"""Two devices train what one trains, up to rounding. Logical devices are made once in a process, so one is started."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
# Iris has 96 rows for training here, so that the last batch has 6 of 10 rows, or 1 of 5.
CONFIGS = {
    "clip_momentum_l2_synchronized": """
data: iris
model:
  - Normalization
  - Dense: {units: 8, activation: relu, kernel_regularizer: {L2: 1e-3}}
  - BatchNormalization: {synchronized: true}
train:
  epochs: 2
  batch_size: 10
  optimizer: {SGD: {learning_rate: 0.05, momentum: 0.9, clipnorm: 0.1}}
  metrics: [accuracy, AUC, F1Score, Precision, {TopK: 2}]
""",
    "empty_share_ema_accumulation": """
data: iris
model:
  - Dense: {units: 4, activation: tanh, kernel_constraint: {MaxNorm: 1.0}, bias_regularizer: {L2: 1e-2}}
train:
  epochs: 2
  batch_size: 5
  class_weight: {setosa: 3.0}
  optimizer:
    AdamW:
      learning_rate: 0.01
      weight_decay: 0.1
      global_clipnorm: 0.5
      use_ema: true
      ema_overwrite_frequency: 3
      gradient_accumulation_steps: 2
""",
    "sums": """
data: {toy_2d: {kind: reg_plane, size: 100}}
model:
  - Dense: {units: 4, activation: tanh, activity_regularizer: {L2: 1e-2}, kernel_regularizer: {L1: 1e-3}}
  - Dense: 1
train:
  epochs: 2
  batch_size: 7
  loss: {MeanSquaredError: {reduction: sum}}
  metrics: [mae, r2]
  optimizer: {SGD: {learning_rate: 0.001}}
""",
}
# Their replicas do what one device does not: statistics of their own rows, dropout of their own.
OTHERS = {
    "batch_normalization": """
data: iris
model:
  - Dense: {units: 16, activation: tanh}
  - BatchNormalization
  - Reshape: [2, 2, 4]
  - BatchNormalization
  - Flatten
train: {batch_size: 32, epochs: 20, optimizer: {Adam: {learning_rate: 0.02}}}
""",
    "dropout": """
data: iris
model:
  - Dropout: 0.5
  - Dense: {units: 16, activation: tanh}
train: {batch_size: 32, epochs: 2}
""",
}
SCRIPT = """
import json
from pathlib import Path
import numpy as np
from nntrain.training.placement import Placement
from nntrain.config.load import load
from nntrain.progress import ProgressWatcher
from nntrain.terminal import Terminal

shared = Placement("cpu", 2).start(load("dropout.yaml"), False, Terminal(quiet=True))
from nntrain.training import trainer
from nntrain.training.prepare import prepare
from nntrain.training.history import History
from nntrain.training.run_context import ALONE


def trained(file, context):
    prepared, history = prepare(load(str(file), ["train.save=last"])), History()
    watcher = ProgressWatcher(Terminal(quiet=True))
    job = trainer.make_job(prepared, trainer.make_scorer(prepared, context), context, watcher, None)
    trainer.fit(job, history, None, prepared.model, context.distribution)
    return prepared.model.get_weights(), history.rows


def apart(one, two):
    return max(float(np.abs(a - b).max()) for a, b in zip(one[0], two[0], strict=True))


measured = {}
for file in sorted(Path().glob("*.yaml")):
    one, two = trained(file, ALONE), trained(file, shared)
    again = trained(file, shared) if file.stem == "dropout" else two
    measured[file.stem] = {"weights": apart(one, two), "again": apart(two, again), "rows": [one[1], two[1]]}
Path("measured.json").write_text(json.dumps(measured))
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every config trained on one device and on two in one process: how far apart they end, and their rows."""
    folder = tmp_path_factory.mktemp("devices")
    for name, text in (CONFIGS | OTHERS).items():
        (folder / f"{name}.yaml").write_text(text)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=folder, env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "measured.json").read_text())  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", CONFIGS)
def test_two_devices_end_with_the_weights_of_one(measured: dict[str, Any], name: str) -> None:
    assert measured[name]["weights"] < 1e-5


@pytest.mark.parametrize("name", CONFIGS)
def test_two_devices_count_the_metrics_of_one(measured: dict[str, Any], name: str) -> None:
    one, two = measured[name]["rows"]
    assert len(one) == len(two) == 2
    for alone, shared in zip(one, two, strict=True):
        metrics = {key: float(value) for key, value in alone.items() if key != "seconds"}
        assert {key: float(shared[key]) for key in metrics} == pytest.approx(metrics, rel=2e-4, abs=1e-5)


def test_statistics_of_each_replica_serve_as_well(measured: dict[str, Any]) -> None:
    one, two = measured["batch_normalization"]["rows"]
    assert measured["batch_normalization"]["weights"] > 0
    assert float(one[-1]["accuracy"]) > 0.9
    assert float(two[-1]["accuracy"]) > 0.9


def test_each_replica_drops_out_other_units_and_the_same_ones_in_every_run(measured: dict[str, Any]) -> None:
    assert measured["dropout"]["weights"] > 1e-4
    assert measured["dropout"]["again"] == 0
