"""How much a training step computes, as far as the config tells."""

import math

from nntrain.config.data_schema import Schema
from nntrain.config.experiment import Experiment
from nntrain.config.keras import image_layers, layers

SMALL_STEP = 32_000_000  # multiplications in a batch up to which one thread is faster than two (docs/log.md)


def dense_products(experiment: Experiment, schema: Schema) -> int | None:
    """Multiplications for one example through the Dense layers; None for a model that also works on images."""
    shape, products = schema.shape, 0
    for _, layer in layers.walk(experiment.model):
        if isinstance(layer, layers.Resizing) or type(layer).__module__ == image_layers.__name__:
            return None
        if isinstance(layer, layers.Flatten):
            shape = (math.prod(shape),)
        elif isinstance(layer, layers.Reshape):
            shape = layer.target_shape
        elif isinstance(layer, layers.Dense):
            products += abs(math.prod(shape)) * layer.units  # a -1 of Reshape stands for at least one
            shape = (*shape[:-1], layer.units)
    return products
