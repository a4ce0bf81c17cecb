"""The last layer has a unit for each class but a hidden activation, so that nntrain has added an output layer."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.keras import image_layers, losses
from nntrain.config.keras.activations import OUTPUT_ACTIVATIONS
from nntrain.config.output_layer import expected_units
from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed

_CONVOLUTIONS = (image_layers.Conv2D, image_layers.SeparableConv2D, image_layers.DepthwiseConv2D)


@dataclass(frozen=True)
class Options:
    """The output layer has the activation of a hidden layer."""


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for a last layer of the user that has the units of an output layer, a note if it did no harm."""
    schema = case.resolved.schema
    yield from _activated_output(case)
    if not case.resolved.added or not schema.classes or len(case.blocks) < 2:
        return
    meant = case.blocks[-2]
    if meant.activation == "linear" or meant.head.units not in expected_units(schema):
        return
    if meant.has(*_CONVOLUTIONS):
        return
    activation = "sigmoid" if meant.head.units == 1 else "softmax"
    message = f"the last layer has {meant.head.units} units, as many as an output layer, but `{meant.activation}`; "
    message += "nntrain has added a second output layer behind it"
    cure = prescribed(case, (meant.activation_path, activation))
    evidence = {"units": float(meant.head.units), "classes": float(len(schema.classes))}
    yield Finding(case.suspicion, message, meant.activation_path, evidence, cure, weight=8.0)


def _activated_output(case: Case) -> Iterator[Finding]:
    """Yield an error for an output layer whose numbers are neither probabilities nor logits."""
    block = case.blocks[-1] if case.blocks else None
    if block is None or not case.resolved.schema.classes or block.activation in OUTPUT_ACTIVATIONS:
        return
    loss = case.resolved.train.loss
    if (loss.labels == "number" or isinstance(loss, losses.Hinge)) and block.activation not in ("relu", "relu6"):
        return
    activation = "sigmoid" if block.head.units == 1 else "softmax"
    message = f"`{block.activation}` at the output gives no probabilities, which `{loss.called()}` needs"
    evidence = {"units": float(block.head.units), "classes": float(len(case.resolved.schema.classes))}
    cure = prescribed(case, (block.activation_path, activation))
    yield Finding("error", message, block.activation_path, evidence, cure, weight=8.0)
