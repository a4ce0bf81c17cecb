"""Outputs with dropout on: how much they vary is a measure of how sure the model is."""

import inspect

import keras
import numpy as np
import tensorflow as tf

from nntrain.errors import ConfigError
from nntrain.model.build import outputs_of
from nntrain.training.programs.arrays import EVALUATION_BATCH
from nntrain.training.scorer import Scorer

_DROPOUTS = (
    keras.layers.AlphaDropout,
    keras.layers.Dropout,
    keras.layers.GaussianDropout,
    keras.layers.SpatialDropout1D,
    keras.layers.SpatialDropout2D,
    keras.layers.SpatialDropout3D,
)


class SampledOutputs:
    """Mean and spread of `samples` outputs with dropout on: MC dropout (Gal and Ghahramani 2016, arXiv 1506.02142).

    All other layers compute as at inference, so batch normalization keeps its statistics. Raises ConfigError for a
    model without dropout.
    """

    def __init__(self, scorer: Scorer, samples: int) -> None:
        self.scorer, self.samples, self.model = scorer, samples, scorer.program.model
        if not any(isinstance(layer, _DROPOUTS) for layer in self.model.layers):
            message = "`--mc-dropout` needs a model with dropout, and this one has none"
            raise ConfigError(message, help="leave `--mc-dropout` out, or train with a layer `Dropout`")
        self._pass = tf.function(self._forward, autograph=False, reduce_retracing=True)

    def __call__(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return float32 (n, outputs) twice: means, and standard deviations with samples - 1 in the denominator."""
        mean, squares = np.zeros(0), np.zeros(0)
        for count in range(1, self.samples + 1):
            found = self._outputs(x).astype(np.float64)
            if count == 1:
                mean, squares = np.zeros_like(found), np.zeros_like(found)
            before = found - mean
            mean = mean + before / count
            squares = squares + before * (found - mean)  # Welford (1962), which loses no digits
        return mean.astype(np.float32), np.sqrt(squares / (self.samples - 1)).astype(np.float32)

    def _outputs(self, x: np.ndarray) -> np.ndarray:
        starts = range(0, len(x), EVALUATION_BATCH)
        raw = np.concatenate([self._pass(tf.constant(x[at : at + EVALUATION_BATCH])).numpy() for at in starts])
        resolved = self.scorer.resolved
        if not resolved.schema.classes:
            return np.asarray(raw.reshape(len(raw), -1))
        return np.asarray(outputs_of(resolved, self.model).scores(raw))

    def _forward(self, x: tf.Tensor) -> tf.Tensor:
        x = tf.cast(x, keras.config.floatx())
        for layer in self.model.layers:
            takes_training = "training" in inspect.signature(layer.call).parameters
            x = layer(x, training=isinstance(layer, _DROPOUTS)) if takes_training else layer(x)
        return tf.cast(x, "float32")
