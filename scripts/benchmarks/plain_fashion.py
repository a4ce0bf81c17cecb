"""Fashion MNIST in plain Keras: `plain_fashion.py mlp|full|cnn|bn|wide EPOCHS [OPTIONS]`.

Prints the median epoch after the first.
"""

import argparse
import json
import statistics
import time
from typing import Any

import keras
import numpy as np
from fashion_images import arrays
from keras import layers

BATCH = {"mlp": 32, "full": 32, "cnn": 128, "bn": 128, "wide": 512}

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("net", choices=BATCH)
parser.add_argument("epochs", type=int)
parser.add_argument("--precision", default="float32")
parser.add_argument("--jit", action="store_true")
parser.add_argument("--steps-per-execution", type=int, default=1)
given = parser.parse_args()

keras.config.set_dtype_policy(given.precision)
keras.utils.set_random_seed(42)
x_train, y_train = arrays("train")
x_test, y_test = arrays("t10k")
x_train, x_test = x_train[..., None].astype("float32") / 255, x_test[..., None].astype("float32") / 255


class Clock(keras.callbacks.Callback):
    """The seconds of each epoch."""

    def on_train_begin(self, logs: Any = None) -> None:
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.seconds.append(time.perf_counter() - self.began)


def dense(units: int) -> list[Any]:
    """A hidden layer with everything on it."""
    kernel = {"kernel_regularizer": keras.regularizers.L2(1e-4), "kernel_constraint": keras.constraints.MaxNorm(3.0)}
    return [layers.Dense(units, **kernel), layers.BatchNormalization(), layers.ReLU(), layers.Dropout(0.2)]


def normalized(filters: int) -> list[Any]:
    """A convolution with batch normalization."""
    return [layers.Conv2D(filters, 3), layers.BatchNormalization(), layers.ReLU(), layers.MaxPooling2D()]


def relu(*units: int) -> list[Any]:
    """Hidden layers of an MLP."""
    return [layers.Flatten(), *(layers.Dense(count, activation="relu") for count in units)]


NETS = {
    "mlp": lambda: relu(300, 100),
    "wide": lambda: relu(2048, 2048),
    "full": lambda: [layers.Flatten(), *dense(300), *dense(100)],
    "cnn": lambda: [
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        *relu(128),
    ],
    "bn": lambda: [*normalized(32), *normalized(64), *relu(128)],
}
optimizer = keras.optimizers.SGD(0.01) if given.net in ("mlp", "wide") else keras.optimizers.Adam()
output = layers.Dense(10, activation="softmax", dtype="float32")
model = keras.Sequential([keras.Input((28, 28, 1)), *NETS[given.net](), output])
model.compile(
    optimizer,
    "sparse_categorical_crossentropy",
    metrics=["accuracy"],
    jit_compile=given.jit or "auto",
    steps_per_execution=given.steps_per_execution,
)
clock = Clock()
started = time.perf_counter()
model.fit(x_train, y_train, batch_size=BATCH[given.net], epochs=given.epochs, callbacks=[clock], verbose=0)
training = time.perf_counter() - started
model.evaluate(np.asarray(x_test), y_test, verbose=0)
print(json.dumps({"training": training, "epoch": statistics.median(clock.seconds[1:])}))
