"""What people write: KerasTuner's random search over small Iris nets, trained by Keras's `fit`.

`plain_tune.py TRIALS EPOCHS STEP` searches 16 to 64 units in steps of STEP, and the learning rate of Adam. It prints
the seconds of a trial, those of its `fit`, and their difference, all without the first trial. What KerasTuner does by
a callback, such as saving the best weights, is inside `fit`.
"""

import json
import statistics
import sys
import tempfile
import time
from typing import Any

import keras
import keras_tuner
import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

SEED = 1  # 0 would be no seed
trials, epochs, step = map(int, sys.argv[1:4])
keras.utils.set_random_seed(42)
x, y = load_iris(return_X_y=True)
x_rest, x_test, y_rest, y_test = train_test_split(x, y, test_size=0.2, stratify=y, random_state=0)
x_train, x_val, y_train, y_val = train_test_split(x_rest, y_rest, test_size=0.2, stratify=y_rest, random_state=0)


class Net(keras_tuner.HyperModel):  # type: ignore[misc]  # KerasTuner has no types
    """The net of `tune.yaml`; notes when each training began and ended."""

    def __init__(self) -> None:
        super().__init__()
        self.spans: list[tuple[float, float]] = []

    def build(self, hyperparameters: Any) -> Any:
        normalization = keras.layers.Normalization()
        normalization.adapt(np.asarray(x_train, dtype="float32"))
        units = hyperparameters.Int("units", 16, 64, step=step)
        rate = hyperparameters.Float("learning_rate", 1e-3, 1e-1, sampling="log")
        hidden = keras.layers.Dense(units, activation="relu")
        output = keras.layers.Dense(3, activation="softmax")
        model = keras.Sequential([keras.Input((4,)), normalization, hidden, output])
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    def fit(self, hyperparameters: Any, model: Any, *arguments: Any, **options: Any) -> Any:
        began = time.perf_counter()
        history = model.fit(*arguments, **options)
        self.spans.append((began, time.perf_counter()))
        return history


net = Net()
with tempfile.TemporaryDirectory() as folder:
    tuner = keras_tuner.RandomSearch(net, "val_accuracy", max_trials=trials, seed=SEED, directory=folder)
    tuner.search(x_train, y_train, batch_size=16, epochs=epochs, validation_data=(x_val, y_val), verbose=0)
if len(net.spans) != trials:
    sys.exit(f"KerasTuner finished {len(net.spans)} of {trials} trials")
fits = [ended - began for began, ended in net.spans[1:]]
trial = (net.spans[-1][1] - net.spans[0][1]) / (trials - 1)
print(json.dumps({"trial": trial, "training": statistics.mean(fits), "overhead": trial - statistics.mean(fits)}))
