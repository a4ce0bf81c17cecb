"""What every unit of a network computes in the plane, as pictures, and the weights between the units."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from nntrain.playground.plane import GRID, Plane
from nntrain.training.scorer import Scorer

MOST_SHOWN = 16  # units of a layer
STEP = 3  # a unit's picture has every third point of the grid


@dataclass(frozen=True)
class Block:
    """A layer with a kernel and what follows it before the next one; the first block has none. `end` is its last."""

    end: int
    kernel: Any  # the layer that has it


class Pictures:
    """Draws the network of a scorer, as its weights are when it is called."""

    def __init__(self, scorer: Scorer, plane: Plane, features: Sequence[str]) -> None:
        self.scorer = scorer
        self.plane = plane
        self.features = tuple(features)
        self.model = scorer.program.model
        self.blocks = _blocks(self.model.layers)
        self._forward = tf.function(self._outputs, autograph=False)
        self._grid = tf.constant(plane.grid)

    def _outputs(self, x: Any) -> list[Any]:
        found, ends = [x], {block.end for block in self.blocks}
        for place, layer in enumerate(self.model.layers):
            x = layer(x, training=False)
            if place in ends:
                found.append(x)
        return found

    def layers(self) -> list[dict[str, Any]]:
        """Return the name of each layer that is shown, the number of its units, and those of its inputs."""
        shapes = [self.model.layers[block.end].output.shape[-1] if block.end >= 0 else None for block in self.blocks]
        widths = [int(width or self.plane.grid.shape[1]) for width in shapes]
        hidden = [
            {"name": f"Layer {place}", "units": width, "shown": min(width, MOST_SHOWN)}
            for place, width in enumerate(widths)
        ]
        hidden[0] |= {"name": "Inputs", "names": self._names(widths[0])}
        if len(hidden) > 1:
            hidden[-1]["name"] = "Output"
        return hidden

    def _names(self, width: int) -> list[str]:
        names = [*self.features, *(f"no {axis}" for axis in self.plane.missing)]
        return names[:width] if len(names) >= width else [f"input {place + 1}" for place in range(width)]

    def draw(self) -> dict[str, Any]:
        """Return pictures of the units, base64 of bytes with 127.5 for 0, and of the plane, and the weights."""
        found = [values.numpy() for values in self._forward(self._grid)]
        outputs = [values.reshape(len(values), -1) for values in found]
        shown = outputs[1:-1] if self.blocks[0].end >= 0 else outputs[:-1]
        units = [[_picture(_scaled(values[:, unit])) for unit in range(_shown(values))] for values in shown]
        last = self._centred(outputs[-1])
        return {
            "units": [*units, [_picture(last[:, unit]) for unit in range(_shown(last))]],
            "plane": self._plane(outputs[-1]),
            **self._weights(),
        }

    def _plane(self, raw: np.ndarray) -> dict[str, Any]:
        """Return the predictions: of two classes from 0 to 255, of more the class and how sure, of numbers a share."""
        classes = self.plane.classes
        if not classes:
            return {"value": _bytes(self._centred(raw)[:, 0])}
        scores = self.scorer.scores(raw)
        is_sure = self.scorer.resolved.are_probabilities
        if len(classes) == 2 and is_sure:
            return {"value": _bytes(2 * scores[:, 1] - 1)}
        found = self.scorer.classes(scores)
        chance = 1 / len(classes)
        sure = (scores.max(axis=1) - chance) / (1 - chance) if is_sure else np.full(len(found), 0.6)
        return {"class": _base64(found.astype("uint8")), "sure": _bytes(2 * np.clip(sure, 0, 1) - 1)}

    def _centred(self, raw: np.ndarray) -> np.ndarray:
        """Return the outputs so that -1 and 1 are their ends: probabilities, or the range of the targets."""
        resolved = self.scorer.resolved
        if self.plane.classes:
            return 2 * raw - 1 if resolved.are_probabilities and not resolved.are_logits else _scaled(raw)
        low, high = self.plane.targets
        reach = max(abs(low), abs(high)) if low < 0 < high else (high - low) / 2
        middle = 0.0 if low < 0 < high else (low + high) / 2
        return (raw - middle) / max(reach, 1e-12)

    def _weights(self) -> dict[str, Any]:
        """Return for each layer but the first its kernel, rows of inputs, and its biases."""
        kernels, biases = [], []
        for block in self.blocks[1:]:
            kernel = block.kernel.kernel.numpy()[:MOST_SHOWN, :MOST_SHOWN]
            bias = getattr(block.kernel, "bias", None)
            kernels.append(_rounded(kernel))
            biases.append([] if bias is None else _rounded(bias.numpy()[:MOST_SHOWN]))
        return {"kernels": kernels, "biases": biases}


def _blocks(layers: Sequence[Any]) -> list[Block]:
    """Return the inputs as the first block, and a block for each layer with a kernel for units."""
    starts = [place for place, layer in enumerate(layers) if _has_units(layer)]
    ends = [*(start - 1 for start in starts), len(layers) - 1]
    kernels = [None, *(layers[start] for start in starts)]
    return [Block(end, kernel) for end, kernel in zip(ends, kernels, strict=True)]


def _has_units(layer: Any) -> bool:
    return hasattr(layer, "units") and len(getattr(getattr(layer, "kernel", None), "shape", ())) == 2


def _shown(values: np.ndarray) -> int:
    return min(int(values.shape[-1]), MOST_SHOWN)


def _picture(values: np.ndarray) -> str:
    """Return a unit's picture of values from -1 to 1."""
    return _bytes(values.reshape(GRID, GRID)[::STEP, ::STEP])


def _scaled(values: np.ndarray) -> np.ndarray:
    """Return the values divided by the one that is the farthest from 0."""
    return values / max(float(np.abs(values).max(initial=0)), 1e-12)


def _bytes(values: np.ndarray) -> str:
    """Return base64 of bytes, for values from -1 to 1; what is not finite is 0."""
    return _base64(np.round(127.5 + 127.5 * np.clip(np.nan_to_num(values), -1, 1)).astype("uint8"))


def _base64(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode()


def _rounded(values: np.ndarray) -> list[Any]:
    found: list[Any] = np.round(np.nan_to_num(values.astype("float64")), 4).tolist()
    return found
