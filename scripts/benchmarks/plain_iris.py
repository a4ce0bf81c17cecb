"""What people write: Iris, 40 units, Adam, batch 16, 100 epochs, validation after each epoch, in plain Keras.

`plain_iris.py [--seeds N]` trains it for N seeds, one after another, in the loop that people write.
"""

import argparse
import json
import time

import keras
import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--seeds", type=int, default=1)
parser.add_argument("--jit", action="store_true")
parser.add_argument("--steps-per-execution", type=int, default=1)
given = parser.parse_args()

x, y = load_iris(return_X_y=True)
x_rest, x_test, y_rest, y_test = train_test_split(x, y, test_size=0.2, stratify=y, random_state=0)
x_train, x_val, y_train, y_val = train_test_split(x_rest, y_rest, test_size=0.2, stratify=y_rest, random_state=0)

training = 0.0
for seed in range(given.seeds):
    keras.utils.set_random_seed(seed)
    normalization = keras.layers.Normalization()
    normalization.adapt(np.asarray(x_train, dtype="float32"))
    hidden = keras.layers.Dense(40, activation="relu")
    output = keras.layers.Dense(3, activation="softmax")
    model = keras.Sequential([keras.Input((4,)), normalization, hidden, output])
    model.compile(
        keras.optimizers.Adam(0.01),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=given.jit or "auto",
        steps_per_execution=given.steps_per_execution,
    )
    started = time.perf_counter()
    model.fit(x_train, y_train, batch_size=16, epochs=100, validation_data=(x_val, y_val), verbose=0)
    training += time.perf_counter() - started
    model.evaluate(x_test, y_test, verbose=0)
    model.save("/tmp/plain_iris.keras")
print(json.dumps({"training": training, "epoch": training / 100 / given.seeds}))
