"""The features of a point in the plane, as in the TensorFlow Playground: one formula for points, tables and layers."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

Feature = Literal["x", "y", "xy", "x2", "y2", "sin_x", "sin_y"]

FORMULAS: Mapping[str, Callable[[Any, Any, Any], Any]] = {
    "x": lambda library, x, y: x,
    "y": lambda library, x, y: y,
    "xy": lambda library, x, y: x * y,
    "x2": lambda library, x, y: x * x,
    "y2": lambda library, x, y: y * y,
    "sin_x": lambda library, x, y: library.sin(x),
    "sin_y": lambda library, x, y: library.sin(y),
}
"""Each takes a library with `sin` (NumPy, `keras.ops`) and two arrays of the same shape, and returns such an array."""
