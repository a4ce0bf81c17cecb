"""Different numbers that are one as float32, which training uses."""

from typing import Any

import numpy as np

EXACT = 2.0**24  # the whole numbers up to it are exact as float32


def is_suspect(rounded: np.ndarray) -> bool:
    """Return whether numbers, (n,) float32 and not empty, may have merged when they were rounded."""
    lowest, highest = rounded.min(), rounded.max()
    return bool(max(highest, -lowest) >= EXACT or lowest == highest)


def merged(values: np.ndarray) -> tuple[Any, Any] | None:
    """Return two different whole numbers of (n,) that are one as float32, or two numbers where all are one; else None.

    That fractions are rounded is usual; that a column becomes constant by it is not.
    """
    every = np.unique(values)
    rounded = every.astype(np.float64).astype(np.float32)
    if rounded[0] != rounded[-1]:
        is_whole = np.array([True] * len(every)) if every.dtype.kind != "f" else every == np.floor(every)
        every, rounded = every[is_whole], rounded[is_whole]
    equal = np.flatnonzero(rounded[1:] == rounded[:-1])
    return (every[equal[0]].item(), every[equal[0] + 1].item()) if len(equal) else None
