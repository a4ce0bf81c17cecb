"""What people write: Iris, 40 units, Adam, batch 16, 100 epochs, validation after each epoch, in plain Keras."""

import json
import time

import keras
import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(42)
x, y = load_iris(return_X_y=True)
x_rest, x_test, y_rest, y_test = train_test_split(x, y, test_size=0.2, stratify=y, random_state=0)
x_train, x_val, y_train, y_val = train_test_split(x_rest, y_rest, test_size=0.2, stratify=y_rest, random_state=0)

normalization = keras.layers.Normalization()
normalization.adapt(np.asarray(x_train, dtype="float32"))
model = keras.Sequential(
    [
        keras.Input((4,)),
        normalization,
        keras.layers.Dense(40, activation="relu"),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
started = time.perf_counter()
model.fit(x_train, y_train, batch_size=16, epochs=100, validation_data=(x_val, y_val), verbose=0)
training = time.perf_counter() - started
model.evaluate(x_test, y_test, verbose=0)
model.save("/tmp/plain_iris.keras")
print(json.dumps({"training": training, "epoch": training / 100}))
