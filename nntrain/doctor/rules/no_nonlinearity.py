"""Two layers without an activation between them are one linear layer."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.keras import layers
from nntrain.doctor.case import POOLS, Block, Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """A hidden layer has no activation, so it and the next one are a single linear layer."""


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for the hidden layers without an activation, max pooling or LayerNormalization.

    One that did not go badly gets a note: a linear model is enough for its data.
    """
    linear = [block for block in case.hidden if _is_linear(block)]
    if not linear:
        return
    hidden = len(case.hidden)
    whole = len(linear) == hidden
    message = "no hidden layer has an activation" if whole else f"{len(linear)} of {hidden} hidden layers have none"
    message += ": layers in a row without one compute what a single linear layer computes"
    cure = prescribed(case, *((block.activation_path, "relu") for block in linear))
    diverged = case.course is not None and bool(case.course.diverged)  # for which it is no reason
    evidence = {"linear_layers": float(len(linear)), "hidden_layers": float(hidden)}
    yield Finding(
        case.suspicion, message, linear[0].head.path, evidence, cure, weight=7.0 if whole and not diverged else 5.0
    )


def _is_linear(block: Block) -> bool:
    unknown = any(each.spec.keras_class is not None for each in (block.head, *block.rest))  # a layer of a plug-in
    return block.activation == "linear" and not unknown and not block.has(*POOLS, layers.LayerNormalization)
