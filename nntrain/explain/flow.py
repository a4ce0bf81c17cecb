"""What goes through the layers of a model at a moment of its training."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LayerFlow:
    """What goes through a layer with a kernel, over rows and units: its a, what the next layer gets of it, dL/da."""

    name: str
    variance: float  # of a
    mean: float  # of the activations
    deviation: float  # of the activations
    back: float  # the root of the mean square of dL/da
    gradient: float  # the norm of the gradient of the kernel
    weight: float  # the norm of the kernel
    activations: np.ndarray  # (values,)
    adjoints: np.ndarray  # (values,)

    @property
    def zeros(self) -> float:
        """The share of the activations that are 0, as half of them are behind a fresh ReLU layer."""
        return float((self.activations == 0).mean()) if self.activations.size else 0.0


@dataclass(frozen=True)
class Moment:
    """All layers at one moment of the training."""

    title: str
    steps: int
    loss: float
    layers: list[LayerFlow]

    @property
    def is_finite(self) -> bool:
        """Whether the training has not diverged: loss and gradients are finite."""
        return all(map(math.isfinite, (self.loss, *(flow.gradient for flow in self.layers))))

    @property
    def ratio(self) -> float:
        """dL/da of the first layer with a kernel, as a share of that of the last; NaN where that is 0."""
        first, last = self.layers[0].back, self.layers[-1].back
        return first / last if last else math.nan

    @property
    def kernel_ratio(self) -> float:
        """The norm of the gradient of the first kernel, as a share of that of the last; NaN where that is 0."""
        first, last = self.layers[0].gradient, self.layers[-1].gradient
        return first / last if last else math.nan
