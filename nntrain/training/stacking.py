"""Whether several trainings of one architecture can be one: decided by config and schema, never by a timing."""

import tensorflow as tf

from nntrain.config import plugin
from nntrain.config.keras import callbacks, layers, metrics, optimizers, table_layers
from nntrain.config.resolve import Resolved
from nntrain.training.choose_program import dense_products, uses_xla
from nntrain.training.run_context import RunContext

LARGEST_STEP = 4_000_000  # multiplications of one member in a step, above which a stack gains little (docs/log.md)
MOST_MEMBERS = 64  # of one stack

_LAYERS = (
    layers.Dense,
    layers.Flatten,
    layers.Reshape,
    layers.Rescaling,
    layers.Normalization,
    layers.Activation,
    layers.ReLU,
    layers.LeakyReLU,
    layers.RReLU,
    layers.Heaviside,
    layers.PReLU,
    layers.ELU,
    layers.Softmax,
    layers.Dropout,
    layers.AlphaDropout,
    layers.GaussianNoise,
    layers.GaussianDropout,
    layers.BatchNormalization,
    layers.LayerNormalization,
    table_layers.TableEncoding,
    table_layers.FeatureScale,
    table_layers.PeriodicEmbedding,
    table_layers.ParametricActivation,
    table_layers.TargetNormalization,
    table_layers.LogLink,
    table_layers.DecisionThreshold,
)
_CALLBACKS = (callbacks.EarlyStopping, callbacks.ReduceLROnPlateau, callbacks.StopAtTarget)


def obstacle(resolved: Resolved, rows: int, context: RunContext) -> str:
    """Return what keeps runs of this config from being trained as one: a layer or an option, in words; else nothing.

    rows: those of the training split.
    """
    return _of_the_devices(context) or _of_the_options(resolved) or _of_the_model(resolved, rows)


def _of_the_devices(context: RunContext) -> str:
    if context.distribution is not None:
        return "several devices share each batch"
    if plugin.in_use():
        return "`--plugin`"
    return "a GPU computes" if tf.config.get_visible_devices("GPU") else ""


def _of_the_options(resolved: Resolved) -> str:
    train = resolved.train
    if train.engine not in ("auto", "resident"):
        return f"`engine: {train.engine}`"
    if train.precision != "float32":
        return f"`precision: {train.precision}`"
    for name in ("steps", "max_seconds"):
        if getattr(train, name) is not None:
            return f"`train.{name}`"
    if train.on_disease != "warn":
        return f"`on_disease: {train.on_disease}`"
    if isinstance(train.optimizer, optimizers.Nadam):  # keeps a number outside its variables
        return "`Nadam`"
    if train.optimizer.use_ema:
        return "`use_ema`"
    if train.optimizer.gradient_accumulation_steps is not None:
        return "`gradient_accumulation_steps`"
    other = next((each for each in train.callbacks if not isinstance(each, _CALLBACKS)), None)
    if other is not None:
        return f"`{other.called()}`"
    area = next((each for each in train.metrics if isinstance(each, metrics.AUC)), None)
    return "" if area is None else f"`{area.called()}`"


def _of_the_model(resolved: Resolved, rows: int) -> str:
    is_flat = len(resolved.schema.shape) == 1
    for _, layer in layers.walk(resolved.experiment.model):
        of_images = isinstance(layer, layers.BatchNormalization) and not is_flat
        if of_images or not isinstance(layer, _LAYERS):
            return f"`{layer.called()}`{' of images' if of_images else ''}"
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
