"""Every class of the config against the Keras class of that name: the same arguments; it builds, trains, reloads."""

import inspect
import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from sklearn import metrics as scores

from nntrain.config import keras_defaults
from nntrain.config.data_schema import Schema
from nntrain.config.keras.callbacks import Callback
from nntrain.config.keras.layers import Layer
from nntrain.config.keras.losses import Loss
from nntrain.config.keras.metrics import Metric, direction
from nntrain.config.keras.optimizers import Optimizer, Schedule
from nntrain.config.keras.weights import Constraint, Initializer, Regularizer
from nntrain.config.load import from_document
from nntrain.config.named import Named
from nntrain.document import yaml_file
from nntrain.model import custom
from nntrain.model.batch_normalization import fused
from nntrain.model.build import build, encode_labels, keras_object
from nntrain.model.callbacks import build_callbacks
from nntrain.model.custom import Network
from nntrain.training import loop
from nntrain.training.history import History
from nntrain.training.job import Job, Plan
from nntrain.training.programs.arrays import Arrays, epoch_order
from nntrain.training.programs.resident import Program

pytestmark = pytest.mark.quick  # but for the tests that are marked `trains`

COUNTS = {
    Layer: 46,
    Initializer: 17,
    Regularizer: 4,
    Constraint: 4,
    Optimizer: 9,
    Schedule: 8,
    Loss: 14,
    Metric: 11,
    Callback: 5,
}

MODULES = {
    Layer: "layers",
    Initializer: "initializers",
    Regularizer: "regularizers",
    Constraint: "constraints",
    Optimizer: "optimizers",
    Schedule: "schedules",
    Loss: "losses",
    Metric: "metrics",
    Callback: "callbacks",
}

# One name in the config is the class of Keras that fits the labels.
KERAS_NAMES = {"Accuracy": "CategoricalAccuracy", "TopK": "TopKCategoricalAccuracy"}

# `Repeat` is unrolled before Keras sees it, so there is no class to compare it with.
WITHOUT_CLASS = {"Repeat"}

# Arguments of a whole family that are left out on purpose.
LEFT_OUT: dict[type[Named], set[str]] = {
    Layer: {
        "activity_regularizer",  # of layers without a kernel; the others have it as a field
        "data_format",  # images are channels-last everywhere
        "dtype",  # float32 everywhere
        "lora_alpha",  # fine-tuning of language models
        "lora_rank",
        "missing_columns",  # the data decide both
        "sizes",
        "quantization_config",
        "renorm_clipping",  # a mapping of limits that TensorFlow's own layer no longer has
    },
    Initializer: {"input_axes", "output_axes"},  # for kernels that no layer here has
    Regularizer: set(),
    Constraint: set(),
    Optimizer: {"name"},  # prefixes variables that a Sequential has once
    Schedule: {"name"},
    Loss: {
        "axis",  # the classes are the last axis
        "dtype",
        "name",  # the column is `loss`
    },
    Metric: {
        "dtype",
        "from_logits",  # metrics always see probabilities
        "label_weights",
        "multi_label",  # chosen from the data
        "num_labels",
    },
    Callback: {
        "swap_on_epoch",  # only the validation's swap decides which weights are validated and kept
        "verbose",  # the progress shows it
    },
}

# Arguments that one member leaves out, though others of its family have them.
LEFT_OUT_OF_ONE: dict[str, set[str]] = {
    "AUC": {"thresholds"},  # points of the curve, not a threshold of a decision
}

# Options that are nntrain's, because Keras's class does not have scikit-learn's value.
ADDED: dict[str, set[str]] = {
    "Precision": {"average"},
    "Recall": {"average"},
    "F1Score": {"class_id"},
    "AUC": {"class_id"},
}

# For every layer the options to try, one layer of the net after the other; together they name every option.
ROW_LAYERS: dict[str, list[str]] = {
    "Dense": [
        "{units: 4, activation: tanh, use_bias: true, kernel_initializer: he_normal, bias_initializer: Ones,"
        " kernel_regularizer: {L2: 0.01}, bias_regularizer: {L1: 0.01}, activity_regularizer: {L1L2: {l1: 0.01}},"
        " kernel_constraint: {MaxNorm: 1.0}, bias_constraint: NonNeg}"
    ],
    "Flatten": ["{}"],
    "Reshape": ["{target_shape: [2, 3]}", "{target_shape: [-1]}"],
    "Rescaling": ["{scale: 1/255, offset: -0.5}", "{scale: [1, 2, 3, 4, 5, 6], offset: [0, 0, 0, 1/2, 0, 1]}"],
    "Normalization": ["{axis: -1}", "{mean: 0.5, variance: 2.0, invert: true}"],
    "TableEncoding": [
        "{scaling: quantile, distribution: uniform, missing: median, onehot: 4, embedding_dim: 2,"
        " embeddings_initializer: Zeros, embeddings_regularizer: {L2: 0.01}}",
    ],
    "FeatureScale": ["{scale_initializer: {Constant: 2.0}, scale_regularizer: {L2: 0.01}}"],
    "PeriodicEmbedding": [
        "{units: 3, frequencies: 5, stddev: 0.5, kind: pbld, columns: 4}",
        "{kind: plr}",
        "{columns: 0}",
    ],
    "PlaneFeatures": ["{features: [x, y, xy, x2, y2, sin_x, sin_y]}", "{features: [x, sin_y]}"],
    "ParametricActivation": ["{activation: mish, alpha_initializer: {Constant: 0.5}}"],
    "NTKDense": [
        "{units: 4, activation: tanh, use_bias: true, kernel_initializer: he_normal, bias_initializer: Ones,"
        " kernel_regularizer: {L2: 0.01}, bias_regularizer: {L1: 0.01}, activity_regularizer: {L1L2: {l1: 0.01}},"
        " kernel_constraint: {MaxNorm: 1.0}, bias_constraint: NonNeg}",
        "{units: 3}",
    ],
    "Activation": ["{activation: gelu}"],
    "ReLU": ["{max_value: 6.0, negative_slope: 0.1, threshold: 0.2}"],
    "LeakyReLU": ["{negative_slope: 0.01}"],
    "Heaviside": ["{}"],
    "RReLU": ["{lower: 0.1, upper: 0.3, seed: 3}"],
    "PReLU": ["{alpha_initializer: {Constant: 0.25}, alpha_regularizer: {L2: 0.01}, alpha_constraint: NonNeg}"],
    "ELU": ["{alpha: 0.5}"],
    "Softmax": ["{axis: -1}"],
    "Dropout": ["{rate: 0.5, seed: 3}", "{rate: 0.5, noise_shape: [null, 1]}"],
    "AlphaDropout": ["{rate: 0.5, seed: 3}", "{rate: 0.5, noise_shape: [null, 1]}"],
    "GaussianNoise": ["{stddev: 0.1, seed: 3}"],
    "GaussianDropout": ["{rate: 0.5, seed: 3}"],
    "BatchNormalization": [
        "{axis: -1, momentum: 0.9, epsilon: 1e-5, center: true, scale: true, beta_initializer: Zeros,"
        " gamma_initializer: Ones, beta_regularizer: {L2: 0.01}, gamma_regularizer: {L1: 0.01},"
        " beta_constraint: {MinMaxNorm: {min_value: 0.0}}, gamma_constraint: NonNeg,"
        " moving_mean_initializer: Zeros, moving_variance_initializer: Ones, synchronized: true}",
        "{renorm: true, renorm_momentum: 0.9}",
    ],
    "LayerNormalization": [
        "{axis: -1, epsilon: 1e-5, center: true, scale: true, beta_initializer: Zeros, gamma_initializer: Ones,"
        " beta_regularizer: {L2: 0.01}, gamma_regularizer: {L1: 0.01}, beta_constraint: UnitNorm,"
        " gamma_constraint: NonNeg}"
    ],
    "Repeat": ["{times: 2, layers: [{Dense: {units: 3, activation: relu}}, BatchNormalization]}"],
}
IMAGE_LAYERS: dict[str, list[str]] = {
    "PReLU": ["{shared_axes: [1, 2]}"],
    "BatchNormalization": ["{}"],
    "LayerNormalization": ["{axis: [1, 2, 3]}"],
    "Resizing": [
        "{height: 6, width: 7, interpolation: nearest, crop_to_aspect_ratio: true, antialias: true}",
        "{height: 5, width: 4, pad_to_aspect_ratio: true, fill_mode: constant, fill_value: 0.5}",
    ],
    "SpatialDropout2D": ["{rate: 0.5, seed: 3}"],
    "Conv2D": [
        "{filters: 4, kernel_size: 3, strides: [2, 2], padding: same, groups: 1, activation: relu, use_bias: true,"
        " kernel_initializer: he_uniform, bias_initializer: Zeros, kernel_regularizer: {L2: 0.01},"
        " bias_regularizer: {L2: 0.01}, activity_regularizer: {L1: 0.01},"
        " kernel_constraint: {MaxNorm: {max_value: 1.0, axis: [0, 1, 2]}}, bias_constraint: NonNeg}",
        "{filters: 2, kernel_size: [2, 2], dilation_rate: 2, groups: 2, padding: valid}",
    ],
    "SeparableConv2D": [
        "{filters: 4, kernel_size: 3, strides: 1, padding: same, depth_multiplier: 2, activation: relu,"
        " use_bias: true, bias_initializer: Zeros, bias_regularizer: {L2: 0.01}, bias_constraint: NonNeg,"
        " depthwise_initializer: he_normal, depthwise_regularizer: {L2: 0.01}, depthwise_constraint: {MaxNorm: 1.0},"
        " pointwise_initializer: he_normal, pointwise_regularizer: {L2: 0.01}, pointwise_constraint: {MaxNorm: 1.0},"
        " activity_regularizer: {L1: 0.01}}",
        "{filters: 2, kernel_size: [2, 2], dilation_rate: [2, 2]}",
    ],
    "DepthwiseConv2D": [
        "{kernel_size: 3, strides: 1, padding: same, depth_multiplier: 2, activation: relu, use_bias: true,"
        " bias_initializer: Zeros, bias_regularizer: {L2: 0.01}, bias_constraint: NonNeg,"
        " depthwise_initializer: he_normal, depthwise_regularizer: {L2: 0.01}, depthwise_constraint: {MaxNorm: 1.0},"
        " activity_regularizer: {L1: 0.01}}",
        "{kernel_size: [2, 2], dilation_rate: [2, 2]}",
    ],
    "MaxPooling2D": ["{pool_size: [2, 2], strides: 1, padding: same}", "{}"],
    "AveragePooling2D": ["{pool_size: 2, strides: [1, 2], padding: valid}"],
    "GlobalAveragePooling2D": ["{keepdims: true}", "{}"],
    "GlobalMaxPooling2D": ["{keepdims: true}", "{}"],
    "ZeroPadding2D": ["{padding: 1}", "{padding: [1, 0]}", "{padding: [[0, 1], [2, 0]]}"],
    "RandomFlip": ["{mode: horizontal, seed: 3}"],
    "RandomRotation": ["{factor: 0.1, fill_mode: reflect, fill_value: 0.0, interpolation: bilinear, seed: 3}"],
    "RandomTranslation": [
        "{height_factor: 0.1, width_factor: [-0.1, 0.2], fill_mode: constant, fill_value: 0.5, interpolation: nearest,"
        " seed: 3}"
    ],
    "RandomZoom": [
        "{height_factor: [-0.2, 0.1], width_factor: 0.1, fill_mode: nearest, fill_value: 0.0, interpolation: nearest,"
        " seed: 3}"
    ],
    "RandomContrast": ["{factor: 0.2, value_range: [0, 1], seed: 3}", "{factor: [0.1, 0.3], value_range: [0, 1]}"],
    "RandomCrop": ["{height: 6, width: 5, seed: 3}"],
    "RandomErasing": [
        "{factor: 0.5, scale: [0.1, 0.2], fill_value: 0.0, value_range: [0, 1], seed: 3}",
        "{scale: 0.2}",
    ],
}

LAST_LAYERS = {  # behind the output layer
    "TargetNormalization": ["{}"],
    "LogLink": ["{}"],
    "DecisionThreshold": ["{metric: accuracy}"],
}

INITIALIZERS = {  # on the 4 x 4 kernel of a Dense
    "GlorotNormal": "{seed: 1}",
    "GlorotUniform": "{seed: 1}",
    "HeNormal": "{seed: 1}",
    "HeUniform": "{seed: 1}",
    "LecunNormal": "{seed: 1}",
    "LecunUniform": "{seed: 1}",
    "VarianceScaling": "{scale: 2.0, mode: fan_avg, distribution: untruncated_normal, seed: 1}",
    "RandomNormal": "{mean: 0.1, stddev: 0.2, seed: 1}",
    "RandomUniform": "{minval: -0.1, maxval: 0.2, seed: 1}",
    "TruncatedNormal": "{mean: 0.1, stddev: 0.2, seed: 1}",
    "Orthogonal": "{gain: 1.5, seed: 1}",
    "Identity": "{gain: 0.5}",
    "Values": "{values: [[1, 2, 3, 4], [0, 1, 0, 0], [-1, 0, 0.5, 0], [1e-1, 0, 0, 1]]}",
}
BIAS_INITIALIZERS = {"Constant": "{value: 0.5}", "Zeros": "{}", "Ones": "{}"}  # on a bias: no kernel may be constant

OUTPUT_INITIALIZERS = {"ClassShares": "{}"}  # on the bias of the output layer

REGULARIZERS = {
    "L1": "{l1: 0.001}",
    "L2": "{l2: 0.001}",
    "L1L2": "{l1: 0.001, l2: 0.002}",
    "L2Norm": "{l2: 0.001}",
}

CONSTRAINTS = {
    "MaxNorm": "{max_value: 0.5, axis: 0}",
    "UnitNorm": "{axis: [0]}",
    "NonNeg": "{}",
    "MinMaxNorm": "{min_value: 0.2, max_value: 0.4, rate: 1.0, axis: 0}",
}

OPTIMIZERS = {
    "SGD": "learning_rate: 0.1, momentum: 0.9, nesterov: true",
    "Adagrad": "learning_rate: 0.1, initial_accumulator_value: 0, epsilon: 1e-10",
    "Adadelta": "learning_rate: 1, rho: 0.9, epsilon: 1e-6",
    "RMSprop": "learning_rate: 0.1, rho: 0.9, momentum: 0.9, epsilon: 1e-10, centered: true",
    "Adam": "learning_rate: 0.1, beta_1: 0.9, beta_2: 0.99, epsilon: 1e-8, amsgrad: true",
    "AdamW": "learning_rate: 0.1, beta_1: 0.9, beta_2: 0.99, epsilon: 1e-8, amsgrad: true",
    "Adamax": "learning_rate: 0.1, beta_1: 0.9, beta_2: 0.99, epsilon: 1e-8",
    "Nadam": "learning_rate: 0.1, beta_1: 0.9, beta_2: 0.99, epsilon: 1e-8",
    "Lion": "learning_rate: 0.1, beta_1: 0.9, beta_2: 0.99",
}
# What every optimizer takes, with each of the three ways to clip once.
OPTIMIZER_EXTRAS = (
    "clipvalue: 1, weight_decay: 0.01, use_ema: true, ema_momentum: 0.9, ema_overwrite_frequency: 1",
    "clipnorm: 1.0, gradient_accumulation_steps: 2",
    "global_clipnorm: 1.0, loss_scale_factor: 128",
)

SCHEDULES = {
    "ExponentialDecay": "{initial_learning_rate: 0.1, decay_steps: 2, decay_rate: 0.5, staircase: true}",
    "InverseTimeDecay": "{initial_learning_rate: 0.1, decay_steps: 2, decay_rate: 1, staircase: true}",
    "PiecewiseConstantDecay": "{boundaries: [1, 2], values: [0.1, 0.01, 1e-3]}",
    "PolynomialDecay": "{initial_learning_rate: 0.1, decay_steps: 5, end_learning_rate: 0, power: 2, cycle: true}",
    "CosineDecay": "{initial_learning_rate: 0.0, decay_steps: 5, alpha: 0.1, warmup_target: 0.1, warmup_steps: 3}",
    "CosineDecayRestarts": "{initial_learning_rate: 0.1, first_decay_steps: 2, t_mul: 2, m_mul: 0.9, alpha: 0.1}",
    "OneCycle": "{max_learning_rate: 0.1, total_steps: 5, warmup: 0.4, div_factor: 10, final_div_factor: 100}",
    "CosLog": "{max_learning_rate: 0.1, total_steps: 5, cycles: 2}",
}

# Output layer, data and options that the loss is tried with.
SIGMOID, LOGIT = "{units: 1, activation: sigmoid}", "{units: 1}"
SOFTMAX, LOGITS = "{units: 3, activation: softmax}", "{units: 3}"
NUMBERS = "{units: 2}"
REDUCTIONS = ("reduction: sum", "reduction: mean", "reduction: sum_over_batch_size")
LOSSES: dict[str, list[tuple[str, str]]] = {
    "BinaryCrossentropy": [
        (SIGMOID, "{from_logits: false, label_smoothing: 0.1, reduction: sum}"),
        (LOGIT, "{from_logits: true}"),
    ],
    "BinaryFocalCrossentropy": [
        (SIGMOID, "{apply_class_balancing: true, alpha: 0.3, gamma: 1.5, label_smoothing: 0.1, reduction: mean}"),
        (LOGIT, "{from_logits: true}"),
    ],
    "CategoricalCrossentropy": [
        (SOFTMAX, "{label_smoothing: 0.1, reduction: sum_over_batch_size}"),
        (LOGITS, "{from_logits: true}"),
    ],
    "SparseCategoricalCrossentropy": [
        (SOFTMAX, "{reduction: sum, label_smoothing: 0.1}"),
        (LOGITS, "{from_logits: true}"),
    ],
    "MeanSquaredError": [(NUMBERS, "{reduction: sum}"), (SOFTMAX, "{}"), (SIGMOID, "{}")],
    "MeanAbsoluteError": [(NUMBERS, "{reduction: mean}")],
    "Huber": [(NUMBERS, "{delta: 0.5, reduction: sum}")],
    "LogCosh": [(NUMBERS, "{reduction: sum}")],
    "MeanSquaredLogarithmicError": [(NUMBERS, "{reduction: sum}")],
    "MeanAbsolutePercentageError": [(NUMBERS, "{reduction: sum}")],
    "Hinge": [(LOGIT, "{reduction: sum}")],
    "LogisticLoss": [(LOGIT, "{reduction: sum}")],
    "Poisson": [("{units: 2, activation: softplus}", "{reduction: sum}")],
    "HalfSquaredError": [(NUMBERS, "{reduction: sum}"), (SOFTMAX, "{}")],
}

METRICS = {
    "Accuracy": "{name: a}",
    "TopK": "{k: 2, name: b}",
    "Precision": "{thresholds: 0.3, top_k: 1, average: macro, name: c}",
    "Recall": "{thresholds: 0.3, top_k: 1, average: weighted, name: d}",
    "F1Score": "{average: weighted, threshold: 0.4, name: e}",
    "AUC": "{curve: PR, num_thresholds: 50, summation_method: minoring, name: f}",
    "MeanSquaredError": "{name: g}",
    "MeanAbsoluteError": "{name: h}",
    "RootMeanSquaredError": "{name: i}",
    "R2Score": "{name: j}",
    "PoissonDeviance": "{name: k}",
}

METRICS_OF_A_CLASS = dict.fromkeys(("Precision", "Recall", "F1Score", "AUC"), "{class_id: 0}")

CALLBACKS = {  # the options, and what the optimizer must be
    "EarlyStopping": (
        "{monitor: loss, mode: min, min_delta: 0.0, patience: 1, baseline: 100.0, restore_best_weights: true,"
        " start_from_epoch: 1}",
        "SGD",
    ),
    "ReduceLROnPlateau": (
        "{monitor: val_loss, mode: auto, min_delta: 100.0, factor: 0.5, patience: 1, cooldown: 1, min_lr: 1e-3}",
        "SGD",
    ),
    "SwapEMAWeights": ("{}", "{SGD: {use_ema: true}}"),
    "StopAtTarget": ("{monitor: accuracy, target: 0.0, mode: max}", "SGD"),
    "StopAfter": ("{seconds: 1e-6}", "SGD"),
}

MEMBERS = [(family, member) for family in COUNTS for member in family.members().values()]
every_member = pytest.mark.parametrize(
    ("family", "member"), MEMBERS, ids=[f"{family.noun}-{member.called()}" for family, member in MEMBERS]
)

ROW, IMAGE = (6,), (8, 8, 3)


def sampled(family: type[Named], name: str) -> list[str]:
    """The YAML of all samples of a member; empty where the tables above hold none."""
    plain: dict[Any, list[dict[str, str]]] = {
        Initializer: [INITIALIZERS, BIAS_INITIALIZERS, OUTPUT_INITIALIZERS],
        Regularizer: [REGULARIZERS],
        Constraint: [CONSTRAINTS],
        Schedule: [SCHEDULES],
        Metric: [METRICS, METRICS_OF_A_CLASS],
        Callback: [{name: options for name, (options, _) in CALLBACKS.items()}],
    }
    if family is Layer:
        return ROW_LAYERS.get(name, []) + IMAGE_LAYERS.get(name, []) + LAST_LAYERS.get(name, [])
    if family is Optimizer:
        return [f"{{{OPTIMIZERS[name]}, {extra}}}" for extra in OPTIMIZER_EXTRAS] if name in OPTIMIZERS else []
    if family is Loss:
        return [options for _, options in LOSSES.get(name, [])]
    return [table[name] for table in plain[family] if name in table]


def keras_class(family: type[Named], member: type[Named]) -> Any:
    """The class of that name, nntrain's or Keras's."""
    module, name = MODULES[family], KERAS_NAMES.get(member.called(), member.called())
    theirs = keras.optimizers.schedules if family is Schedule else getattr(keras, module)
    return getattr(custom, name, None) or getattr(theirs, name)


def is_ours(family: type[Named], member: type[Named]) -> bool:
    theirs = keras.optimizers.schedules if family is Schedule else getattr(keras, MODULES[family])
    return not hasattr(theirs, KERAS_NAMES.get(member.called(), member.called()))


def arguments(family: type[Named], member: type[Named]) -> dict[str, bool]:
    """The arguments of the class, and of those below it where it takes these, each with whether it is required."""
    kinds = inspect.Parameter
    found: dict[str, bool] = {}
    cls = keras_class(family, member)
    signature = inspect.signature(cls).parameters.values()
    passes_on = family is Layer and any(argument.kind is kinds.VAR_KEYWORD for argument in signature)
    ours = (cls.__mro__[1],) if cls.__module__.startswith("nntrain") else ()
    bases = (keras.layers.Layer, *ours) if passes_on else ()
    below = [argument for base in bases for argument in inspect.signature(base).parameters.values()]
    for argument in (*below, *signature):
        if argument.kind not in (kinds.VAR_KEYWORD, kinds.VAR_POSITIONAL):
            found[argument.name] = argument.default is kinds.empty
    # Keras takes these two for every layer but hands them on as **kwargs.
    return {**dict.fromkeys(("name", "trainable") if passes_on else (), False), **found}


def compared() -> list[Any]:
    chosen = [(family, member) for family, member in MEMBERS if member.called() not in WITHOUT_CLASS]
    return [pytest.param(f, m, id=f"{f.noun}-{m.called()}") for f, m in chosen]


every_compared = pytest.mark.parametrize(("family", "member"), compared())


class Trial:
    """A built experiment on eight examples of random features."""

    def __init__(self, model: str, train: str = "{}", shape: tuple[int, ...] = ROW, classes: int | None = 3) -> None:
        task = "regression" if classes is None else "classification"
        data = f"data: {{table: {{path: conformance.csv, target: y, task: {task}}}}}"
        config = from_document(yaml_file.parse(f"{data}\nmodel: {model}\ntrain: {train}\n", "conformance.yaml"))
        names = tuple(map(str, range(classes or 0)))
        self.schema = Schema(shape, names, target_count=2 if classes is None else 1)
        self.resolved = config.resolve(self.schema)
        random = np.random.default_rng(1)
        self.x = random.uniform(-1 if shape == ROW else 0, 1, size=(8, *shape)).astype("float32")
        y = random.uniform(size=(8, 2)).astype("float32") if classes is None else np.arange(8, dtype="int32") % classes
        self.model: Network = build(self.resolved, self.x, y)
        self.y = y
        self.data = Arrays(self.x, encode_labels(y, self.resolved))
        self.program = Program(self.model, self.data, batch_size=8)

    def weights(self) -> dict[str, np.ndarray]:
        return {weight.path: weight.numpy() for weight in self.model.weights}

    def step(self, times: int = 1) -> dict[str, float]:
        """The metrics after so many steps; the test fails where one of them, or a weight, is not finite."""
        self.model.reset_metrics()
        for epoch in range(1, times + 1):
            self.program.train(self.data, epoch_order(0, epoch, 8, True), 0, 1)
        metrics = self.program.metrics()
        assert np.isfinite(list(metrics.values())).all(), metrics
        assert all(np.isfinite(weight).all() for weight in self.weights().values())
        return metrics

    def predictions(self) -> np.ndarray:
        return self.model(self.x, training=False).numpy()

    def reloaded(self, folder: Path) -> np.ndarray:
        """What the saved model, loaded by Keras alone, predicts."""
        self.model.plain().save(folder / "model.keras")
        return keras.saving.load_model(folder / "model.keras")(self.x, training=False).numpy()


def trained(model: str, train: str, folder: Path, shape: tuple[int, ...] = ROW) -> Trial:
    """A trial that trained one step, changed its weights, and predicts the same after it was saved and loaded.

    Only the batch normalization of images, which Keras computes in another way, may differ in the last bits.
    """
    trial = Trial(model, train, shape)
    before = trial.weights()
    trial.step()
    assert any((before[path] != weight).any() for path, weight in trial.weights().items())
    rounding = 1e-5 if fused(trial.model.layers) else 0
    np.testing.assert_allclose(trial.reloaded(folder), trial.predictions(), rtol=rounding, atol=rounding)
    return trial


@pytest.mark.parametrize("family", COUNTS, ids=lambda family: family.noun)
def test_every_member_of_the_family_is_counted(family: type[Named]) -> None:
    found = len(family.members())
    assert found == COUNTS[family], f"the family of {family.noun}s has {found} members: change `COUNTS` to that number"


def test_every_family_of_keras_is_tested() -> None:
    """Splits, data sources and loggers are ours alone; engines and pruners are tested in tests/search."""
    families = {family.__name__ for family in Named.__subclasses__()} - {
        "SplitRule",
        "Source",
        "Engine",
        "Pruner",
        "Logger",
    }
    assert families == {family.__name__ for family in COUNTS}


@every_compared
def test_every_option_is_an_argument_of_the_class(family: type[Named], member: type[Named]) -> None:
    assert set(member.model_fields) - ADDED.get(member.called(), set()) <= set(arguments(family, member))


@every_compared
def test_every_argument_is_an_option_or_left_out_on_purpose(family: type[Named], member: type[Named]) -> None:
    name = member.called()
    forgotten = set(arguments(family, member)) - set(member.model_fields)
    forgotten -= LEFT_OUT[family] | LEFT_OUT_OF_ONE.get(name, set())
    said = f"add {sorted(forgotten)} as fields of `{name}`, or to `LEFT_OUT` with the reason"
    assert not forgotten, said


@every_compared
def test_an_option_is_required_where_the_class_requires_it(family: type[Named], member: type[Named]) -> None:
    required = {name for name, needed in arguments(family, member).items() if needed}
    assert {name for name, field in member.model_fields.items() if field.is_required()} == required


def test_nothing_is_left_out_that_no_class_has() -> None:
    for family, left_out in LEFT_OUT.items():
        every = [member for member in family.members().values() if member.called() not in WITHOUT_CLASS]
        known = {name for member in every for name in arguments(family, member)}
        assert left_out <= known, f"remove {sorted(left_out - known)} from `LEFT_OUT`"


@every_member
def test_the_docstring_is_one_sentence_and_marks_what_keras_lacks(family: type[Named], member: type[Named]) -> None:
    text = inspect.cleandoc(member.__dict__.get("__doc__") or "")
    assert text, f"give `{member.called()}` a docstring of one sentence"
    sentence = text.removesuffix(" Ours.")
    assert re.fullmatch(r"[^\n]+\.", sentence), (
        f"the docstring of `{member.called()}` must be one line with a full stop"
    )
    assert not re.search(r"\. [A-Z]", sentence), f"the docstring of `{member.called()}` must be one sentence"
    assert (sentence != text) == is_ours(family, member), "`Ours.` stands where Keras has no such class, and only there"


@every_member
def test_the_samples_of_every_member_name_every_option(family: type[Named], member: type[Named]) -> None:
    name = member.called()
    samples = sampled(family, name)
    assert samples, f"add a sample of `{name}` to the table of {family.noun}s at the top of this file"
    trees = [yaml_file.parse(sample, "sample.yaml").tree for sample in samples]
    written = {option for tree in trees for option in tree}
    automatic = {"name", "trainable"} if family is Layer else set()
    forgotten = set(member.model_fields) - written - automatic
    assert not forgotten, f"add a sample of `{name}` with {sorted(forgotten)} at the top of this file"


def stacked(name: str, samples: list[str]) -> str:
    """The samples as hidden layers, each with a name of its own and `trainable`, as far as the layer takes them."""
    fields = Layer.find(name).model_fields
    lines = []
    for index, sample in enumerate(samples):
        own = {"name": f"sample_{index}", "trainable": "true"}
        options = [f"{key}: {value}" for key, value in own.items() if key in fields]
        lines.append(f"{{{name}: {{{', '.join([*options, *filter(None, [sample[1:-1]])])}}}}}")
    return f"[{', '.join(lines)}, Flatten]"


@pytest.mark.trains
@pytest.mark.parametrize(
    ("name", "shape"),
    [(name, ROW) for name in ROW_LAYERS] + [(name, IMAGE) for name in IMAGE_LAYERS],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)}d",
)
def test_a_net_with_the_layer_trains_and_reloads(name: str, shape: tuple[int, ...], tmp_path: Path) -> None:
    samples = (ROW_LAYERS if shape == ROW else IMAGE_LAYERS)[name]
    trial = trained(stacked(name, samples), "{optimizer: {SGD: {learning_rate: 0.1}}}", tmp_path, shape)
    if "trainable" in Layer.find(name).model_fields:
        assert [layer.name for layer in trial.model.layers[: len(samples)]] == [
            f"sample_{index}" for index in range(len(samples))
        ]


@pytest.mark.trains
def test_a_layer_that_is_not_trainable_keeps_its_weights() -> None:
    trial = Trial("[{Dense: {units: 4, trainable: false}}, {Dense: {units: 3, activation: softmax}}]")
    before = trial.weights()
    trial.step()
    changed = {path for path, weight in trial.weights().items() if (before[path] != weight).any()}
    assert changed == {weight.path for weight in trial.model.layers[1].weights}


@pytest.mark.trains
def test_nets_with_every_initializer_train_and_reload(tmp_path: Path) -> None:
    kernels = [
        f"{{Dense: {{units: 4, activation: tanh, kernel_initializer: {{{i}: {o}}}, name: {i}}}}}"
        for i, o in INITIALIZERS.items()
    ]
    biases = [
        f"{{Dense: {{units: 4, activation: tanh, bias_initializer: {{{i}: {o}}}, name: {i}}}}}"
        for i, o in BIAS_INITIALIZERS.items()
    ]
    trained(f"[{{Dense: {{units: 4}}}}, {', '.join(kernels + biases)}]", "{}", tmp_path)


@pytest.mark.trains
@pytest.mark.parametrize(
    ("model", "classes"),
    [
        ("[{Dense: 2}, TargetNormalization]", None),
        ("[{Dense: 2}, LogLink]", None),
        ("[{Dense: {units: 1, activation: sigmoid}}, {DecisionThreshold: {metric: accuracy}}]", 2),
        *((f"[{{Dense: {{units: 3, bias_initializer: {name}}}}}, Softmax]", 3) for name in OUTPUT_INITIALIZERS),
    ],
)
def test_a_net_that_ends_with_what_the_targets_decide_trains_and_reloads(
    model: str, classes: int | None, tmp_path: Path
) -> None:
    trial = Trial(model, classes=classes)
    trial.step()
    np.testing.assert_array_equal(trial.reloaded(tmp_path), trial.predictions())


@pytest.mark.trains
@pytest.mark.parametrize("weight", ["kernel", "bias", "activity"])
def test_nets_with_every_regularizer_train_and_reload(weight: str, tmp_path: Path) -> None:
    layers = [f"{{Dense: {{units: 4, {weight}_regularizer: {{{r}: {o}}}}}}}" for r, o in REGULARIZERS.items()]
    trial = trained(f"[{', '.join(layers)}, {{Dense: {{units: 3, activation: softmax}}}}]", "{}", tmp_path)
    assert len(trial.model.losses) == len(REGULARIZERS)
    assert trial.program.metrics()["regularization_loss"] > 0


@pytest.mark.trains
def test_a_net_with_every_constraint_trains_and_reloads(tmp_path: Path) -> None:
    layers = [f"{{Dense: {{units: 4, kernel_constraint: {{{c}: {o}}}}}}}" for c, o in CONSTRAINTS.items()]
    trial = trained(f"[{', '.join(layers)}, {{Dense: {{units: 3, activation: softmax}}}}]", "{}", tmp_path)
    at_most_half, unit, not_negative, between = (layer.kernel.numpy() for layer in trial.model.layers[:4])
    assert np.linalg.norm(at_most_half, axis=0).max() <= 0.5 * (1 + 1e-6)
    np.testing.assert_allclose(np.linalg.norm(unit, axis=0), 1, rtol=1e-5)
    assert not_negative.min() >= 0
    norms = np.linalg.norm(between, axis=0)
    assert norms.min() >= 0.2 * (1 - 1e-5)
    assert norms.max() <= 0.4 * (1 + 1e-5)


@pytest.mark.trains
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("extra", OPTIMIZER_EXTRAS, ids=lambda extra: extra.partition(":")[0])
def test_a_net_trains_with_the_optimizer(name: str, extra: str) -> None:
    output = "[{Dense: {units: 3, activation: softmax}}]"
    trial = Trial(output, f"{{optimizer: {{{name}: {{{OPTIMIZERS[name]}, {extra}}}}}}}")
    before = trial.weights()
    trial.step(times=2)
    assert all((before[path] != weight).any() for path, weight in trial.weights().items())
    assert trial.model.optimizer.iterations.numpy() == (1 if "accumulation" in extra else 2)


@pytest.mark.trains
@pytest.mark.parametrize("name", SCHEDULES)
def test_a_net_trains_with_the_schedule(name: str) -> None:
    output = "[{Dense: {units: 3, activation: softmax}}]"
    trial = Trial(output, f"{{optimizer: {{SGD: {{learning_rate: {{{name}: {SCHEDULES[name]}}}}}}}}}")
    rates = []
    for _ in range(4):
        rates.append(float(trial.model.optimizer.learning_rate))
        trial.step()
    assert np.isfinite(rates).all()
    assert len(set(rates)) > 1
    configured = keras.optimizers.get(keras.optimizers.serialize(trial.model.optimizer))
    np.testing.assert_array_equal(configured.learning_rate, rates[0])


def test_coslog4_is_the_schedule_of_realmlp() -> None:
    rate = custom.CosLog(0.04, total_steps=150, cycles=4)
    tops = [(2 ** (cycle + 0.5) - 1) * 10 for cycle in range(4)]  # half a cycle after each end
    assert [float(rate(top)) for top in tops] == pytest.approx([0.04] * 4, rel=1e-6)
    assert [float(rate(step)) for step in (0, 10, 30, 70, 150, 151)] == pytest.approx([0] * 6, abs=1e-8)
    with pytest.raises(ValueError, match="`total_steps` is missing"):
        custom.CosLog(0.04)(0)


def classes_of(output: str) -> int | None:
    return {SIGMOID: 2, LOGIT: 2, SOFTMAX: 3, LOGITS: 3}.get(output)


@pytest.mark.trains
@pytest.mark.parametrize(
    ("name", "output", "options"), [(name, *sample) for name, samples in LOSSES.items() for sample in samples]
)
def test_a_net_trains_with_the_loss(name: str, output: str, options: str) -> None:
    trial = Trial(f"[{{Dense: {output}}}]", f"{{loss: {{{name}: {options}}}}}", classes=classes_of(output))
    assert isinstance(trial.model.loss, keras_class(Loss, Loss.find(name)))
    before = trial.model.layers[-1].kernel.numpy()
    trial.step()
    assert (before != trial.model.layers[-1].kernel.numpy()).any()


@pytest.mark.parametrize("output", [SOFTMAX, LOGITS])
def test_label_smoothing_on_class_indices_is_that_of_keras_on_one_hot_labels(output: str) -> None:
    options = f"{{label_smoothing: 0.2, from_logits: {str(output == LOGITS).lower()}}}"
    metrics = []
    for loss in ("SparseCategoricalCrossentropy", "CategoricalCrossentropy"):
        trial = Trial(f"[{{Dense: {output}}}]", f"{{loss: {{{loss}: {options}}}}}")
        metrics.append(trial.program.evaluate(trial.data))
    assert metrics[0] == metrics[1]


def scored(output: str) -> tuple[Trial, dict[str, float]]:
    """A net with every metric that fits, on probabilities with options too, and its metrics after one step."""
    task = "numbers" if classes_of(output) is None else "classes"
    members = [name for name, member in Metric.members().items() if member.task == task]
    plain = {**dict.fromkeys(members, "{}"), "TopK": "{k: 2}"}
    tables = (plain,) if output in (LOGIT, LOGITS) else (METRICS, plain)
    chosen = [f"{{{name}: {options[name]}}}" for options in tables for name in members]
    model = f"[{{Rescaling: 3}}, {{Dense: {output}}}]"
    trial = Trial(model, f"{{metrics: [{', '.join(chosen)}]}}", classes=classes_of(output))
    stepped = trial.step()
    columns = {metric.column for metric in trial.resolved.train.metrics}
    assert len(columns) == len(tables) * len(members)
    assert set(stepped) == {"loss", *columns}
    return trial, trial.program.evaluate(trial.data)


@pytest.mark.trains
@pytest.mark.parametrize("output", [SIGMOID, LOGIT, SOFTMAX, LOGITS])
def test_metrics_of_classes_are_those_of_scikit_learn(output: str) -> None:
    trial, metrics = scored(output)
    raw = trial.predictions()
    if "activation" not in output:
        raw = keras.ops.convert_to_numpy(keras.ops.sigmoid(raw) if raw.shape[1] == 1 else keras.ops.softmax(raw))
    single = raw.shape[1] == 1
    predicted = (raw[:, 0] > 0.5).astype(int) if single else raw.argmax(axis=1)
    average = {"average": "binary" if single else "macro", "zero_division": 0}
    expected = {
        "accuracy": scores.accuracy_score(trial.y, predicted),
        "precision": scores.precision_score(trial.y, predicted, **average),
        "recall": scores.recall_score(trial.y, predicted, **average),
        "f1_score": scores.f1_score(trial.y, predicted, average="macro", zero_division=0),
        "auc": scores.roc_auc_score(trial.y, raw[:, 0] if single else raw, multi_class="ovr"),
        "top_k_accuracy": 1.0 if single else scores.top_k_accuracy_score(trial.y, raw, k=2),
    }
    assert {name: metrics[name] for name in expected} == pytest.approx(expected, abs=1e-5)
    assert all(0 <= value <= 1 for name, value in metrics.items() if name != "loss")


@pytest.mark.trains
def test_metrics_of_numbers_are_those_of_scikit_learn() -> None:
    trial, metrics = scored(NUMBERS)
    predicted = trial.predictions()
    expected = {
        "mean_squared_error": scores.mean_squared_error(trial.y, predicted),
        "mean_absolute_error": scores.mean_absolute_error(trial.y, predicted),
        "root_mean_squared_error": scores.mean_squared_error(trial.y, predicted) ** 0.5,
        "r2_score": scores.r2_score(trial.y, predicted),
    }
    assert {name: metrics[name] for name in expected} == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("y", "predicted"),
    [
        ([1e6, 1e6 + 1, 1e6 + 2, 1e6 + 3], [1e6, 1e6 + 1, 1e6 + 2, 1e6 + 2.5]),  # float32 sums lose the variance
        ([2020.0, 2021.0, 2023.0, 2024.0], [2020.5, 2020.5, 2023.0, 2024.0]),
        ([7.0, 7.0, 7.0, 7.0], [7.0, 7.0, 7.0, 7.0]),
        ([7.1, 7.1, 7.1, 7.1], [7.0, 7.1, 7.1, 7.1]),
    ],
)
def test_r2_is_that_of_scikit_learn_far_from_0_and_for_a_constant_target(
    y: list[float], predicted: list[float]
) -> None:
    metric, y_true, y_pred = custom.R2Score(), np.array(y, "float32")[:, None], np.array(predicted, "float32")[:, None]
    for rows in (slice(0, 3), slice(3, 4)):
        metric.update_state(y_true[rows], y_pred[rows])
    wanted = scores.r2_score(y_true.astype("float64"), y_pred.astype("float64"))
    assert float(metric.result()) == pytest.approx(wanted, abs=1e-6)


def test_a_random_crop_cuts_from_the_middle_at_inference() -> None:
    trial = Trial("[{RandomCrop: {height: 4, width: 6}}, ReLU]", shape=IMAGE)
    crop = trial.model.layers[0]
    np.testing.assert_array_equal(crop(trial.x, training=False), trial.x[:, 2:6, 1:7])
    assert crop(trial.x, training=True).shape == (8, 4, 6, 3)


def test_a_normalization_is_fitted_to_images_that_no_layer_has_augmented() -> None:
    model = "[{RandomTranslation: {height_factor: 0.5, width_factor: 0.5, fill_mode: constant}}, Normalization, ReLU]"
    trial = Trial(model, shape=IMAGE)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(trial.model.layers[1].adapt_mean).ravel(), trial.x.mean(axis=(0, 1, 2)), rtol=1e-5
    )


class Silence:
    """A watcher that shows nothing."""

    def begin(self, epochs: int, steps: int) -> None: ...

    def piece(self, epoch: int, step: int, metrics: dict[str, float]) -> None: ...

    def epoch(self, row: dict[str, float]) -> None: ...


@pytest.mark.trains
@pytest.mark.parametrize("name", CALLBACKS)
def test_a_net_trains_under_the_callback(name: str) -> None:
    options, optimizer = CALLBACKS[name]
    output = "[{Dense: {units: 3, activation: softmax}}]"
    trial = Trial(output, f"{{epochs: 3, optimizer: {optimizer}, callbacks: [{{{name}: {options}}}]}}")
    (callback,) = build_callbacks(trial.resolved.experiment)
    train = trial.resolved.train
    mode = direction(train.monitor, train.metrics)
    plan = Plan(0, 8, train.epochs, None, train.shuffle, train.monitor, mode, train.save)
    history = History()
    loop.fit(Job(trial.program, trial.data, trial.data, plan, [callback], Silence()), history)
    assert isinstance(callback, keras_class(Callback, Callback.find(name)))
    assert len(history.rows) == (1 if name.startswith("Stop") else 3)
    assert np.isfinite([value for row in history.rows for value in row.values()]).all()
    if name == "ReduceLROnPlateau":
        assert history.rows[-1]["learning_rate"] < history.rows[0]["learning_rate"]


WITH_DEFAULTS = [
    member
    for family, member in MEMBERS
    if family is not Metric and not member.needs_options() and keras_defaults.of(member)
]


@pytest.mark.parametrize("member", WITH_DEFAULTS, ids=lambda member: member.called())
def test_an_option_at_its_default_is_as_if_it_were_left_out(member: type[Named]) -> None:
    written = {name: value for name, value in keras_defaults.of(member).items() if value is not None}
    alone, other = (keras_object(member.model_validate(options)) for options in ({}, written))
    if hasattr(alone, "get_config"):
        random = {"name": None, "seed": None}
        assert {**alone.get_config(), **random} == {**other.get_config(), **random}
    else:
        assert {name: getattr(alone, name) for name in written} == {name: getattr(other, name) for name in written}
