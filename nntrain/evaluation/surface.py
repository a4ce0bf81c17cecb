"""The predictions of a model of one or two numbers at every place, for a plot."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nntrain.config.data_schema import Schema
from nntrain.data.examples import Split
from nntrain.errors import ConfigError
from nntrain.evaluation.evaluate import name_of_split, same_data
from nntrain.evaluation.labelled import read_labelled
from nntrain.model.restore import load_model
from nntrain.storage.run_dir import RunDir
from nntrain.training.scorer import Scorer

PLACES = {1: 400, 2: 160}  # along an input, by the number of inputs
_ROOM = 0.08  # of the range of the rows, at either end


@dataclass(frozen=True)
class Surface:
    """What a model predicts everywhere, with the rows; fields as those of `plots/predicted_surface.py`."""

    axes: list[np.ndarray]
    predicted: np.ndarray
    x: np.ndarray
    y: np.ndarray
    names: list[str]
    classes: Sequence[str]
    right: int
    title: str


def refuse(schema: Schema) -> None:
    """Raise ConfigError for a model whose inputs are not one or two numbers."""
    if schema.shape not in ((1,), (2,)) or any(schema.sizes):
        inputs = " x ".join(map(str, schema.shape))
        words = " with categories" if any(schema.sizes) else ""
        message = f"`--plot` draws a model of one or two numbers, and this one has inputs of shape {inputs}{words}"
        help = "remove `--plot`, or train on two columns of numbers"
        raise ConfigError(message, help=help)


def of_run(run_dir: RunDir, split_name: str | None, file: Path | None = None) -> Surface:
    """Return the predictions of a run around one of its splits, or the rows of a file with labels.

    Raises ConfigError as `refuse` and `evaluate` do, and the errors of `load_model` and `read_labelled`.
    """
    saved = load_model(run_dir)
    refuse(saved.resolved.schema)
    if file is not None:
        return surface(Scorer.restored(saved), read_labelled(saved, file), f"{run_dir.path.name}: {file.name}")
    data = same_data(run_dir)
    name = name_of_split(saved, data, split_name)
    return surface(Scorer.restored(saved), data.splits[name], f"{run_dir.path.name}: {name} split")


def surface(scorer: Scorer, split: Split, title: str) -> Surface:
    """Return what a model that `refuse` accepts predicts around the rows of a split, and the rows."""
    schema = scorer.resolved.schema
    x = np.asarray(split.x[:], np.float32)
    known = x[np.isfinite(x).all(axis=1)]
    axes = [_places(known[:, at], PLACES[x.shape[1]]) for at in range(x.shape[1])]
    grid = np.stack(np.meshgrid(*axes), axis=-1).astype(np.float32)
    outputs = scorer.outputs(grid.reshape(-1, len(axes)))
    right = int((scorer.predicted(split.x) == split.y).sum()) if schema.classes else 0
    names = list(schema.features) or [f"x{at + 1}" for at in range(len(axes))]
    predicted = outputs.reshape(*grid.shape[:-1], -1)
    return Surface(axes, predicted, x, split.y, names, schema.classes, right, title)


def _places(values: np.ndarray, count: int) -> np.ndarray:
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    room = _ROOM * (high - low) or 1.0
    return np.linspace(low - room, high + room, count)
