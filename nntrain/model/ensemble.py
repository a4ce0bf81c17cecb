"""The mean of several networks as one layer, the last one of the model of an ensemble."""

from collections.abc import Sequence
from math import log
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("nntrain")
class Ensemble(keras.layers.Layer):
    """The mean of what several networks predict for the same inputs: of probabilities, or of numbers.

    members: networks of one architecture. logits: whether their outputs are logits of probabilities; then the output is
    the logit of the mean probability. Shapes: that of the networks' inputs to that of their outputs. The error of the
    mean is at most the mean of the errors, for the squared error and the cross-entropy, by Jensen's inequality (Breiman
    1996, https://doi.org/10.1007/BF00058655; Lakshminarayanan et al. 2017, https://arxiv.org/abs/1612.01474).
    """

    def __init__(self, members: Sequence[keras.Model], logits: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.members = list(members)
        self.logits = logits

    def build(self, input_shape: Any) -> None:
        """Build what is not built yet."""
        for member in self.members:
            if not member.built:
                member.build(input_shape)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return the mean, of the shape of one network's outputs."""
        outputs = ops.stack([member(inputs, training=training) for member in self.members])
        if not self.logits:
            return ops.mean(outputs, axis=0)
        if outputs.shape[-1] == 1:  # the sigmoid of it is the mean of their sigmoids
            return ops.logsumexp(ops.log_sigmoid(outputs), axis=0) - ops.logsumexp(ops.log_sigmoid(-outputs), axis=0)
        return ops.logsumexp(ops.log_softmax(outputs), axis=0) - log(len(self.members))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the outputs of one network."""
        return self.members[0].compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        members = [keras.saving.serialize_keras_object(member) for member in self.members]
        return {**super().get_config(), "members": members, "logits": self.logits}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Ensemble":
        """Return the layer with new networks."""
        members = [keras.saving.deserialize_keras_object(member) for member in config.pop("members")]
        return cls(members, **config)
