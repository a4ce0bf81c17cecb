"""Different numbers that are one as float32, which training uses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

EXACT = 2.0**24  # the whole numbers up to it are exact as float32
EXACT_64 = 2.0**53  # and those below it as float64
MOST_KNOWN = 1_000_000  # numbers that are kept of a column


def is_suspect(rounded: np.ndarray) -> bool:
    """Return whether numbers, (n,) float32 and not empty, may have merged when they were rounded."""
    lowest, highest = rounded.min(), rounded.max()
    return bool(max(highest, -lowest) >= EXACT or lowest == highest)


def merged(values: np.ndarray) -> tuple[Any, Any] | None:
    """Return two different whole numbers of (n,) that are one as float32, or two where all are one; else None."""
    column = ColumnNumbers()
    column.add(values)
    return column.merged()


def may_have_merged(large: np.ndarray) -> bool:
    """Return whether different whole numbers may have become one as float64; large: (n,) those from 2^53 on.

    No two have where all are different, and two that are seen to become one as float32 need no second look.
    """
    different = np.unique(large)
    return len(different) < len(large) and merged(different) is None


def whole_numbers(values: Iterable[int | Decimal]) -> np.ndarray:
    """Return the different whole numbers, (n,) integers of Python: for those that float64 does not hold."""
    return np.array(sorted({int(value) for value in values if value == int(value)}), dtype=object)


@dataclass
class ColumnNumbers:
    """The numbers of a column, which are looked at part by part: whether two of them are one as float32.

    That fractions are rounded is usual; that a column becomes constant by it is not. A whole number is compared with
    those of its own part, and with all before it while these are at most `MOST_KNOWN` different ones.
    """

    pair: tuple[Any, Any] | None = None
    ends: list[Any] = field(default_factory=list)  # the lowest and the highest number
    known: np.ndarray | None = None  # different whole numbers, sorted

    def add(self, part: np.ndarray) -> None:
        """Look at the next numbers, (n,) of any dtype."""
        if not len(part):
            return
        ends = [np.fmin.reduce(part), np.fmax.reduce(part)]
        self.ends = [min(self.ends[0], ends[0]), max(self.ends[1], ends[1])] if self.ends else ends
        if self.pair is None and max(abs(float(ends[0])), abs(float(ends[1]))) >= EXACT:
            self._compare(part if part.dtype.kind != "f" else part[part == np.floor(part)])

    def _compare(self, whole: np.ndarray) -> None:
        every = np.unique(whole if self.known is None else joined([self.known, whole]))
        equal = np.flatnonzero(_rounded(every[1:]) == _rounded(every[:-1]))
        self.pair = tuple(every[equal[0] : equal[0] + 2].tolist()) if len(equal) else None
        self.known = every if len(every) <= MOST_KNOWN else None

    def merged(self) -> tuple[Any, Any] | None:
        """Return two different whole numbers that are one as float32, or two numbers where all are one; else None."""
        if self.pair is None and self.ends:
            ends = np.array(self.ends)
            if ends[0] != ends[1] and _rounded(ends)[0] == _rounded(ends)[1]:
                return tuple(ends.tolist())
        return self.pair


def joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Return the numbers of all (n,) parts; NumPy would round large integers beside floats, or beside unsigned ones."""
    every = np.concatenate(parts)
    has_integers = every.dtype.kind == "f" and any(part.dtype.kind != "f" for part in parts)
    if has_integers and max(every.max(initial=0), -every.min(initial=0)) >= EXACT_64:
        return np.concatenate([part.astype(object) for part in parts])
    return every


def _rounded(numbers: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return numbers.astype(np.float64).astype(np.float32)
