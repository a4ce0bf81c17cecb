"""Fashion MNIST in plain Keras: `plain_fashion.py mlp|full|cnn|bn EPOCHS [PRECISION]`.

Prints the median epoch after the first.
"""

import json
import statistics
import sys
import time
from typing import Any

import keras
import numpy as np
from fashion import arrays
from keras import layers

kind, epochs = sys.argv[1], int(sys.argv[2])
keras.config.set_dtype_policy(sys.argv[3] if len(sys.argv) > 3 else "float32")
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


NETS = {
    "mlp": lambda: [layers.Flatten(), layers.Dense(300, activation="relu"), layers.Dense(100, activation="relu")],
    "full": lambda: [layers.Flatten(), *dense(300), *dense(100)],
    "cnn": lambda: [
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
    ],
    "bn": lambda: [*normalized(32), *normalized(64), layers.Flatten(), layers.Dense(128, activation="relu")],
}
optimizer = keras.optimizers.SGD(0.01) if kind == "mlp" else keras.optimizers.Adam()
model = keras.Sequential(
    [keras.Input((28, 28, 1)), *NETS[kind](), layers.Dense(10, activation="softmax", dtype="float32")]
)
model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
clock = Clock()
started = time.perf_counter()
model.fit(
    x_train, y_train, batch_size=128 if kind in ("cnn", "bn") else 32, epochs=epochs, callbacks=[clock], verbose=0
)
training = time.perf_counter() - started
model.evaluate(np.asarray(x_test), y_test, verbose=0)
print(json.dumps({"training": training, "epoch": statistics.median(clock.seconds[1:])}))
