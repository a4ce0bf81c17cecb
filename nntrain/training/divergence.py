"""Why a training may have diverged, and how to fix it: the help of the error."""

import math
from collections.abc import Iterator, Mapping

import numpy as np

from nntrain.config.keras import layers, losses
from nntrain.config.keras.table_layers import LogLink
from nntrain.config.resolve import Resolved
from nntrain.data.dataset import Dataset
from nntrain.data.examples import Split
from nntrain.data.row_file import Examples, chunks
from nntrain.errors import Diverged, Problem

FLOAT16_MAX = 65504
LARGE = 1e4  # numbers from which the first gradients are too large
FAR = 1e3  # times the largest number of the training rows
_POSITIVE = ("relu", "relu6", "softplus", "exponential", "sigmoid", "hard_sigmoid", "softmax")
DEFAULT = "lower `learning_rate`, or add `clipnorm: 1.0` to the optimizer"


def error(epoch: int, what: str, help: str) -> Diverged:
    """Return the error of a training that diverged in this epoch; what: the loss or weight that is not finite."""
    return Diverged(f"the training diverged in epoch {epoch}: {what}", help=help)


def help_for(resolved: Resolved, train: Split) -> str:
    """Return the help for a loss or a weight that is not finite: what the config and the training rows show."""
    positive = resolved.output.activation in _POSITIVE or _ends_with_a_log_link(resolved)
    if isinstance(resolved.train.loss, losses.Poisson) and not positive:
        reason = f"`Poisson` needs predictions above 0, but the output layer is `{resolved.output.activation}`"
        return f"{reason}: end the model with `Dense: {{units: {resolved.schema.target_count}, activation: softplus}}`"
    largest = 0.0 if _is_scaled(resolved) else _largest(train.x)
    if resolved.train.precision == "mixed_float16":
        return _help_for_float16(resolved, largest)
    if largest >= LARGE:
        return f"the inputs go up to {largest:.4g}: add `Normalization` as the first layer"
    if not resolved.schema.classes and (target := _largest(train.y)) >= LARGE:
        return f"the targets go up to {target:.4g}: divide them, or lower `learning_rate`"
    return DEFAULT


def warnings(metrics: Mapping[str, Mapping[str, float]], data: Dataset) -> Iterator[Problem]:
    """Yield a warning for each split, beside that of training, on which the loss of the final model is not finite."""
    for name, split in data.splits.items():
        loss = metrics.get(name, {}).get("loss", 0.0)
        if name == "train" or math.isfinite(loss):
            continue
        message, help = f"the loss on the {name} split is {loss}", "look at its rows, or lower `learning_rate`"
        if far := _farthest(split, data):
            message += f": {far}"
            help = "correct these rows or leave them out; the model has learnt nothing about such numbers"
        yield Problem(message, help=help, severity="warning")


def _farthest(split: Split, data: Dataset) -> str:
    """Return in words which numbers of a split are far from those of the training split; nothing where none are."""
    columns = data.table.names if data.table else data.schema.features
    for name, values, seen, names in (
        ("the inputs", split.x, data.train.x, columns),
        ("the targets", split.y, data.train.y, data.schema.targets),
    ):
        if name == "the targets" and data.schema.classes:
            continue
        there, here = _largest_of_each(values), _largest_of_each(seen)
        ratio = there / np.maximum(here, 1e-30)
        place = int(ratio.argmax())
        if ratio[place] > FAR:
            who = f"`{names[place]}` goes" if len(names) == len(ratio) else f"{name} go"
            return f"{who} up to {there[place]:.4g} there, and to {here[place]:.4g} in the training split"
    return ""


def _largest_of_each(values: Examples) -> np.ndarray:
    """Return float64 (columns,), the largest absolute number of each column; one number for what are no columns."""
    parts = [np.abs(part.astype("float64")) for _, part in chunks(values)]
    axis = 0 if values.ndim == 2 else None
    return np.atleast_1d(np.fmax.reduce([np.nanmax(part, axis=axis, initial=0) for part in parts]))


def _ends_with_a_log_link(resolved: Resolved) -> bool:
    *_, (_, last) = layers.walk(resolved.experiment.model)
    return isinstance(last, LogLink)


def _help_for_float16(resolved: Resolved, largest: float) -> str:
    if largest > FLOAT16_MAX:
        add = "add `Normalization` as the first layer, or write `precision: float32`"
        return f"the inputs go up to {largest:.4g}, and float16 ends at {FLOAT16_MAX:,}: {add}"
    if resolved.train.optimizer.loss_scale_factor is not None:
        return "remove `loss_scale_factor`: the loss is then scaled so that its gradients fit into float16"
    return f"float16 ends at {FLOAT16_MAX:,}: write `precision: mixed_bfloat16` or `float32`, or lower `learning_rate`"


def _is_scaled(resolved: Resolved) -> bool:
    """Return whether the inputs are scaled before they meet a weight."""
    for _, layer in layers.walk(resolved.experiment.model):
        if isinstance(layer, (layers.Normalization, layers.Rescaling)):
            return True
        if hasattr(layer, "kernel_initializer"):
            return False
    return False


def _largest(values: Examples) -> float:
    return max(float(np.abs(part.astype("float64")).max(initial=0)) for _, part in chunks(values))
