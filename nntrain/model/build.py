"""A resolved experiment as a compiled Keras model. Only this module looks names up in `keras.*`."""

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from operator import attrgetter
from typing import Any

import keras
import numpy as np
from keras.src.backend.common import global_state

from nntrain.config.data_schema import Schema
from nntrain.config.keras import layers, metrics, table_layers
from nntrain.config.named import Named, snake_case
from nntrain.config.resolve import Resolved, has_penalty, without_penalties
from nntrain.config.train import Train
from nntrain.data.row_file import Examples, chunks
from nntrain.errors import Path, dotted
from nntrain.model import class_metrics, custom, keras_errors, named_weights, own_code
from nntrain.model.auc import AUC
from nntrain.model.class_metrics import Outputs
from nntrain.model.class_shares import with_shares
from nntrain.model.custom import Network
from nntrain.model.mean_and_variance import Moments
from nntrain.model.target_normalization import StandardizedLoss, TargetLayer, adapt_to

_MODULES = {"loss": "losses", "schedule": "optimizers.schedules"}  # others have the plural of the noun
_WAITING = "uninitialized_variables"  # where Keras keeps those that have no value yet


def build(resolved: Resolved, examples: Examples | None = None, targets: np.ndarray | None = None) -> Network:
    """Return the compiled model of a resolved experiment; the seed of the run decides its initial weights.

    examples: (n, *shape), the training split that `Normalization` layers are fitted to; without it they stay empty
    until weights are loaded. targets: its labels, (n,) class indices or (n, targets) numbers. Raises ConfigError at the
    layer whose shape or option Keras refuses.
    """
    train, several = resolved.train, resolved.train.ensemble is not None
    regularizer = keras_object(train.regularizer) if train.regularizer and not several else None
    penalized = has_penalty(resolved.experiment) and not several
    model = Network(_stack(resolved, examples, targets), penalized, regularizer)
    updates = resolved.updates(len(examples)) if examples is not None else 1
    with keras_errors.raised_at(("train",)):
        model.compile(
            optimizer=_optimizer(train, updates, model),
            loss=loss_of(train, _last(model)),
            metrics=[_metric(metric, resolved, model) for metric in train.metrics],
            jit_compile=False,
        )
    return model


def outline(resolved: Resolved) -> list[tuple[Path, keras.layers.Layer]]:
    """Return the layers with their paths, built without values: they have shapes and take no memory, however large.

    Raises ConfigError as `build` does.
    """
    with _without_values():
        built = _layers(resolved, None)[1:]
    return [(path, layer) for (path, _), layer in zip(_named(resolved.experiment.model), built, strict=True)]


@contextmanager
def _without_values() -> Iterator[None]:
    """Make variables without values, and let Keras forget them: it would give them values after some later scope."""
    before = list(global_state.get_global_attribute(_WAITING, [], set_to_default=True))
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute(_WAITING, before)


def weights_of(resolved: Resolved) -> list[dict[str, Any]]:
    """Return the description of every weight that the model of an experiment has, without memory for one of them."""
    with _without_values():
        built = _stack(resolved, None)[1:]
    return described([weight for layer in built for weight in layer.weights])


def described(weights: Sequence[Any]) -> list[dict[str, Any]]:
    """Return path, shape and dtype of each weight, as model.json holds them.

    Inside a layer, Keras numbers what has no name by what the process has made before: these numbers are left out.
    """
    return [{"path": _unnumbered(each.path), "shape": list(each.shape), "dtype": str(each.dtype)} for each in weights]


def _unnumbered(path: str) -> str:
    layer, slash, inside = path.partition("/")
    return layer + slash + re.sub(r"_[0-9]+(?=/|$)", "", inside)


def _optimizer(train: Train, updates: int, model: Network) -> keras.optimizers.Optimizer:
    """Return the optimizer of this many updates; in float16, where a small gradient rounds to 0, with a scaled loss."""
    optimizer = keras_object(train.optimizer.over(updates))
    named_weights.treat(optimizer, train, model.trainable_weights)
    scaled = train.precision == "mixed_float16" and train.optimizer.loss_scale_factor is None
    return keras.optimizers.LossScaleOptimizer(optimizer) if scaled else optimizer


def keras_object(spec: Named, **more: Any) -> Any:
    """Return the Keras object of the same name with the options that the user wrote, and more."""
    options = {name: _argument(value) for name, value in spec.written().items()}
    return class_of(spec)(**options, **more)


def _argument(value: Any) -> Any:
    if isinstance(value, Named):
        return keras_object(value)
    return [_argument(item) for item in value] if isinstance(value, list) else value


def class_of(spec: Named | type[Named]) -> Any:
    """Return the class of a plug-in, else that of the name in `nntrain.model.custom`, else in Keras."""
    if spec.keras_class is not None:
        return spec.keras_class
    module, name = _MODULES.get(spec.noun, f"{spec.noun}s"), spec.called()
    return getattr(custom, name, None) or attrgetter(f"{module}.{name}")(keras)


def loss_of(train: Train, last: keras.layers.Layer) -> keras.losses.Loss:
    """Return the loss; after what brings outputs to the units of targets it has no units."""
    loss = keras_object(train.loss)
    return StandardizedLoss(loss, last) if isinstance(last, TargetLayer) else loss


def _stack(
    resolved: Resolved, examples: Examples | None, targets: np.ndarray | None = None
) -> list[keras.layers.Layer]:
    """Return the input and the layers of the model: those of the config, or the mean of an ensemble."""
    count = resolved.train.ensemble
    return _layers(resolved, examples, targets) if count is None else _mean_of(resolved, count)


def _mean_of(resolved: Resolved, count: int) -> list[keras.layers.Layer]:
    """Return the input and the layer of an ensemble, whose weights are still to be loaded; it has no penalties.

    Behind it is the layer that decides between two classes, since it decides by the mean.
    """
    plain = replace(resolved, experiment=without_penalties(resolved.experiment))
    stacks = [_layers(plain, None, name=f"member_{number}_") for number in range(1, count + 1)]
    decides = isinstance(stacks[0][-1], custom.DecisionThreshold)
    members = [keras.Sequential(stack[: len(stack) - decides]) for stack in stacks]
    begin, ensemble = stacks[0][0], custom.Ensemble(members, resolved.are_logits, name="ensemble", dtype="float32")
    flow = ensemble(begin)
    if not decides:
        return [begin, ensemble]
    *_, (_, spec) = _named(resolved.experiment.model)
    decision = keras_object(spec)
    decision(flow)
    return [begin, ensemble, decision]


def _last(model: Network) -> keras.layers.Layer:
    """Return the last layer of a model, or of the first network of an ensemble."""
    ensemble = next((layer for layer in model.layers if isinstance(layer, custom.Ensemble)), None)
    return model.layers[-1] if ensemble is None else ensemble.members[0].layers[-1]


def _layers(
    resolved: Resolved, examples: Examples | None, targets: np.ndarray | None = None, name: str = ""
) -> list[keras.layers.Layer]:
    """Return the input and the layers, each built on the output shape of the one before it.

    name: with which the names of the layers begin.
    """
    experiment = resolved.experiment
    stack: list[keras.layers.Layer] = [keras.Input(resolved.schema.shape, dtype="float32")]
    flow = stack[0]
    specs = [(path, with_shares(spec, resolved, targets)) for path, spec in _named(experiment.model, name)]
    for index, (path, spec) in enumerate(specs):
        # The output is float32, so that losses and probabilities keep their digits.
        exact = spec.exact or index == len(specs) - 1
        policy = "float32" if exact else experiment.train.precision
        located = keras_errors.raised_at(path, spec, flow.shape[1:], partial(_built, flow, policy))
        with located, seeded(experiment.seed, f"{index} {dotted(path)}"):
            layer = keras_object(spec, dtype=policy, **_from_schema(specs, index, resolved.schema))
            if spec.keras_class is not None:
                own_code.refuse_unsaved(layer, path)
            if isinstance(spec, layers.Normalization) and spec.mean is None and examples is not None:
                _adapt(layer, stack[1:], flow.shape, examples)
            if isinstance(spec, table_layers.TableEncoding) and examples is not None:
                layer.adapt(examples)
            flow = layer(flow)
            if isinstance(spec, table_layers.OF_TARGETS) and targets is not None:
                adapt_to(layer, targets, path)
        stack.append(layer)
    return stack


def _from_schema(specs: Sequence[tuple[Path, layers.Layer]], index: int, schema: Schema) -> dict[str, Any]:
    """Return the arguments of a layer that the data decide: numbers are the first columns after a TableEncoding."""
    spec, before = specs[index][1], [each for _, each in specs[:index]]
    if isinstance(spec, table_layers.TableEncoding):
        return {"sizes": schema.sizes, "missing_columns": schema.missing}
    if not isinstance(spec, table_layers.PeriodicEmbedding) or spec.columns is not None:
        return {}
    encoded = bool(before) and isinstance(before[0], table_layers.TableEncoding)
    mixing = (layers.Dense, table_layers.PeriodicEmbedding, table_layers.PlaneFeatures)
    mixed = any(isinstance(each, mixing) for each in before)
    return {"columns": schema.sizes.count(0)} if encoded and not mixed and schema.sizes else {}


def _built(flow: Any, policy: str, spec: Named) -> None:
    """Build a layer on an input; raises what Keras raises."""
    keras_object(spec, dtype=policy)(flow)


def _named(model: Sequence[layers.Layer], begin: str = "") -> Iterator[tuple[Path, layers.Layer]]:
    """Yield every layer with its path and a name. Names are counted in each model, not as in Keras in the process.

    begin: of every name.
    """
    taken = {name for _, spec in layers.walk(model) if (name := getattr(spec, "name", None))}
    for path, spec in layers.walk(model):
        if given := getattr(spec, "name", None):
            yield path, spec.model_copy(update={"name": begin + given}) if begin else spec
            continue
        unique = name = snake_case(spec.called())
        numbers = count(1)
        while unique in taken:
            unique = f"{name}_{next(numbers)}"
        taken.add(unique)
        yield path, spec.model_copy(update={"name": begin + unique})


def _adapt(layer: Any, before: Sequence[keras.layers.Layer], shape: tuple[int | None, ...], examples: Examples) -> None:
    """Fit a Normalization to the outputs that the layers before it have for the training split.

    shape: that of its input, with the batch axis. Keras's own `adapt` needs all examples in memory and adds them up in
    float32, and scales a constant column by 1e7.
    """
    prefix = keras.Sequential([keras.Input(examples.shape[1:]), *before]) if before else None
    layer.build(shape)
    moments = Moments(tuple(sorted(axis % len(shape) for axis in layer.axis)))
    for _, part in chunks(examples, most=4096):
        # `training` is given because Keras's augmentation layers take a bare call for training.
        moments.add(part if prefix is None else prefix(part.astype("float32"), training=False).numpy())
    layer.adapt_mean.assign(moments.mean)
    layer.adapt_variance.assign(moments.squared_scale)


@contextmanager
def seeded(seed: int, place: str) -> Iterator[None]:
    """Seed Python's `random` inside this context, and restore its state at the end.

    Keras draws the seeds of initializers and random layers from it. Here they depend only on the run's seed and the
    layer's place, so that one more layer does not change all the others.
    """
    kept = random.getstate()
    random.seed(hashlib.sha256(f"{seed} {place}".encode()).digest())
    try:
        yield
    finally:
        random.setstate(kept)


def outputs_of(resolved: Resolved, model: Network) -> Outputs:
    """Return how the outputs of the model are scores of the classes."""
    classes, last = len(resolved.schema.classes), model.layers[-1]
    decision = last if isinstance(last, custom.DecisionThreshold) else None
    return Outputs(classes, resolved.are_logits, resolved.are_probabilities, resolved.threshold, decision)


def _metric(spec: metrics.Metric, resolved: Resolved, model: Network) -> keras.metrics.Metric:
    """Return the Keras metric, of the class that fits the labels."""
    classes = resolved.schema.classes
    if spec.keras_class is not None:  # it takes labels and outputs as the loss does
        return keras_object(spec.model_copy(update={"name": spec.column}))
    if not classes:
        return keras_object(spec)
    options = {**spec.written(), "name": spec.column}
    if isinstance(spec, metrics.Accuracy) and resolved.labels == "index":
        return keras.metrics.SparseCategoricalAccuracy(**options)  # as Keras chooses for `accuracy`
    options.pop("class_id", None)
    if (scored := spec.scored_class(classes)) is not None:
        options["scored"] = scored
    kind = AUC if isinstance(spec, metrics.AUC) else getattr(class_metrics, spec.called())
    metric: keras.metrics.Metric = kind(outputs_of(resolved, model), **options)
    return metric


def encode_labels(y: np.ndarray, resolved: Resolved) -> np.ndarray:
    """Return the labels as the loss compares them.

    y: (n,) int32 class indices, or (n, targets) float32. Returns it unchanged, or the classes as (n, classes) float32
    one-hot rows, or (n, 1) float32 zeros and ones.
    """
    if resolved.labels == "one_hot":
        return np.eye(len(resolved.schema.classes), dtype="float32")[y]
    return y.astype("float32").reshape(-1, 1) if resolved.labels == "binary" else y
