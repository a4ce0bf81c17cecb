"""The Keras classes of nntrain: what Keras lacks, or what does not work as documented in Keras 3.15."""

import time
from typing import Any

import keras
import numpy as np
from keras import ops

from nntrain.model.batch_normalization import BatchNormalization as BatchNormalization
from nntrain.model.class_shares import ClassShares as ClassShares
from nntrain.model.count_metrics import PoissonDeviance as PoissonDeviance
from nntrain.model.decision_threshold import DecisionThreshold as DecisionThreshold
from nntrain.model.ensemble import Ensemble as Ensemble
from nntrain.model.penalties import L2Norm as L2Norm
from nntrain.model.penalties import penalty_on_all
from nntrain.model.random_layers import AlphaDropout as AlphaDropout
from nntrain.model.random_layers import Dropout as Dropout
from nntrain.model.random_layers import GaussianDropout as GaussianDropout
from nntrain.model.random_layers import GaussianNoise as GaussianNoise
from nntrain.model.random_layers import RReLU as RReLU
from nntrain.model.random_layers import SpatialDropout2D as SpatialDropout2D
from nntrain.model.schedules import CosLog as CosLog
from nntrain.model.schedules import OneCycle as OneCycle
from nntrain.model.table_encoding import TableEncoding as TableEncoding
from nntrain.model.table_layers import FeatureScale as FeatureScale
from nntrain.model.table_layers import NTKDense as NTKDense
from nntrain.model.table_layers import ParametricActivation as ParametricActivation
from nntrain.model.table_layers import PeriodicEmbedding as PeriodicEmbedding
from nntrain.model.table_layers import PlaneFeatures as PlaneFeatures
from nntrain.model.target_normalization import LogLink as LogLink
from nntrain.model.target_normalization import TargetNormalization as TargetNormalization


class Network(keras.Sequential):
    """A Sequential whose penalties are part of `loss` and are also logged as the metric `regularization_loss`.

    regularizer: the penalty on all weights that are trained, biases included, beside those of the layers.
    """

    def __init__(self, layers: list[keras.layers.Layer], penalized: bool, regularizer: Any = None) -> None:
        super().__init__(layers)
        self.penalty = keras.metrics.Mean(name="regularization_loss") if penalized else None
        self.regularizer = regularizer

    @property
    def losses(self) -> list[Any]:
        """The penalties, scalars: those of the layers as in Keras, and that on all weights."""
        found: list[Any] = super().losses
        if self.regularizer is not None:
            found.append(penalty_on_all(self.regularizer, self.trainable_weights))
        return found

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """Return the loss of a batch with its penalties, a scalar."""
        if self.penalty is not None:
            total = sum((ops.sum(loss) for loss in self.losses), start=ops.zeros(()))
            self.penalty.update_state(total, sample_weight=ops.cast(ops.shape(y_pred)[0], "float32"))
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    def plain(self) -> keras.Sequential:
        """Return the same layers as a model that Keras loads without nntrain, unless nntrain defines one of them."""
        return keras.Sequential([keras.Input(self.input_shape[1:], dtype=self.inputs[0].dtype), *self.layers])


class Normalization(keras.layers.Normalization):
    """Keras's layer, whose mean and variance are read from its variables in every call.

    Keras 3.15 computes with constants that it makes of them at some moments, so a model whose weights are set does not
    compute what it saves. Shapes: any to the same.
    """

    __module__ = "keras.layers"  # under which it is saved: plain Keras loads its own class

    def call(self, inputs: Any) -> Any:
        """Return the normalized inputs, of the same shape."""
        if self.input_mean is not None:
            return super().call(inputs)
        inputs = ops.cast(inputs, self.compute_dtype)
        mean, variance = (
            ops.reshape(weight, self._broadcast_shape) for weight in (self.adapt_mean, self.adapt_variance)
        )
        scale = ops.maximum(ops.sqrt(variance), keras.config.epsilon())
        return inputs * scale + mean if self.invert else (inputs - mean) / scale


@keras.saving.register_keras_serializable("nntrain")
class Heaviside(keras.layers.Layer):
    """1 where x is at least 0, else 0 (McCulloch and Pitts 1943). Shapes: any to the same.

    Its derivative, 0 where it exists, is taken as 1. With ½ (t - y)² and batches of one example, gradient descent is
    then the rule of the perceptron, w = w + η (t - y) x (Rosenblatt 1957).
    """

    def call(self, inputs: Any) -> Any:
        """Return zeros and ones, of the shape and dtype of the inputs."""
        return _step(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape


@ops.custom_gradient  # type: ignore[untyped-decorator]
def _step(x: Any) -> Any:
    def gradient(*upstream: Any, **named: Any) -> Any:
        return named["upstream"] if "upstream" in named else upstream[0]

    return ops.cast(x >= 0, x.dtype), gradient


@keras.saving.register_keras_serializable("nntrain")
class RandomCrop(keras.layers.RandomCrop):
    """A random piece of each image in training, the middle at inference.

    Keras 3.15 does not crop at inference, though its output shape says so. Shapes: (batch, rows, columns, channels) to
    (batch, height, width, channels).
    """

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """Return the first row and the first column of the piece."""
        if training:
            return super().get_random_transformation(data, training, seed)
        rows, columns = data.shape[self.height_axis], data.shape[self.width_axis]
        return max(0, rows - self.height) // 2, max(0, columns - self.width) // 2

    def transform_images(self, images: Any, transformation: Any, training: bool = True) -> Any:
        """Return the piece of every image, in training and at inference."""
        return super().transform_images(images, transformation, training=True)


class WrongShape(ValueError):
    """Values do not have the shape of their weight; `help` says which."""

    def __init__(self, values: tuple[int, ...], weight: tuple[int, ...]) -> None:
        have, need = (" x ".join(map(str, shape)) or "of one number" for shape in (values, weight))
        super().__init__(f"the values have the shape {have}, the weight has {need}")
        self.help = f"give values of the shape {need}"


@keras.saving.register_keras_serializable("nntrain")
class Values(keras.initializers.Initializer):
    """The given values as the weight; raises WrongShape when the weight has another one."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values, dtype="float64")

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        """Return the values as a tensor of that shape."""
        if tuple(shape) != self.values.shape:
            raise WrongShape(self.values.shape, tuple(shape))
        return ops.convert_to_tensor(self.values, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        return {"values": self.values.tolist()}


class SparseCategoricalCrossentropy(keras.losses.SparseCategoricalCrossentropy):
    """Keras's loss, with `label_smoothing` ε as in its CategoricalCrossentropy (Szegedy et al. 2016, arXiv 1512.00567).

    The target of the true class is 1 - ε + ε / classes, that of each other class ε / classes.
    """

    __module__ = "keras.losses"

    def __init__(
        self, from_logits: bool = False, label_smoothing: float = 0.0, reduction: str = "sum_over_batch_size"
    ) -> None:
        super().__init__(from_logits=from_logits, reduction=reduction)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return (batch,), the loss of each example; y_true: (batch,) class indices, y_pred: (batch, classes)."""
        if not self.label_smoothing:
            return super().call(y_true, y_pred)
        one_hot = ops.one_hot(ops.cast(ops.reshape(y_true, (-1,)), "int32"), y_pred.shape[-1], dtype=y_pred.dtype)
        return keras.losses.categorical_crossentropy(one_hot, y_pred, self.from_logits, self.label_smoothing)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        return {name: getattr(self, name) for name in ("from_logits", "label_smoothing", "reduction")}


@keras.saving.register_keras_serializable("nntrain")
class HalfSquaredError(keras.losses.Loss):
    """½ Σ (t - y)² over the outputs of an example; its gradient is y - t. Reduced over the examples as in Keras."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return (batch,), the loss of each example; y_true and y_pred: (batch, outputs)."""
        y_pred = ops.convert_to_tensor(y_pred)
        y_true = ops.cast(y_true, y_pred.dtype)
        return ops.sum(ops.square(y_true - y_pred), axis=-1) / 2


@keras.saving.register_keras_serializable("nntrain")
class LogisticLoss(keras.losses.Loss):
    """Mean of log(1 + e^(-t y)) for labels t of -1 and 1, made from 0 and 1; the cross-entropy of σ(y)."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return (batch,), the loss of each example; y_true and y_pred: (batch, outputs)."""
        y_pred = ops.convert_to_tensor(y_pred)
        signs = 2 * ops.cast(y_true > 0, y_pred.dtype) - 1
        return ops.mean(ops.softplus(-signs * y_pred), axis=-1)


class R2Score(keras.metrics.R2Score):
    """1 - Σ (t - y)² / Σ (t - mean)², the mean over the targets, as in scikit-learn.

    The sums are float64: in Keras's float32 the variance of targets that are far from 0 is lost. For a constant target
    it is 1 where every prediction is exact, else 0. Shapes: (batch, targets) twice.
    """

    def __init__(self, name: str = "r2_score") -> None:
        super().__init__(name=name, dtype="float64")

    def add_variable(self, *args: Any, **options: Any) -> Any:
        """Return a state of float64; Keras's are float32, whatever the metric's dtype is."""
        return super().add_variable(*args, **{**options, "dtype": "float64"})

    def result(self) -> Any:
        """Return the mean over the targets, a float32 scalar."""
        residual, square = ops.convert_to_tensor(self.total_mse), ops.convert_to_tensor(self.squared_sum)
        total = square - ops.square(self.sum) / ops.maximum(self.count, 1e-300)
        varies = total > 1e-13 * square  # below it is rounding
        constant = ops.cast(residual == 0, "float64")
        each = ops.where(varies, 1 - residual / ops.where(varies, total, 1.0), constant)
        return ops.cast(ops.mean(each), "float32")


class StopAtTarget(keras.callbacks.Callback):
    """Stop at the end of the first epoch whose metric `monitor` reaches `target`; `mode` is `min` or `max`."""

    def __init__(self, target: float, monitor: str = "val_accuracy", mode: str = "max") -> None:
        super().__init__()
        self.target = target
        self.monitor = monitor
        self.mode = mode
        self.reason = ""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compare the epoch's metric with the target."""
        value = (logs or {})[self.monitor]
        if value >= self.target if self.mode == "max" else value <= self.target:
            self.reason = f"{self.monitor} reached {self.target:g}"
            self.model.stop_training = True


class StopAfter(keras.callbacks.Callback):
    """Stop at the end of the first epoch after `seconds` of training; `spent` counts them, before a resume too."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.spent = 0.0
        self.reason = ""

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the clock."""
        self.began = time.monotonic()
        self.spent = 0.0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop the training when its time is over."""
        now = time.monotonic()
        self.spent += now - self.began
        self.began = now
        if self.spent >= self.seconds:
            self.reason = f"the limit of {self.seconds:g} s is reached"
            self.model.stop_training = True
