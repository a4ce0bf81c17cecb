"""The columns of a CSV file, put together from the pieces that pandas makes of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nntrain.data.csv_part import Doubt
from nntrain.data.csv_records import LARGEST
from nntrain.data.precision import EXACT_64, is_suspect, joined, may_have_merged, merged
from nntrain.data.raw_table import Cells, Numbers, Words, without


@dataclass(frozen=True)
class Exact:
    """A part of a column of numbers.

    suspect: its different exact values, where some may be one now. may_lose_sign: whether a `-0` may have become 0.
    has_integers: whether a cell may be a code with a 0 in front. large: the numbers from 2^53 on, as float64, to which
    pandas has rounded whole ones where `is_float`.
    """

    values: np.ndarray
    suspect: np.ndarray | None = None
    may_lose_sign: bool = False
    has_integers: bool = False
    large: np.ndarray | None = None
    is_float: bool = False

    def __len__(self) -> int:
        return len(self.values)


def exact(columns: Mapping[int, np.ndarray]) -> dict[int, Exact]:
    """Return columns of numbers, each (n,) of any dtype of numbers. Raises Doubt for one that 32 bits may not hold.

    They are looked at together, because every call of NumPy waits for the threads that hold the interpreter's lock.
    """
    if not columns:
        return {}
    rounded = np.empty((len(columns), len(next(iter(columns.values())))), np.float32)
    with np.errstate(over="ignore"):
        for row, values in zip(rounded, columns.values(), strict=True):
            row[:] = values.astype(np.float64, copy=False)
    lowest, highest = np.fmin.reduce(rounded, axis=1), np.fmax.reduce(rounded, axis=1)
    if (lowest <= -LARGEST).any() or (highest >= LARGEST).any():
        raise Doubt
    has_zero = (rounded == 0).any(axis=1)
    has_integers = (rounded == np.rint(rounded)).any(axis=1)
    found = {}
    for index, (column, values) in enumerate(columns.items()):
        ends = np.array([lowest[index], highest[index]])
        if np.isnan(ends).all():
            found[column] = Exact(rounded[index])
            continue
        is_float, large = values.dtype.kind == "f", None
        exact = np.unique(values[~np.isnan(rounded[index])]) if is_suspect(ends) else None
        if np.abs(ends).max() >= EXACT_64:
            large = values.astype(np.float64, copy=False)
            large = large[np.abs(large) >= EXACT_64]
        may_lose_sign = bool(has_zero[index]) and not is_float
        found[column] = Exact(rounded[index], exact, may_lose_sign, bool(has_integers[index]), large, is_float)
    return found


def merged_by_pandas(blocks: Iterable[Mapping[int, Sequence[Exact | Words]]]) -> frozenset[int]:
    """Return the columns in which only the texts tell whether two whole numbers have become one."""
    found: dict[int, list[Exact]] = {}
    for block in blocks:
        for column, pieces in block.items():
            large = [piece for piece in pieces if isinstance(piece, Exact) and piece.large is not None]
            found.setdefault(column, []).extend(large)
    rounded = {column: parts for column, parts in found.items() if any(part.is_float for part in parts)}
    return frozenset(
        column
        for column, parts in rounded.items()
        if may_have_merged(np.concatenate([part.large for part in parts if part.large is not None]))
    )


def whole(parts: Sequence[Exact | Words], room: np.ndarray, missing: frozenset[str]) -> Cells:
    """Return a whole column; room: (n,) float32 for its numbers; missing: the texts that stand for a missing cell."""
    numbers = [part for part in parts if isinstance(part, Exact)]
    if len(numbers) < len(parts):
        return without(_joined_words([part for part in parts if isinstance(part, Words)]), missing)
    suspect = [part.suspect for part in numbers if part.suspect is not None]
    values = np.concatenate([part.values for part in numbers], out=room)
    return Numbers(values, merged(joined(suspect)) if suspect else None)


def _joined_words(parts: Iterable[Words]) -> Words:
    position: dict[str, int] = {}
    codes = []
    for part in parts:
        renamed = [position.setdefault(name, len(position)) for name in part.names]
        codes.append(np.array([*renamed, -1], np.int32)[part.codes])
    return Words(np.concatenate(codes), tuple(position))
