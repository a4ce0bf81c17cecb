"""nntrain and `Model.fit` of plain Keras, fed the same rows in the same order, end in the same weights."""

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nntrain.config.keras import layers
from nntrain.config.keras.optimizers import Optimizer
from nntrain.training.programs.arrays import epoch_order

Prepare = Callable[..., Any]

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

# Every optimizer with options that are not its defaults, so that each of its terms is at work.
OPTIMIZERS: dict[str, list[dict[str, Any]]] = {
    "SGD": [{"momentum": 0.9}, {"momentum": 0.9, "nesterov": True, "clipnorm": 0.5}],
    "Adagrad": [{"initial_accumulator_value": 0.01}],
    "Adadelta": [{"rho": 0.9, "learning_rate": 2.0}],
    # Inside a loop TensorFlow's constant folding adds up the denominator of `centered` in another order: a last bit,
    # which a small epsilon would magnify. With folding off the bits are equal.
    "RMSprop": [{"momentum": 0.5}, {"momentum": 0.5, "centered": True, "epsilon": 0.01}],
    "Adam": [{}, {"amsgrad": True, "global_clipnorm": 0.5}, {"gradient_accumulation_steps": 2}],
    "AdamW": [{"weight_decay": 0.1, "clipvalue": 0.1}],
    "Adamax": [{}],
    "Nadam": [{}],
    "Lion": [{"learning_rate": 0.01}],
}
CASES = [(name, options, False) for name, every in OPTIMIZERS.items() for options in every]

# All of them together hold every layer. `Normalization` is fitted to the training split in both.
ROWS = """
    - Normalization
    - Rescaling: 1/2
    - GaussianNoise: 0.1
    - Dense: {units: 8, kernel_regularizer: {L2: 0.01}, kernel_constraint: {MaxNorm: 1.0}}
    - BatchNormalization
    - ReLU
    - Repeat: {times: 2, layers: [{Dense: 6}, LeakyReLU]}
    - RReLU
    - LayerNormalization
    - PReLU
    - ELU
    - Dropout: 0.2
    - AlphaDropout: 0.2
    - GaussianDropout: 0.2
    - Activation: gelu
    - Reshape: [2, 3]
    - Softmax
    - Flatten
    - Dense: {units: 3, activation: softmax}
    """
MAPS = """
    - Rescaling: 1/255
    - Conv2D: {filters: 4, kernel_size: 3, activation: relu}
    - SpatialDropout2D: 0.3
    - BatchNormalization: {renorm: true}
    - DepthwiseConv2D: {kernel_size: 3}
    - MaxPooling2D: {pool_size: 2, strides: 1}
    - ZeroPadding2D: 1
    - SeparableConv2D: {filters: 4, kernel_size: 3}
    - AveragePooling2D: {pool_size: 2, strides: 1}
    - GlobalMaxPooling2D: {keepdims: true}
    - GlobalAveragePooling2D
    - Dense: {units: 3, activation: softmax}
    """
AUGMENTED = """
    - Rescaling: 1/255
    - Resizing: {height: 9, width: 9}
    - RandomFlip
    - RandomRotation: 0.1
    - RandomTranslation: {height_factor: 0.2, width_factor: 0.2}
    - RandomZoom: 0.2
    - RandomContrast: {factor: 0.3, value_range: [0, 1]}
    - RandomErasing: {value_range: [0, 1]}
    - RandomCrop: {height: 8, width: 8}
    - Flatten
    - Dense: {units: 3, activation: softmax}
    """
TABLES = """
    - FeatureScale
    - PeriodicEmbedding: {units: 3}
    - NTKDense: {units: 6}
    - ParametricActivation: selu
    - Dense: {units: 3, activation: softmax}
    """
NETS = {"rows": ROWS, "maps": MAPS, "augmented": AUGMENTED, "tables": TABLES}
FITTED = {
    "TableEncoding",
    "TargetNormalization",
    "LogLink",
    "DecisionThreshold",
}  # before or after the training; no steps of theirs
WITHOUT_WEIGHTS = {"PlaneFeatures"}  # of two columns alone; tests/playground trains it
NO_GRADIENT = {"Heaviside"}  # learns by a rule of its own, tested beside it


def by_hand(optimizer: Any) -> Any:
    stack = [
        keras.Input((4,)),
        keras.layers.Dense(8, activation="tanh", kernel_regularizer=keras.regularizers.L2(0.01)),
        keras.layers.Dense(3, activation="softmax"),
    ]
    return compiled(keras.Sequential(stack), optimizer)


def compiled(model: Any, optimizer: Any) -> Any:
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    return model


def assert_equal_after_training(ours: Any, theirs: Any, class_weight: dict[int, float] | None = None) -> None:
    """Trains both for `EPOCHS`; the metrics of every epoch and the weights at the end must agree."""
    begun = ours.weights()
    history = ours.fit()
    train, validation = ours.data.train, ours.data.validation
    orders = [epoch_order(SEED, epoch, len(train), True) for epoch in range(1, EPOCHS + 1)]
    slices = tf.data.Dataset.from_tensor_slices
    epochs = [slices((train.x[order].astype("float32"), train.y[order])).batch(BATCH) for order in orders]
    trained = theirs.fit(
        reduce(tf.data.Dataset.concatenate, epochs),
        epochs=EPOCHS,
        steps_per_epoch=len(epochs[0]),
        shuffle=False,
        verbose=0,
        class_weight=class_weight,
        validation_data=(validation.x.astype("float32"), validation.y),
    )
    for column, values in trained.history.items():
        assert [row[column] for row in history.rows] == pytest.approx(values, abs=1e-5), column
    assert max(np.abs(a - b).max() for a, b in zip(begun, ours.weights(), strict=True)) > 0.02, "nothing was trained"
    for mine, other in zip(ours.weights(), theirs.get_weights(), strict=True):
        assert np.abs(mine - other).max() < 1e-6


def test_every_optimizer_is_compared() -> None:
    assert set(OPTIMIZERS) == set(Optimizer.members())
    assert len(OPTIMIZERS) == 9


@pytest.mark.parametrize(("name", "given", "weighted"), [*CASES, ("SGD", {"momentum": 0.9}, True)])
def test_weights_and_metrics_are_those_of_model_fit(
    prepare: Prepare, name: str, given: dict[str, Any], weighted: bool
) -> None:
    options = {"learning_rate": 0.05, **given}
    written = "{" + ", ".join(f"{key}: {str(value).lower()}" for key, value in options.items()) + "}"
    balance = ["train.class_weight={0: 1, 1: 3, 2: 0.5}"] if weighted else []
    ours = prepare(CONFIG, f"train.optimizer={{{name}: {written}}}", *balance)
    theirs = by_hand(getattr(keras.optimizers, name)(**options))
    theirs.set_weights(ours.weights())
    assert_equal_after_training(ours, theirs, WEIGHTS if weighted else None)


def config_of(net: str, folder: Path) -> str:
    """The config of one of `NETS`, and small images beside it."""
    random = np.random.default_rng(0)
    np.savez(folder / "images.npz", x=random.integers(0, 256, (100, 8, 8, 1), "uint8"), y=np.arange(100) % 3)
    data = "{iris: {test: none}}" if net in ("rows", "tables") else "{npz_file: {path: images.npz, test: none}}"
    train = f"{{epochs: {EPOCHS}, batch_size: {BATCH}, save: last, optimizer: {{SGD: {{learning_rate: 0.1}}}}}}"
    return f"\nseed: {SEED}\ndata: {data}\nmodel:{NETS[net]}\ntrain: {train}\n"


def test_every_layer_is_in_one_of_the_nets(prepare: Prepare, tmp_path: Path) -> None:
    models = [prepare(config_of(net, tmp_path)).prepared.config.experiment.model for net in NETS]
    found = {layer.called() for model in models for _, layer in layers.walk(model)}
    found |= {layer.called() for model in models for layer in model}
    assert found == set(layers.Layer.members()) - FITTED - WITHOUT_WEIGHTS - NO_GRADIENT
    assert len(found) == 40


@pytest.mark.parametrize("net", NETS)
def test_every_layer_trains_as_in_model_fit(prepare: Prepare, tmp_path: Path, net: str) -> None:
    """nntrain builds both nets, so that the random layers begin with equal seeds; the second is Keras's then."""
    text = config_of(net, tmp_path)
    ours, other = prepare(text), prepare(text)
    theirs = compiled(other.model.plain(), keras.optimizers.SGD(0.1))
    assert_equal_after_training(ours, theirs)
