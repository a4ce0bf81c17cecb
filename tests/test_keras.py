"""Plain Keras loads every model after `import nntrain.keras`."""

import ast
from pathlib import Path
from typing import Any

import numpy as np

import nntrain
import nntrain.keras
from nntrain.model import custom

CONFIG = """
data: {table: {path: FILE, target: y, validation: none, test: none}}
model:
  - NTKDense: 4
  - RReLU
  - Dense: {units: 2, kernel_regularizer: {L2Norm: 0.1}, activation: softmax}
train: {epochs: 1}
"""
LOAD = """
import sys
import keras, numpy as np
import nntrain.keras
model = keras.models.load_model(sys.argv[1])
print(model.predict(np.array([[1, 0], [2, 1]], "float32"), verbose=0).tolist())
"""
NOT_SAVED = {
    "CosLog",
    "HalfSquaredError",
    "LogisticLoss",
    "Network",
    "OneCycle",
    "PoissonDeviance",
    "R2Score",
    "SparseCategoricalCrossentropy",
    "StopAfter",
    "StopAtTarget",
    "WrongShape",
}


def test_plain_keras_loads_a_model_with_our_layers(fit: Any, command: Any, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("a,b,y\n" + "".join(f"{index % 7},{'uv'[index % 2]},{index % 2}\n" for index in range(40)))
    run = fit(CONFIG.replace("FILE", str(file)))
    done = command(tmp_path, "-c", LOAD, str(run.model), python=True)
    assert done.returncode == 0, done.stderr
    cells = np.array([["1", "u"], ["2", "v"]])
    assert np.allclose(ast.literal_eval(done.stdout), nntrain.load(run.path).outputs(cells), atol=1e-6)


def test_every_class_that_a_saved_model_may_hold_has_a_name_here() -> None:
    ours = {
        name
        for name, value in vars(custom).items()
        if isinstance(value, type) and value.__module__.startswith("nntrain.model")
    }
    assert set(nntrain.keras.__all__) == ours - NOT_SAVED
