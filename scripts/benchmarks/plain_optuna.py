"""What people write: Optuna's random search over small Iris nets, trained by Keras: `plain_optuna.py TRIALS EPOCHS`."""

import json
import sys
import time
from typing import Any

import keras
import numpy as np
import optuna
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

trials, epochs = map(int, sys.argv[1:3])
keras.utils.set_random_seed(42)
x, y = load_iris(return_X_y=True)
x_rest, x_test, y_rest, y_test = train_test_split(x, y, test_size=0.2, stratify=y, random_state=0)
x_train, x_val, y_train, y_val = train_test_split(x_rest, y_rest, test_size=0.2, stratify=y_rest, random_state=0)


def objective(trial: Any) -> float:
    """The accuracy on the validation rows after the last epoch."""
    normalization = keras.layers.Normalization()
    normalization.adapt(np.asarray(x_train, dtype="float32"))
    hidden = keras.layers.Dense(trial.suggest_int("units", 16, 64, step=16), activation="relu")
    model = keras.Sequential([keras.Input((4,)), normalization, hidden, keras.layers.Dense(3, activation="softmax")])
    rate = trial.suggest_float("learning_rate", 1e-3, 1e-1, log=True)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x_train, y_train, batch_size=16, epochs=epochs, validation_data=(x_val, y_val), verbose=0)
    return float(history.history["val_accuracy"][-1])


optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=1))
started = time.perf_counter()
study.optimize(objective, n_trials=trials)
print(json.dumps({"training": time.perf_counter() - started}))
