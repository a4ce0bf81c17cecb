"""BatchNormalization of images by one kernel of TensorFlow."""

from collections.abc import Iterable
from typing import Any

import keras
import tensorflow as tf
from keras import ops

LEAST_EPSILON = 1.001e-5  # of cuDNN
_TYPES = ("float32", "bfloat16", "float16")


class BatchNormalization(keras.layers.BatchNormalization):
    """Keras's layer, which computes on images with TensorFlow's fused kernel: a pass in place of several.

    Keras 3.15 computes moments and scale in passes of their own, and those in float32 also where the images are
    bfloat16; the kernel adds up in float32 as well, but reads and writes 16 bits. Keras's moving variance is that of
    the population, the kernel's that of a sample (Bessel's correction), which is taken back here.

    Keras's own code runs for what the kernel does not have: other shapes than (n, height, width, channels), another
    axis than the last, `renorm`, `synchronized`, masks, float64. Shapes: any to the same.
    """

    __module__ = "keras.layers"  # under which it is saved: plain Keras loads its own class
    in_xla = False  # whether XLA compiles the training: of the kernel it makes E[x²] - E[x]², which loses digits

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return the normalized inputs, of the same shape; in training the moving averages are updated."""
        learns = bool(training) and self.trainable
        if mask is not None or not self.has_kernel or (training and (self.in_xla or not learns)):
            return super().call(inputs, training=training, mask=mask)
        x = ops.cast(inputs, self.compute_dtype)
        none = tf.zeros([0], "float32")
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=x,
            scale=tf.ones_like(self.moving_mean) if self.gamma is None else tf.convert_to_tensor(self.gamma),
            offset=tf.zeros_like(self.moving_mean) if self.beta is None else tf.convert_to_tensor(self.beta),
            mean=none if learns else tf.convert_to_tensor(self.moving_mean),
            variance=none if learns else tf.convert_to_tensor(self.moving_variance),
            epsilon=self.epsilon,
            is_training=learns,
        )
        if learns:
            count = tf.cast(tf.size(x) // tf.shape(x)[-1], "float32")
            self._follow(self.moving_mean, mean)
            self._follow(self.moving_variance, variance * ((count - 1) / count))
        return outputs

    @property
    def has_kernel(self) -> bool:
        """Whether the kernel computes what the options of the built layer say."""
        special = self.renorm or self.synchronized or self.epsilon < LEAST_EPSILON
        usual = self.input_spec.ndim == 4 and self.axis in (-1, 3) and self.compute_dtype in _TYPES
        return usual and not special and self.moving_mean.dtype == "float32"

    def _follow(self, average: Any, value: Any) -> None:
        average.assign(average * self.momentum + value * (1 - self.momentum))


def fused(layers: Iterable[keras.layers.Layer]) -> list[str]:
    """Return the names of the built layers that the kernel computes."""
    return [layer.name for layer in layers if isinstance(layer, BatchNormalization) and layer.has_kernel]
