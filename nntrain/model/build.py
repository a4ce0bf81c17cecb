"""A spec as a compiled Keras model; the only file that looks names up in `keras.*`."""

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nntrain import extensions
from nntrain.config import rules
from nntrain.config.base import Named, snake_case
from nntrain.config.data_schema import Schema
from nntrain.config.experiment import Experiment
from nntrain.config.keras import callbacks, layers, losses, metrics
from nntrain.config.output_layer import OutputLayer, are_logits, find_output_layer, labels_for
from nntrain.config.train import Train
from nntrain.data.row_file import Examples, chunks
from nntrain.errors import ConfigError, Path, Problem, dotted
from nntrain.model.custom.metrics import on_probabilities
from nntrain.model.custom.network import Network
from nntrain.model.mean_and_variance import Moments

_MODULES = {
    "layer": "layers",
    "initializer": "initializers",
    "regularizer": "regularizers",
    "constraint": "constraints",
    "optimizer": "optimizers",
    "schedule": "optimizers.schedules",
    "loss": "losses",
    "callback": "callbacks",
    "metric": "metrics",
}


def build(experiment: Experiment, schema: Schema, examples: Examples | None = None) -> Network:
    """The compiled model of a resolved experiment, its weights drawn from the seed of the run.

    examples: (n, *shape), the training split that `Normalization` layers are fitted to; without it they are left
    for weights to be loaded. Raises ConfigError at the layer whose shape or option Keras refuses.
    """
    model = Network(_layers(experiment, schema, examples), penalized=rules.has_penalty(experiment))
    output = find_output_layer(experiment.model, schema)
    train = experiment.train
    with _at(("train",)):
        model.compile(
            optimizer=_optimizer(train),
            loss=keras_object(train.loss),
            metrics=[_metric(metric, train.loss, output, schema) for metric in train.metrics],
            jit_compile=False,
        )
    return model


def _optimizer(train: Train) -> keras.optimizers.Optimizer:
    """The optimizer; in float16 a small gradient is 0, so there the loss is scaled up for it, by as much as fits."""
    optimizer = keras_object(train.optimizer)
    scaled = train.precision == "mixed_float16" and train.optimizer.loss_scale_factor is None
    return keras.optimizers.LossScaleOptimizer(optimizer) if scaled else optimizer


def keras_object(spec: Named) -> Any:
    """The Keras object of the same name with the options that were written; ours come from `nntrain.model.custom`."""
    options = {name: _argument(value) for name, value in spec.written().items()}
    return _keras_class(spec)(**options)


def _argument(value: Any) -> Any:
    if isinstance(value, Named):
        return keras_object(value)
    return [_argument(item) for item in value] if isinstance(value, list) else value


def _keras_class(spec: Named) -> Any:
    module = _MODULES[spec.noun]
    ours = module.rpartition(".")[2]
    found = (
        getattr(extensions.load("model.custom", ours), spec.called(), None)
        if ours in extensions.names("model.custom")
        else None
    )
    return found or getattr(import_module(f"keras.{module}"), spec.called())


def _layers(experiment: Experiment, schema: Schema, examples: Examples | None) -> list[keras.layers.Layer]:
    """The layers, each built on the shape that comes out of the one before it."""
    stack: list[keras.layers.Layer] = [keras.Input(schema.shape, dtype="float32")]
    flow = stack[0]
    specs = list(_named(experiment.model))
    for index, (path, spec) in enumerate(specs):
        # The output stays in float32, so that losses and probabilities keep their digits.
        exact = spec.exact or index == len(specs) - 1
        policy = "float32" if exact else experiment.train.precision
        with _at(path, spec, flow.shape[1:]), _policy(policy), seeded(experiment.seed, f"{index} {dotted(path)}"):
            layer = keras_object(spec)
            if isinstance(spec, layers.Normalization) and spec.mean is None and examples is not None:
                _adapt(layer, stack[1:], flow.shape, examples)
            flow = layer(flow)
        stack.append(layer)
    return stack


@contextmanager
def _policy(name: str) -> Iterator[None]:
    """While it lasts, layers are made with this dtype policy."""
    kept = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(kept)


def _named(model: Sequence[layers.Layer]) -> Iterator[tuple[Path, layers.Layer]]:
    """Every layer with its path and a name: Keras counts over all models of a process, here each model counts anew."""
    taken = {name for _, spec in layers.walk(model) if (name := getattr(spec, "name", None))}
    for path, spec in layers.walk(model):
        if getattr(spec, "name", None):
            yield path, spec
            continue
        name, count = snake_case(spec.called()), 0
        unique = name
        while unique in taken:
            count += 1
            unique = f"{name}_{count}"
        taken.add(unique)
        yield path, spec.model_copy(update={"name": unique})


def _adapt(layer: Any, before: Sequence[keras.layers.Layer], shape: tuple[int | None, ...], examples: Examples) -> None:
    """Fits a Normalization to what the layers before it make of the training split.

    Keras's own `adapt` wants all of it in memory, and adds up in float32.
    """
    prefix = keras.Sequential([keras.Input(examples.shape[1:]), *before]) if before else None
    layer.build(shape)
    moments = Moments(tuple(sorted(axis % len(shape) for axis in layer.axis)))
    for _, part in chunks(examples, most=4096):
        # Said, because Keras's augmentation layers take a bare call for training.
        moments.add(part if prefix is None else prefix(part.astype("float32"), training=False).numpy())
    layer.adapt_mean.assign(moments.mean)
    layer.adapt_variance.assign(moments.variance)
    layer.finalize_state()


@contextmanager
def seeded(seed: int, place: str) -> Iterator[None]:
    """Keras draws the seeds of initializers and of random layers from `random`; here they depend on the run's seed
    and on the layer's place alone, so that one more layer does not change all the others."""
    kept = random.getstate()
    random.seed(hashlib.sha256(f"{seed} {place}".encode()).digest())
    try:
        yield
    finally:
        random.setstate(kept)


@contextmanager
def _at(path: Path, spec: Named | None = None, shape: tuple[int | None, ...] = ()) -> Iterator[None]:
    """Turns what Keras raises into an error at this place of the config."""
    try:
        yield
    except (ValueError, TypeError, NotImplementedError, ArithmeticError, MemoryError, tf.errors.OpError) as error:
        raise ConfigError(problems=[_in_place(path, spec, shape, error)]) from error


def _in_place(path: Path, spec: Named | None, shape: tuple[int | None, ...], error: Exception) -> Problem:
    words = _keras_words(str(error))
    if spec is None:
        return Problem(f"Keras refuses this: {words}", path)
    layer = spec.called()
    if isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError)):
        return Problem(f"out of memory: `{layer}` is too large for this machine", path, "use fewer units", on_key=True)
    if re.search(r"expected (min_)?ndim=4|rank 4|4D", words):
        message = f"`{layer}` needs images, but its input has the shape {_shape(shape)}"
        return Problem(message, path, "add `Reshape: [height, width, channels]` before it", on_key=True)
    if re.search(r"negative|zero or", words):
        message = f"`{layer}` does not fit into its input of the shape {_shape(shape)}"
        return Problem(message, path, "use a smaller window, `padding: same`, or one pooling less", on_key=True)
    return Problem(f"`{layer}` cannot take an input of the shape {_shape(shape)}: {words}", path, on_key=True)


def _keras_words(text: str) -> str:
    """Keras's message without its colours, its preamble and its list of arguments, on one line."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text).split("Arguments received by")[0]
    text = re.sub(r"^Exception encountered when calling [^\n]*\n", "", text.strip())
    return " ".join(text.split()).rstrip(".")


def _shape(shape: tuple[int | None, ...]) -> str:
    return " x ".join("?" if size is None else str(size) for size in shape) or "scalar"


def _metric(
    spec: metrics.Metric, loss: losses.Loss, output: OutputLayer | None, schema: Schema
) -> keras.metrics.Metric:
    """The Keras metric, in the variant that fits the labels."""
    if not schema.classes or output is None:
        return keras_object(spec)
    single = output.units == 1
    options = {**spec.written(), "name": spec.column}
    if isinstance(spec, metrics.Accuracy):
        if labels_for(loss, output, schema) == "index":  # as Keras chooses for `accuracy`
            return keras.metrics.SparseCategoricalAccuracy(**options)
        kind = keras.metrics.BinaryAccuracy if single else keras.metrics.CategoricalAccuracy
    elif isinstance(spec, metrics.TopK):
        kind = keras.metrics.TopKCategoricalAccuracy
    else:
        kind = _keras_class(spec)
    if isinstance(spec, metrics.AUC) and not single:
        options |= {"multi_label": True, "num_labels": len(schema.classes)}
    if isinstance(spec, metrics.F1Score) and single:
        # Without a threshold Keras predicts the most probable class, which of a single one is always the first.
        options = {"threshold": 0.5, **options}
    return on_probabilities(kind, len(schema.classes), are_logits(loss, output))(**options)


def encode_labels(y: np.ndarray, experiment: Experiment, schema: Schema) -> np.ndarray:
    """The labels as the loss compares them: (n,) int32 indices, (n, classes) one-hot, (n, 1) 0 and 1, or numbers."""
    output = find_output_layer(experiment.model, schema)
    labels = "index" if output is None else labels_for(experiment.train.loss, output, schema)
    if labels == "one_hot":
        return np.eye(len(schema.classes), dtype="float32")[y]
    return y.astype("float32").reshape(-1, 1) if labels == "binary" else y


def build_callbacks(experiment: Experiment) -> list[keras.callbacks.Callback]:
    """Keras's callback objects; `mode` is always said, because Keras guesses it from the name."""
    train = experiment.train
    return [keras_object(_with_mode(callback, train.metrics)) for callback in train.callbacks]


def _with_mode(callback: callbacks.Callback, chosen: list[metrics.Metric]) -> callbacks.Callback:
    if getattr(callback, "mode", "") not in (None, "auto"):
        return callback
    return callback.model_copy(update={"mode": metrics.direction(getattr(callback, "monitor", ""), chosen)})
