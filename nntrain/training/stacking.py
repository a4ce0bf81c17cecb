"""Whether several trainings of one architecture can be one: decided by config and schema, never by a timing."""

import tensorflow as tf

from nntrain.config import plugin
from nntrain.config.keras import layers
from nntrain.config.resolve import Resolved
from nntrain.config.traced import stack_obstacle
from nntrain.training.choose_program import dense_products, uses_xla
from nntrain.training.run_context import RunContext

LARGEST_STEP = 4_000_000  # multiplications of one member in a step, above which a stack gains little (docs/log.md)
TRIAL_STEPS = 300  # what a trial of a search takes beside its own steps, in steps of a small network (docs/log.md)
LEAST_STEPS = 1600  # of all trials together, which make up for tracing a stack


def pays(members: int, steps: int) -> bool:
    """Return whether so many trials, of so many steps each, are faster as one program."""
    return members * (TRIAL_STEPS + steps) >= LEAST_STEPS


def obstacle(resolved: Resolved, rows: int, context: RunContext) -> str:
    """Return what keeps runs of this config from being trained as one: a layer or an option, in words; else nothing.

    rows: those of the training split.
    """
    return _of_the_devices(context) or stack_obstacle(resolved.experiment) or _of_the_model(resolved, rows)


def _of_the_devices(context: RunContext) -> str:
    if context.distribution is not None:
        return "several devices, which share each batch"
    if plugin.in_use():
        return "`--plugin`"
    return "a GPU computes" if tf.config.get_visible_devices("GPU") else ""


def _of_the_model(resolved: Resolved, rows: int) -> str:
    is_flat = len(resolved.schema.shape) == 1
    for _, layer in layers.walk(resolved.experiment.model):
        if isinstance(layer, layers.BatchNormalization) and not is_flat:
            return f"`{layer.called()}` of images"
        if isinstance(layer, layers.Flatten):
            is_flat = True
        elif isinstance(layer, layers.Reshape):
            is_flat = len(layer.target_shape) == 1
    batch_size = resolved.batch_size(rows)
    if uses_xla(resolved, batch_size, rows):
        return "XLA compiles their steps"
    products = (dense_products(resolved) or 0) * batch_size
    if products > LARGEST_STEP:
        return f"the size of a step: {products:,} multiplications keep the machine busy"
    return ""
