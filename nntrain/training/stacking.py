"""Whether several trainings of one architecture can be one: decided by config and schema, never by a timing."""

import math

import tensorflow as tf

from nntrain.config import plugin
from nntrain.config.keras import image_layers, layers
from nntrain.config.resolve import Resolved
from nntrain.config.traced import stack_obstacle
from nntrain.model.build import outline
from nntrain.training.choose_program import dense_products, uses_xla
from nntrain.training.run_context import RunContext

LARGEST_STEP = 4_000_000  # multiplications of one member in a step, above which a stack gains little (docs/log.md)
LARGEST_STEP_OF_IMAGES = 1_500_000  # with convolutions
FEWEST_OF_IMAGES = 4  # runs with convolutions that gain from being one
_FLATTENING = (layers.Flatten, image_layers.GlobalAveragePooling2D, image_layers.GlobalMaxPooling2D)


def obstacle(resolved: Resolved, rows: int, members: int, context: RunContext) -> str:
    """Return what keeps runs of this config from being trained as one: a layer or an option, in words; else nothing.

    rows: those of the training split. members: how many runs.
    """
    why = _of_the_devices(context) or stack_obstacle(resolved.experiment) or _of_the_model(resolved, rows)
    if why or members >= FEWEST_OF_IMAGES or (name := _of_images(resolved)) is None:
        return why
    return f"`{name}`, which gains nothing in fewer than {FEWEST_OF_IMAGES} runs"


def _of_images(resolved: Resolved) -> str | None:
    """Return the name of the first layer for images."""
    kinds = (layer for _, layer in layers.walk(resolved.experiment.model))
    return next((each.called() for each in kinds if type(each).__module__ == image_layers.__name__), None)


def _of_the_devices(context: RunContext) -> str:
    if context.distribution is not None:
        return "several devices, which share each batch"
    if plugin.in_use():
        return "`--plugin`"
    return "the GPU" if tf.config.get_visible_devices("GPU") else ""


def _of_the_model(resolved: Resolved, rows: int) -> str:
    is_flat = len(resolved.schema.shape) == 1
    for _, layer in layers.walk(resolved.experiment.model):
        if isinstance(layer, layers.BatchNormalization) and not is_flat:
            return f"`{layer.called()}` of images"
        if isinstance(layer, _FLATTENING) and not getattr(layer, "keepdims", False):
            is_flat = True
        elif isinstance(layer, layers.Reshape):
            is_flat = len(layer.target_shape) == 1
    batch_size = resolved.batch_size(rows)
    if uses_xla(resolved, batch_size, rows):
        return "XLA, which compiles their steps"
    dense = dense_products(resolved)
    products = (_products(resolved) if dense is None else dense) * batch_size
    if products > (LARGEST_STEP_OF_IMAGES if dense is None else LARGEST_STEP):
        return f"the size of a step: {products:,} multiplications keep the machine busy"
    return ""


def _products(resolved: Resolved) -> int:
    """Return the multiplications of one example: each kernel is used at every place of its layer's output."""
    return sum(
        math.prod(weight.shape) * math.prod(layer.output.shape[1:-1])
        for _, layer in outline(resolved)
        for weight in layer.trainable_weights
        if len(weight.shape) > 1
    )
