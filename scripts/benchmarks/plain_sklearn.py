"""scikit-learn's MLPClassifier: `plain_sklearn.py fashion|iris`.

`fashion`: three epochs of Fashion MNIST, 300-100, SGD, batch 32; `iris`: 100 epochs of 40 units. Prints the mean epoch.
"""

import json
import sys
import time
import warnings

import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")


def fashion() -> tuple[int, float]:
    """The number of epochs and their seconds."""
    from fashion_images import arrays

    x, y = arrays("train")
    flat = x.reshape(len(x), -1).astype("float32") / 255
    model = MLPClassifier((300, 100), solver="sgd", batch_size=32, learning_rate_init=0.01, momentum=0, max_iter=3)
    return 3, seconds_of(model, flat, y)


def iris() -> tuple[int, float]:
    """The number of epochs and their seconds."""
    x, y = load_iris(return_X_y=True)
    x_rest, _, y_rest, _ = train_test_split(x, y, test_size=0.2, stratify=y, random_state=0)
    network = MLPClassifier((40,), batch_size=16, learning_rate_init=0.01, max_iter=100, n_iter_no_change=100)
    return 100, seconds_of(make_pipeline(StandardScaler(), network), x_rest, y_rest)


def seconds_of(model: object, x: np.ndarray, y: np.ndarray) -> float:
    """Seconds of a training."""
    started = time.perf_counter()
    model.fit(x, y)  # type: ignore[attr-defined]
    return time.perf_counter() - started


epochs, seconds = {"fashion": fashion, "iris": iris}[sys.argv[1]]()
print(json.dumps({"training": seconds, "epoch": seconds / epochs}))
