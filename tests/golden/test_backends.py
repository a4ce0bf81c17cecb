"""Keras trains the model of a run on another backend: the same steps have the same losses (J1 of docs/lectures.md)."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris

pytestmark = pytest.mark.trains

STEPS = """
import json, keras, numpy as np
model = keras.saving.load_model("model.keras")
for layer in model.layers:
    if isinstance(layer, keras.layers.Dropout):
        layer.rate = 0.0  # each backend draws random numbers of its own
model.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy())
x, y = np.load("rows.npz")["x"], np.load("rows.npz")["y"]
losses = [float(model.train_on_batch(x, y)) for _ in range(3)]
print(json.dumps({"backend": keras.backend.backend(), "losses": losses}))
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_steps_on_another_backend_have_the_same_losses(backend: str, trained: Any, tmp_path: Path) -> None:
    if find_spec(backend) is None:
        pytest.skip(f"the package `{backend}` is not installed")
    (tmp_path / "model.keras").write_bytes((trained("iris").path / "model.keras").read_bytes())
    x, y = load_iris(return_X_y=True)  # other rows have probabilities below 1e-7, which Keras cuts off on JAX alone
    np.savez(tmp_path / "rows.npz", x=x.astype("float32"), y=y)
    expected = losses(tmp_path, "tensorflow")
    assert expected[2] < expected[0]
    np.testing.assert_allclose(losses(tmp_path, backend), expected, rtol=1e-5)


def losses(folder: Path, backend: str) -> list[float]:
    """The losses before three steps of SGD, by Keras alone."""
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    words = [sys.executable, "-c", STEPS]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["backend"] == backend
    return [float(loss) for loss in found["losses"]]
