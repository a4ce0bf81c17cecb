"""Rows that are equal: in one split they are more of the same, in two they make a score better than it is."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from nntrain.config.messages import counted
from nntrain.data.examples import Split
from nntrain.data.row_file import Examples, chunks


def first_equal_rows(x: Examples) -> np.ndarray:
    """Return int64 (n,), the position of the first row that equals each row; its own where there is none before."""
    _, first, group = np.unique(row_hashes(x), return_index=True, return_inverse=True)
    return np.asarray(first[group], np.int64)


_MANY = 0.05  # of the rows of a split
_FEW_VALUES = 20.0  # copies of each different row: words by their numbers
THREADS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True)
class Shared:
    """So many rows of one split are in an earlier one too."""

    split: str
    earlier: str
    count: int
    rows: int  # of the split
    copies: float  # of each different row of the earlier split, on average
    is_table: bool  # whether the first split has more rows than values can make: a truth table, repeated

    @property
    def is_many(self) -> bool:
        """Whether the score of the split is not to be trusted; rows of few different values are equal in any split."""
        return self.count >= _MANY * self.rows and self.copies < _FEW_VALUES and not self.is_table

    def __str__(self) -> str:
        equal = "is equal to a row" if self.count == 1 else "are equal to rows"
        earlier = "training" if self.earlier == "train" else self.earlier
        return f"{self.count:,} of {counted(self.rows, 'row')} of the {self.split} split {equal} of the {earlier} split"


def rows_in_two_splits(splits: Mapping[str, Split]) -> Iterator[Shared]:
    """Yield how many rows of each split are in each split before it, if any are."""
    hashes = {name: row_hashes(split.x) for name, split in splits.items()} if len(splits) > 1 else {}
    every = np.sort(np.concatenate([*hashes.values(), np.zeros(0, np.uint64)]))
    if not (every[1:] == every[:-1]).any():  # as in most tables: one sort instead of a search for every pair of splits
        return
    first = next(iter(splits.values())).x
    is_table = _combinations(first, len(first)) < len(first)
    for earlier, split in combinations(hashes, 2):
        known = np.sort(hashes[earlier])
        places = np.minimum(np.searchsorted(known, hashes[split]), len(known) - 1)
        if count := int((known[places] == hashes[split]).sum()):
            different = 1 + int((known[1:] != known[:-1]).sum())
            yield Shared(split, earlier, count, len(hashes[split]), len(known) / different, is_table)


def _combinations(x: Examples, most: int) -> int:
    """Return how many rows the values of the columns can make, or more than `most` where they are that many.

    Rows on the disk are too many to be made of few values.
    """
    made = 1
    if not isinstance(x, np.ndarray) or x.ndim != 2:
        return most + 1
    for column in x.T:
        made *= max(1, len(np.unique(column)))
        if made > most:
            break
    return made


def row_hashes(x: Examples) -> np.ndarray:
    """Return uint64 (n,), equal for equal rows; x: uint8 or float32 (n, *shape).

    The sum of the words of a row, each added to a random number for its place and mixed by the finalizer of SplitMix64
    (Steele, Lea and Flood 2014, https://doi.org/10.1145/2660193.2660195). Of a million rows, two different ones share
    a hash with a probability of 3e-8.
    """
    parts = (part for _, part in chunks(x))
    if not isinstance(x, np.ndarray):  # on the disk: no more parts in memory than one
        return np.concatenate([np.zeros(0, np.uint64), *map(_hashes_of, parts)])
    with ThreadPoolExecutor(THREADS) as threads:
        return np.concatenate([np.zeros(0, np.uint64), *threads.map(_hashes_of, parts)])


def _hashes_of(part: np.ndarray) -> np.ndarray:
    rows = part.reshape(len(part), -1)
    rows = rows + np.float32(0) if rows.dtype.kind == "f" else rows  # -0 becomes 0
    words = np.zeros((len(rows), -(-rows.shape[1] * rows.itemsize // 8)), np.uint64)
    words.view(np.uint8)[:, : rows.shape[1] * rows.itemsize] = np.ascontiguousarray(rows).view(np.uint8)
    words += np.random.PCG64(0).random_raw(words.shape[1])
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        words ^= words >> np.uint64(shift)
        words *= np.uint64(factor)
    words ^= words >> np.uint64(31)
    return np.asarray(words.sum(axis=1), np.uint64)
