"""Layers that Keras lacks, or that do not work as documented in Keras 3.15."""

from typing import Any

import keras


@keras.saving.register_keras_serializable("nntrain")
class RReLU(keras.layers.Layer):
    """Randomized leaky ReLU: x above 0, slope · x below (Xu et al. 2015, https://arxiv.org/abs/1505.00853).

    In training the slope of each value is uniform in [lower, upper]; at inference it is (lower + upper) / 2.
    Shapes: any to the same.
    """

    def __init__(self, lower: float = 0.125, upper: float = 1 / 3, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lower = lower
        self.upper = upper
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the activations, of the shape and dtype of the inputs."""
        slope = (self.lower + self.upper) / 2
        if training:
            shape = keras.ops.shape(inputs)
            slope = keras.random.uniform(shape, self.lower, self.upper, dtype=inputs.dtype, seed=self.seed_generator)
        return keras.ops.where(inputs >= 0, inputs, slope * inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        return {**super().get_config(), "lower": self.lower, "upper": self.upper, "seed": self.seed}


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
