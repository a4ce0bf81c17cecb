"""The plane of a playground: its points, its grid, and what of it the model takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nntrain.config.load import Config
from nntrain.config.plane_features import FORMULAS
from nntrain.data import dataset as datasets
from nntrain.data.dataset import Dataset
from nntrain.data.examples import Split
from nntrain.errors import ConfigError

GRID = 96  # points of the plane along each axis
MOST_POINTS = 500  # that are shown of a split
_TOY = 6.0  # the plane of the TensorFlow Playground goes from -6 to 6
_ROOM = 0.06
_MOST_CLASSES = 8


@dataclass(frozen=True)
class Plane:
    """rows: by split (n, 2) float32 coordinates and (n,) labels, class indices or the first target.

    grid: (GRID², inputs) float32, what the model takes, row by row from the top. low, high: (2,) the corners. axes: the
    names of x and y. targets: the lowest and the highest target of a regression. missing: those of the axes that have
    missing values in the training split.
    """

    rows: dict[str, tuple[np.ndarray, np.ndarray]]
    grid: np.ndarray
    low: np.ndarray
    high: np.ndarray
    axes: tuple[str, str]
    classes: tuple[str, ...]
    targets: tuple[float, float]
    missing: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: Dataset, source: Any) -> "Plane":
        """Return the plane of the data of a source. Raises ConfigError where it has not two inputs."""
        features = list(source.features) if source.called() == "toy_2d" else []
        _refuse_other_inputs(data)
        shown = data
        if features and features != ["x", "y"]:
            shown = datasets.load(source.model_copy(update={"features": ["x", "y"]}))
        rows = {name: _rows(split) for name, split in shown.splits.items()}
        every = np.concatenate([_coordinates(split) for split in shown.splits.values()])
        low, high = _corners(every, source)
        x, y = (np.linspace(low[axis], high[axis], GRID, dtype="float32") for axis in (0, 1))
        across, down = np.meshgrid(x, y[::-1])
        corner = np.stack([across.ravel(), down.ravel()], axis=1)
        made = [FORMULAS[name](np, *corner.T) for name in features]
        labels = np.concatenate([labels for _, labels in rows.values()])
        names = ("x", "y") if features or len(data.schema.features) != 2 else data.schema.features
        return cls(
            rows,
            np.stack(made, axis=1).astype("float32") if made else corner,
            low,
            high,
            (names[0], names[1]),
            data.schema.classes,
            (float(labels.min()), float(labels.max())),
            tuple(names[place] for place in data.schema.missing),
        )

    def as_json(self) -> dict[str, Any]:
        """Return what the page draws beside the network."""
        return {
            "axes": list(self.axes),
            "classes": list(self.classes),
            "low": self.low.tolist(),
            "high": self.high.tolist(),
            "targets": list(self.targets),
            "grid": GRID,
            "points": {name: _as_points(*rows) for name, rows in self.rows.items()},
        }


def data_of(config: Config) -> Dataset:
    """Return the data of a config; raises ConfigError where they have not two inputs, and DataError as `load_data`."""
    data = datasets.load_data(config)
    _refuse_other_inputs(data)
    return data


def _refuse_other_inputs(data: Dataset) -> None:
    """Raise ConfigError for data that are not of two numbers, or with more classes than colors."""
    schema, name = data.schema, data.name
    if name != "toy_2d" and (schema.shape != (2,) or any(schema.sizes)):
        kinds = " of which not all are numbers" if any(schema.sizes) else ""
        shape = f"{schema.shape[0]} inputs" if len(schema.shape) == 1 else f"inputs of shape {schema.shape}"
        message = f"the playground shows two numbers as x and y, and `{name}` has {shape}{kinds}"
        help = "write `columns: {age: numeric, fare: numeric, '...': drop}` below `table`, with two of its columns"
        if name != "table":
            help = "give a config of `toy_2d`, or a table"
        raise ConfigError(message, help=help)
    if len(schema.classes) > _MOST_CLASSES:
        message = f"`{name}` has {len(schema.classes):,} classes, and the playground {_MOST_CLASSES} colors"
        raise ConfigError(message, help="give data with fewer classes")


def _corners(every: np.ndarray, source: Any) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.nanmin(every, axis=0), np.nanmax(every, axis=0)
    room = _ROOM * np.maximum(high - low, 1e-6)
    if source.called() == "toy_2d" and source.kind != "moons":
        low, high, room = np.minimum(low, -_TOY), np.maximum(high, _TOY), np.zeros(2)
    return low - room, high + room


def _coordinates(split: Split) -> np.ndarray:
    return np.asarray(split.x[:], np.float32)[:, :2]


def _rows(split: Split) -> tuple[np.ndarray, np.ndarray]:
    labels = np.asarray(split.y)
    return _coordinates(split), labels if labels.ndim == 1 else labels[:, 0]


def _as_points(x: np.ndarray, labels: np.ndarray) -> list[list[float]]:
    """Return [x, y, label] of at most this many rows, evenly over all that have both coordinates."""
    whole = np.flatnonzero(np.isfinite(x).all(axis=1))
    chosen: Sequence[int] = whole[np.unique(np.linspace(0, len(whole) - 1, min(len(whole), MOST_POINTS)).astype(int))]
    return [[*map(float, np.round(x[row].astype(float), 5)), float(labels[row])] for row in chosen]
