"""Many layers of sigmoid or tanh in a row: each makes the gradient smaller."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.keras import layers
from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed

_SLOPES = {"sigmoid": 0.25, "hard_sigmoid": 1 / 6}  # the largest: σ' = σ (1 - σ) <= 1/4


@dataclass(frozen=True)
class Options:
    """Several hidden layers have a sigmoid.

    `layers`: from so many on the gradient is at most 0.25^layers, 1/64 of that of the last layer for 3
    (Glorot and Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html, see this from 4 layers on). `tanh`: as
    many layers of tanh, whose slope is 1 at 0 only.
    """

    layers: int = 3
    tanh: int = 10


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for a deep net of sigmoids, and a note on the sigmoids of a shallow one that is ill."""
    normalized = [block for block in case.hidden if block.has(layers.BatchNormalization, layers.LayerNormalization)]
    if len(normalized) * 2 > len(case.hidden):
        return
    sigmoids = [block for block in case.hidden if block.activation in _SLOPES]
    tanhs = [block for block in case.hidden if block.activation == "tanh"]
    several = len(sigmoids) >= options.layers or len(tanhs) >= options.tanh
    found = sigmoids if len(sigmoids) >= options.layers or not several else tanhs
    if not found or not (several or (sigmoids and case.is_ill)):
        return
    name = found[0].activation
    bound = _SLOPES.get(name, 1.0) ** len(found)
    count = f"{len(found)} hidden layers have" if len(found) > 1 else "a hidden layer has"
    message = f"{count} `{name}`, whose slope is at most {_SLOPES.get(name, 1.0):.2g}; ReLU's is 1"
    cure = prescribed(case, *((block.activation_path, "relu") for block in found))
    evidence = {"layers": float(len(found)), "largest_gradient_factor": bound}
    yield Finding(case.suspicion, message, found[0].activation_path, evidence, cure, weight=3.0 + several)
