"""Points in the plane to try networks on: the data of the TensorFlow Playground, and two moons.

The distributions are those of https://github.com/tensorflow/playground/blob/master/src/dataset.ts (2016), and of
scikit-learn's `make_moons`. In the Playground the noise of `circle`, `xor` and the regressions moves the point that is
labelled, not the point that is shown, so it mixes the classes at the border; its slider goes from 0 to 0.5.
"""

from typing import Any, ClassVar, Literal

from pydantic import Field

from nntrain.config.data import Splittable
from nntrain.config.data_schema import Schema
from nntrain.config.plane_features import FORMULAS, Feature
from nntrain.config.value_types import NonNegativeFloat, Seed
from nntrain.data.examples import Rows, Split

CLASSES = ("negative", "positive")


class Options(Splittable):
    """Points in the plane: the data sets of the TensorFlow Playground, and two moons."""

    shorthand: ClassVar = "kind"
    kind: Literal["circle", "xor", "gauss", "spiral", "moons", "reg_plane", "reg_gauss"]
    size: int = Field(default=500, ge=10, le=10**7)
    noise: NonNegativeFloat = 0.0
    data_seed: Seed = 0
    features: list[Feature] = Field(default=["x", "y"], min_length=1)

    @property
    def known_schema(self) -> Schema:
        is_regression = self.kind.startswith("reg_")
        return Schema(
            shape=(len(self.features),),
            classes=() if is_regression else CLASSES,
            features=tuple(self.features),
            targets=("label",) if is_regression else (),
        )


def load(options: Options) -> Rows:
    """x: float32 (size, features); y: int32 classes (size,), or float32 (size, 1) from -1 to 1."""
    import numpy as np

    # Without the spawn key these draws would be the keys that splits.py sorts the rows by: a test split of all x < 3.
    generator = np.random.default_rng(np.random.SeedSequence(options.data_seed, spawn_key=(0,)))
    points, labels = _KINDS[options.kind](generator, options.size, options.noise)
    x = np.column_stack([FORMULAS[name](np, *points) for name in options.features]).astype(np.float32)
    is_regression = not options.known_schema.classes
    y = labels.astype(np.float32)[:, None] if is_regression else (labels > 0).astype(np.int32)
    return Rows(Split(x, y), options.known_schema)


def _circle(random: Any, size: int, noise: float) -> tuple[Any, Any]:
    """Half of the points within 2.5 of the centre, half in a ring from 3.5 to 5."""
    import numpy as np

    inside = _halves(size) > 0
    radius = random.uniform(np.where(inside, 0, 3.5), np.where(inside, 2.5, 5))
    angle = random.uniform(0, 2 * np.pi, size)
    points = radius * np.stack([np.sin(angle), np.cos(angle)])
    return points, np.where(np.hypot(*_moved(random, points, 5, noise)) < 2.5, 1, -1)


def _xor(random: Any, size: int, noise: float) -> tuple[Any, Any]:
    """Four squares, the opposite ones alike, 0.3 away from the axes."""
    import numpy as np

    points = random.uniform(-5, 5, (2, size))
    points += np.where(points > 0, 0.3, -0.3)
    return points, np.where(np.prod(_moved(random, points, 5, noise), axis=0) >= 0, 1, -1)


def _gauss(random: Any, size: int, noise: float) -> tuple[Any, Any]:
    """Two normal distributions round (2, 2) and (-2, -2); the variance grows from 0.5 to 4 at noise 0.5."""
    labels = _halves(size)
    return random.normal(2 * labels, (0.5 + 7 * noise) ** 0.5, (2, size)), labels


def _spiral(random: Any, size: int, noise: float) -> tuple[Any, Any]:
    """Two arms of 1.75 turns that end at radius 5."""
    import numpy as np

    labels = _halves(size)
    along = np.concatenate([np.arange(count) / count for count in (size - size // 2, size // 2)])
    angle = 1.75 * along * 2 * np.pi + np.where(labels > 0, 0, np.pi)
    points = 5 * along * np.stack([np.sin(angle), np.cos(angle)])
    return _moved(random, points, 1, noise), labels


def _moons(random: Any, size: int, noise: float) -> tuple[Any, Any]:
    """Two half circles that reach into each other; the noise is the standard deviation of each coordinate."""
    import numpy as np

    labels = -_halves(size)
    along = np.concatenate([np.linspace(0, np.pi, count) for count in (size - size // 2, size // 2)])
    upper = np.stack([np.cos(along), np.sin(along)])
    lower = np.stack([1 - np.cos(along), 0.5 - np.sin(along)])
    return np.where(labels < 0, upper, lower) + random.normal(0, noise, (2, size)), labels


def _reg_plane(random: Any, size: int, noise: float) -> tuple[Any, Any]:
    """The height of a tilted plane, (x + y) / 10."""
    points = random.uniform(-6, 6, (2, size))
    return points, _moved(random, points, 6, noise).sum(axis=0) / 10


def _reg_gauss(random: Any, size: int, noise: float) -> tuple[Any, Any]:
    """Six cones, three up and three down, whose height falls from 1 to 0 at a distance of 2; the highest counts."""
    import numpy as np

    points = random.uniform(-6, 6, (2, size))
    peaks = np.array([[-4, 0, 4, -4, 0, 4], [2.5, 2.5, 2.5, -2.5, -2.5, -2.5]])
    signs = np.array([1, -1, 1, -1, 1, -1])
    distances = np.hypot(*(_moved(random, points, 6, noise)[:, :, None] - peaks[:, None, :]))
    heights = signs * np.clip(1 - distances / 2, 0, 1)
    return points, heights[np.arange(size), np.abs(heights).argmax(axis=1)]


_KINDS = {
    "circle": _circle,
    "xor": _xor,
    "gauss": _gauss,
    "spiral": _spiral,
    "moons": _moons,
    "reg_plane": _reg_plane,
    "reg_gauss": _reg_gauss,
}


def _halves(size: int) -> Any:
    """(size,) 1 for the first half of the points, -1 for the second."""
    import numpy as np

    return np.where(np.arange(size) < size - size // 2, 1, -1)


def _moved(random: Any, points: Any, radius: float, noise: float) -> Any:
    """(2, size) the points, each moved by up to the radius times the noise."""
    return points + random.uniform(-radius, radius, points.shape) * noise
