"""Layers that Keras lacks."""

from typing import Any

import keras


@keras.saving.register_keras_serializable("nntrain")
class RReLU(keras.layers.Layer):
    """Randomized leaky ReLU: x above 0, slope · x below (Xu et al. 2015, https://arxiv.org/abs/1505.00853).

    In training the slope of each value is uniform in [lower, upper]; at inference it is (lower + upper) / 2.
    Shapes: any, unchanged.
    """

    def __init__(self, lower: float = 0.125, upper: float = 1 / 3, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lower = lower
        self.upper = upper
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The activations, of the shape and dtype of the inputs."""
        slope = (self.lower + self.upper) / 2
        if training:
            shape = keras.ops.shape(inputs)
            slope = keras.random.uniform(shape, self.lower, self.upper, dtype=inputs.dtype, seed=self.seed_generator)
        return keras.ops.where(inputs >= 0, inputs, slope * inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return {**super().get_config(), "lower": self.lower, "upper": self.upper, "seed": self.seed}
