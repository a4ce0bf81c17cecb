"""What a compiled graph depends on, and what keeps trainings from being one program, as the config alone says."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from nntrain.config.experiment import Experiment
from nntrain.config.keras import callbacks, image_layers, layers, metrics, optimizers, table_layers
from nntrain.config.member_numbers import numbers, replaced
from nntrain.config.named import to_tree

MOST_STACKED = 64  # trainings in one program
Training = TypeVar("Training")

# Options that only the training loop reads, and no compiled function.
_NOT_COMPILED = (
    "epochs",
    "steps",
    "callbacks",
    "class_weight",  # of which only its presence is in a graph
    "monitor",
    "oversample",
    "save",
    "shuffle",
    "max_seconds",
    "checkpoint_seconds",
    "init_from",
    "on_disease",
    "threads",
)

_STACKED_LAYERS = (
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
    image_layers.Conv2D,
    image_layers.DepthwiseConv2D,
    image_layers.SeparableConv2D,
    image_layers.MaxPooling2D,
    image_layers.AveragePooling2D,
    image_layers.GlobalMaxPooling2D,
    image_layers.GlobalAveragePooling2D,
    layers.SpatialDropout2D,
)
_STACKED_CALLBACKS = (callbacks.EarlyStopping, callbacks.ReduceLROnPlateau, callbacks.StopAtTarget)


def traced(experiment: Experiment, optimizer: optimizers.Optimizer) -> dict[str, Any]:
    """Return model and training without what is in no graph; the optimizer is the one of the whole training."""
    tree = to_tree(experiment)
    train = {name: value for name, value in tree["train"].items() if name not in _NOT_COMPILED}
    return {"model": tree["model"], "train": {**train, "optimizer": _without_constant_rate(to_tree(optimizer))}}


def architecture(experiment: Experiment) -> str:
    """Return a key that is equal for configs whose trainings may be one program: the same graph, data and weighting.

    They may differ in the seed, in the fold, in what `traced` leaves out, and in numbers that change no operation.
    """
    train = experiment.train
    data = _without_folds(to_tree(experiment.data))
    weighted = train.class_weight is not None
    content = replaced(traced(experiment, train.optimizer), numbers(experiment))
    found = {**content, "data": data, "weighted": weighted}
    if isinstance(train.optimizer.learning_rate, optimizers.Schedule):
        found["length"] = train.epochs  # over which a schedule may last
    return json.dumps(found, sort_keys=True)


def stack_obstacle(experiment: Experiment) -> str:
    """Return the option or the layer that keeps trainings of this config from being one program, in words, if any."""
    train = experiment.train
    if train.engine not in ("auto", "resident"):
        return f"`engine: {train.engine}`"
    if train.precision not in ("auto", "float32"):
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
    others = (
        *(each for each in train.callbacks if not isinstance(each, _STACKED_CALLBACKS)),
        *(layer for _, layer in layers.walk(experiment.model) if not isinstance(layer, _STACKED_LAYERS)),
    )
    other = next(iter(others), None)
    if other is not None:
        return f"`{other.called()}`"
    area = next((each for each in train.metrics or () if isinstance(each, metrics.AUC)), None)
    return "" if area is None else f"`{area.called()}`"


def _without_folds(data: Any) -> Any:
    """Return the data without the number of a fold, by which trainings of one program may differ."""
    if isinstance(data, dict):
        return {name: _without_folds(value) for name, value in data.items() if name != "index" or "count" not in data}
    return data


def _without_constant_rate(optimizer: Any) -> Any:
    """Return the optimizer without a learning rate that is a number: that is a variable, a schedule is compiled."""
    if isinstance(optimizer, str):
        return optimizer
    ((name, options),) = optimizer.items()
    constant = isinstance(options.get("learning_rate"), (int, float))
    kept = {key: value for key, value in options.items() if key != "learning_rate" or not constant}
    return {name: kept} if kept else name


def in_stacks(trainings: Sequence[Training]) -> list[Sequence[Training]]:
    """Return trainings that can be one program in as few stacks as possible, of nearly equal sizes."""
    count = -(-len(trainings) // MOST_STACKED)
    size = -(-len(trainings) // count)
    return [trainings[start : start + size] for start in range(0, len(trainings), size)]
