"""nntrain and `Model.fit` of plain Keras, fed the same rows in the same order, end in the same weights."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nntrain import backend

backend.start("cpu")

import keras  # noqa: E402  # the backend chooses the device first

from nntrain.engine.resident import epoch_order  # noqa: E402

# NumPy 2 asks `__array__` for an argument `copy` that TensorFlow 2.21's variables lack, wherever Keras reads a weight.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

SEED, EPOCHS, BATCH = 11, 3, 25  # 120 rows: four batches and a shorter fifth

CONFIG = f"""
    seed: {SEED}
    data: {{iris: {{test: none}}}}
    model:
      - Dense: {{units: 8, activation: tanh, kernel_regularizer: {{L2: 0.01}}}}
      - Dense: {{units: 3, activation: softmax}}
    train: {{epochs: {EPOCHS}, batch_size: {BATCH}, save: last}}
    """
WEIGHTS = {0: 1.0, 1: 3.0, 2: 0.5}


def by_hand(optimizer: Any) -> Any:
    layers = [
        keras.Input((4,)),
        keras.layers.Dense(8, activation="tanh", kernel_regularizer=keras.regularizers.L2(0.01)),
        keras.layers.Dense(3, activation="softmax"),
    ]
    model = keras.Sequential(layers)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    return model


@pytest.mark.parametrize(("name", "weighted"), [("SGD", False), ("Adam", False), ("SGD", True)])
def test_weights_and_figures_are_those_of_model_fit(prepare: Callable[..., Any], name: str, weighted: bool) -> None:
    options = {"learning_rate": 0.05, **({"momentum": 0.9} if name == "SGD" else {})}
    written = "{" + ", ".join(f"{key}: {value}" for key, value in options.items()) + "}"
    given = ["train.class_weight={0: 1, 1: 3, 2: 0.5}"] if weighted else []
    ours = prepare(CONFIG, f"train.optimizer={{{name}: {written}}}", *given)
    theirs = by_hand(getattr(keras.optimizers, name)(**options))
    theirs.set_weights(ours.weights())
    begun = ours.weights()

    history = ours.fit()
    train, validation = ours.data.train, ours.data.validation
    for epoch in range(1, EPOCHS + 1):
        order = epoch_order(SEED, epoch, len(train), True)
        told = theirs.fit(
            train.x[order],
            train.y[order],
            batch_size=BATCH,
            epochs=1,
            shuffle=False,
            verbose=0,
            class_weight=WEIGHTS if weighted else None,
            validation_data=(validation.x, validation.y),
        )
        row = history.rows[epoch - 1]
        for column, (value,) in told.history.items():
            assert row[column] == pytest.approx(value, abs=1e-5), column

    moved = max(np.abs(a - b).max() for a, b in zip(begun, ours.weights(), strict=True))
    assert moved > 0.05
    for mine, other in zip(ours.weights(), theirs.get_weights(), strict=True):
        assert np.abs(mine - other).max() < 1e-6
