"""Layers for tables: those of the networks that are best on them, and features of two numbers."""

import math
from typing import Any

import keras
from keras import ops

from nntrain.config.plane_features import FORMULAS


@keras.saving.register_keras_serializable("nntrain")
class FeatureScale(keras.layers.Layer):
    """scale · x, with a learned scale for each feature that begins at 1, so that a network can choose its inputs.

    From RealMLP (Holzmüller et al. 2024, https://arxiv.org/abs/2407.04491). Shapes: (…, features) to the same.
    """

    def __init__(self, scale_initializer: Any = "ones", scale_regularizer: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale_initializer = keras.initializers.get(scale_initializer)
        self.scale_regularizer = keras.regularizers.get(scale_regularizer)

    def build(self, input_shape: Any) -> None:
        """Create a scale for each feature."""
        options = {"initializer": self.scale_initializer, "regularizer": self.scale_regularizer}
        self.scale = self.add_weight(name="scale", shape=(input_shape[-1],), **options)

    def call(self, inputs: Any) -> Any:
        """Return the scaled features."""
        return inputs * self.scale

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        initializer = keras.initializers.serialize(self.scale_initializer)
        regularizer = keras.regularizers.serialize(self.scale_regularizer)
        return {**super().get_config(), "scale_initializer": initializer, "scale_regularizer": regularizer}


@keras.saving.register_keras_serializable("nntrain")
class PlaneFeatures(keras.layers.Layer):
    """Features of the first two inputs x and y: `x`, `y`, `xy`, `x2`, `y2`, `sin_x`, `sin_y`, as `FORMULAS` has them.

    Shapes: (batch, 2 + others) to (batch, features + others); the others pass unchanged.
    """

    def __init__(self, features: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.features = list(features)

    def build(self, input_shape: Any) -> None:
        """Raise ValueError unless there are two inputs."""
        if len(input_shape) != 2 or input_shape[-1] < 2:
            raise ValueError("it takes two numbers")

    def call(self, inputs: Any) -> Any:
        """Return the features."""
        x, y = inputs[:, :1], inputs[:, 1:2]
        found = [FORMULAS[name](ops, x, y) for name in self.features]
        return ops.concatenate([*found, inputs[:, 2:]] if inputs.shape[-1] > 2 else found, axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return (batch, features + others)."""
        return input_shape[0], len(self.features) + input_shape[-1] - 2

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        return {**super().get_config(), "features": self.features}


@keras.saving.register_keras_serializable("nntrain")
class ParametricActivation(keras.layers.Layer):
    """x + alpha · (f(x) - x), with a learned alpha for each unit that begins at 1: from f to the identity.

    From RealMLP (Holzmüller et al. 2024, https://arxiv.org/abs/2407.04491). Shapes: (…, units) to the same.
    """

    def __init__(self, activation: Any, alpha_initializer: Any = "ones", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = keras.activations.get(activation)
        self.alpha_initializer = keras.initializers.get(alpha_initializer)

    def build(self, input_shape: Any) -> None:
        """Create an alpha for each unit."""
        self.alpha = self.add_weight(name="alpha", shape=(input_shape[-1],), initializer=self.alpha_initializer)

    def call(self, inputs: Any) -> Any:
        """Return the activations."""
        return inputs + self.alpha * (self.activation(inputs) - inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        activation = keras.activations.serialize(self.activation)
        initializer = keras.initializers.serialize(self.alpha_initializer)
        return {**super().get_config(), "activation": activation, "alpha_initializer": initializer}


@keras.saving.register_keras_serializable("nntrain")
class NTKDense(keras.layers.Dense):
    """activation(x W / √n + b) for n inputs: the neural tangent parametrization (Jacot et al. 2018, arXiv 1806.07572).

    As in RealMLP-TD-S (Holzmüller et al. 2024, https://arxiv.org/abs/2407.04491) W and b begin as normal numbers of
    deviation 1, so that one learning rate fits layers of every width. Shapes: (…, n) to (…, units).
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        for name in ("kernel_initializer", "bias_initializer"):
            kwargs.setdefault(name, keras.initializers.RandomNormal(stddev=1.0))
        super().__init__(units, **kwargs)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return the activations."""
        outputs = ops.matmul(inputs, self.kernel) / math.sqrt(self.kernel.shape[0])
        if self.use_bias:
            outputs = ops.add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)


@keras.saving.register_keras_serializable("nntrain")
class PeriodicEmbedding(keras.layers.Layer):
    """Each of the first `columns` features as `units` numbers, learned from waves of it; others pass unchanged.

    `plr`: ReLU(W [sin(2π f x), cos(2π f x)] + b) (Gorishniy et al. 2022, https://arxiv.org/abs/2203.05556).
    `pbld`: W cos(2π f x + p) + b as units - 1 numbers, and x itself (RealMLP: Holzmüller et al. 2024,
    https://arxiv.org/abs/2407.04491). The frequencies f begin as normal numbers of deviation `stddev`, the phases p
    uniform in [-π, π], W and b uniform in ±1 / √inputs, as in both papers. Every feature has weights of its own.

    Shapes: (batch, features) to (batch, columns · units + features - columns); `columns=None` means all.
    """

    def __init__(
        self,
        units: int = 4,
        frequencies: int = 16,
        stddev: float = 0.1,
        kind: str = "pbld",
        columns: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.frequencies = frequencies
        self.stddev = stddev
        self.kind = kind
        self.columns = columns

    def _split(self, features: int) -> int:
        return features if self.columns is None else self.columns

    def build(self, input_shape: Any) -> None:
        """Create frequencies, phases, kernels and biases: (columns, …)."""
        if len(input_shape) != 2 or self._split(input_shape[-1]) > input_shape[-1]:
            raise ValueError(f"it embeds {self.columns or 'the'} columns of a table")
        columns = self._split(input_shape[-1])
        if not columns:
            return
        waves, outputs = self.frequencies, self.units - 1
        if self.kind == "plr":
            waves, outputs = 2 * self.frequencies, self.units
        bound = 1 / math.sqrt(waves)
        self.frequency = self._weight("frequency", (columns, self.frequencies), normal=self.stddev)
        if self.kind == "pbld":
            self.phase = self._weight("phase", (columns, self.frequencies), uniform=math.pi)
        self.kernel = self._weight("kernel", (columns, waves, outputs), uniform=bound)
        self.bias = self._weight("bias", (columns, outputs), uniform=bound)

    def _weight(self, name: str, shape: tuple[int, ...], normal: float = 0, uniform: float = 0) -> Any:
        """Return a weight that begins with normal numbers of this deviation, or uniform ones up to this bound."""
        plain = keras.initializers.RandomNormal(stddev=normal)
        drawn = keras.initializers.RandomUniform(-uniform, uniform) if uniform else plain
        return self.add_weight(name=name, shape=shape, initializer=drawn)

    def call(self, inputs: Any) -> Any:
        """Return the embeddings of the first columns, then the other columns."""
        columns = self._split(inputs.shape[-1])
        if not columns:
            return inputs
        x, rest = inputs[:, :columns], inputs[:, columns:]
        angle = 2 * math.pi * x[:, :, None] * self.frequency
        if self.kind == "plr":
            waves = ops.concatenate([ops.sin(angle), ops.cos(angle)], axis=-1)
        else:
            waves = ops.cos(angle + self.phase)
        embedded = ops.einsum("bcw,cwu->bcu", waves, self.kernel) + self.bias
        embedded = ops.relu(embedded) if self.kind == "plr" else ops.concatenate([embedded, x[:, :, None]], axis=-1)
        return ops.concatenate([ops.reshape(embedded, (-1, columns * self.units)), rest], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, int]:
        """Return (batch, columns · units + features - columns)."""
        columns = self._split(input_shape[-1])
        return input_shape[0], columns * self.units + input_shape[-1] - columns

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        names = ("units", "frequencies", "stddev", "kind", "columns")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
