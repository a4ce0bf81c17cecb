"""What is measured in a model, as plain numbers that JSON holds: `BEYOND` stands for what is not finite."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

BEYOND = 1e100


def number(value: float) -> float:
    """Return the value, or `BEYOND` for one that is larger or not finite."""
    return value if math.isfinite(value) and value < BEYOND else BEYOND


@dataclass(frozen=True)
class LayerSigns:
    """A layer with a kernel, on one batch of training rows.

    layer: its path in the config. gradient, weight: norms of the gradient of the loss by its kernel, and of the kernel;
    size: the number of the kernel's weights. moved: the norm of its change since the first step, divided by its first
    norm. spread: the standard deviation of its activated outputs over the rows, mean over the units. dead: the share of
    its units that are 0 for all rows, where the activation is ReLU. saturated: the share of its outputs within 5 % of a
    bound, where the activation has two.
    """

    layer: str
    gradient: float
    weight: float
    size: int
    moved: float
    spread: float
    dead: float | None = None
    saturated: float | None = None


@dataclass(frozen=True)
class VitalSigns:
    """A model after an epoch (0: before the first), with its loss on that batch."""

    epoch: int
    loss: float
    layers: tuple[LayerSigns, ...]

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    @classmethod
    def of(cls, content: dict[str, Any]) -> "VitalSigns":
        """Return what `as_json` has written."""
        layers = tuple(LayerSigns(**layer) for layer in content["layers"])
        return cls(content["epoch"], content["loss"], layers)


def read(contents: Sequence[dict[str, Any]]) -> tuple[VitalSigns, ...]:
    """Return the signs of a training, from plain values."""
    return tuple(VitalSigns.of(content) for content in contents)
