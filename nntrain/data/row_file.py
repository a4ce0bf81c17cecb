"""Rows of an array on the disk, read as needed by `preadv`: pages of `mmap` would count as memory of the process."""

import math
import os
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from nntrain import machine
from nntrain.data.npy_header import Stored, used_as
from nntrain.errors import DataError

MEMORY_SHARE = 0.25  # of the memory: a larger array stays on the disk, because training holds two copies or more
CHUNK_BYTES = 4 << 20  # in memory at once where all rows are read
_PAGE_BYTES = 4096  # a disk reads whole pages, so a shorter gap between two rows is read with them


def memory_bytes() -> int:
    """Return the memory of this machine, or of the container where that is less."""
    return min([os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), *machine.memory_limits()])


def is_large(nbytes: int) -> bool:
    """Return whether an array of this many bytes is too large for memory."""
    return nbytes > MEMORY_SHARE * memory_bytes()


class _Source:
    """A file that is open for reading by position, and must stay as it is."""

    def __init__(self, path: str | Path) -> None:
        self.path = path
        self.descriptor = os.open(path, os.O_RDONLY)
        # Not at exit, when a thread of tf.data may still read.
        weakref.finalize(self, os.close, self.descriptor).atexit = False
        self.stamp = self._stamp()

    def _stamp(self) -> tuple[int, int]:
        status = os.fstat(self.descriptor)
        return status.st_size, status.st_mtime_ns

    def fill(self, buffer: memoryview, offset: int) -> None:
        """Fill the buffer from the file. Raises DataError when the file ends too early, or cannot be read."""
        while buffer:
            try:
                count = os.preadv(self.descriptor, [buffer], offset)
            except OSError as error:
                raise DataError(f"`{self.path}` cannot be read: {error.strerror}", help="check the disk") from None
            if not count:
                raise self._changed()
            buffer, offset = buffer[count:], offset + count

    def will_need(self, places: Iterable[tuple[int, int]]) -> None:
        """Announce what will be read, offset and size, so that the disk reads it all at once: five times as fast."""
        if hasattr(os, "posix_fadvise"):  # not on macOS
            for offset, size in places:
                os.posix_fadvise(self.descriptor, offset, size, os.POSIX_FADV_WILLNEED)

    def check(self) -> None:
        """Raise DataError when the file was written to since it was opened."""
        if self._stamp() != self.stamp:
            raise self._changed()

    def _changed(self) -> DataError:
        return DataError(f"`{self.path}` was changed while it was read", help="leave the data alone, and start again")


class RowFile:
    """Rows on the disk, used like an array of shape (n, *row): a slice or an array of positions gives an ndarray.

    uint8 comes as it is, every other number as float32. `rows` are the positions in the file that this is a view of.
    """

    def __init__(
        self, source: _Source, stored: Stored, rows: np.ndarray | None = None, dtype: np.dtype[Any] | None = None
    ) -> None:
        if stored.offset is None or stored.by_column or not stored.shape:
            raise ValueError("rows can be read only where they are stored one after the other, uncompressed")
        self.source, self.stored, self.rows = source, stored, rows
        self.offset = stored.offset
        self.dtype = dtype or used_as(stored.dtype)
        self.shape = (stored.shape[0] if rows is None else len(rows), *stored.shape[1:])
        self.row_bytes = math.prod(self.shape[1:]) * stored.dtype.itemsize

    @classmethod
    def open(cls, path: str | Path, stored: Stored) -> "RowFile":
        """Return all rows of an array in this file. Raises OSError."""
        return cls(_Source(path), stored)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def nbytes(self) -> int:
        """The bytes that all rows would take in memory."""
        return math.prod(self.shape) * self.dtype.itemsize

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return rows; key: a position, a slice, (k,) positions or (n,) booleans. Raises IndexError, and DataError."""
        if isinstance(key, (int, np.integer)):
            return np.asarray(self[np.array([key])][0])
        return self._read(self._positions(key))

    def take(self, rows: np.ndarray, axis: Literal[0] = 0) -> "RowFile":
        """Return the rows at these positions, in this order, still on the disk; `axis` as in NumPy's `take`."""
        return RowFile(self.source, self.stored, self._positions(rows), self.dtype)

    def as_stored(self) -> "RowFile":
        """Return the same rows, in the dtype that they have in the file."""
        return RowFile(self.source, self.stored, self.rows, self.stored.dtype)

    def _positions(self, key: Any) -> np.ndarray:
        """Return (k,) the positions in the file of the rows that the key selects."""
        if self.rows is not None:
            return np.asarray(self.rows[key])
        if isinstance(key, slice):
            return np.arange(*key.indices(len(self)))
        places = np.asarray(key)
        if places.dtype == np.bool_ and places.shape == self.shape[:1]:
            return np.flatnonzero(places)
        if places.ndim != 1 or places.dtype.kind not in "iu" or not _all_inside(places, len(self)):
            raise IndexError(f"rows are taken by (k,) whole numbers from 0 to {len(self) - 1}")
        return np.where(places < 0, places + len(self), places)

    def _read(self, rows: np.ndarray) -> np.ndarray:
        """Return (k, *row) these rows of the file."""
        raw = np.empty((len(rows), self.row_bytes), np.uint8)
        at_once = max(1, CHUNK_BYTES // max(1, self.row_bytes))
        for start in range(0, len(rows), at_once):
            self._fill(raw[start : start + at_once], rows[start : start + at_once])
        self.source.check()
        values = raw.view(self.stored.dtype).reshape(len(rows), *self.shape[1:])
        with np.errstate(over="ignore"):  # a number that is too large was refused when the file was opened
            return values.astype(self.dtype, copy=False)

    def _fill(self, raw: np.ndarray, rows: np.ndarray) -> None:
        """Read row by row, but rows that are close together in the file at once."""
        size, buffer = self.row_bytes, raw.reshape(-1).data
        stretches = _stretches(rows, 1 + _PAGE_BYTES // max(1, size))
        if len(stretches) > 1:
            self.source.will_need((self.offset + s.first * size, (s.last + 1 - s.first) * size) for s in stretches)
        for start, end, first, last in stretches:
            place = self.offset + first * size
            if last - first == end - start - 1:
                self.source.fill(buffer[start * size : end * size], place)
            else:
                span = np.empty((last - first + 1, size), np.uint8)
                self.source.fill(span.reshape(-1).data, place)
                raw[start:end] = span[rows[start:end] - first]


Examples: TypeAlias = np.ndarray | RowFile
"""The x of a split: in memory, or on the disk."""


def chunks(x: Examples, most: int | None = None) -> Iterator[tuple[int, np.ndarray]]:
    """Yield all rows in parts of a few MB and of at most `most` rows, each with the position of its first row."""
    row_bytes = max(1, x.nbytes // max(1, len(x)))
    size = max(1, min(CHUNK_BYTES // row_bytes, most or len(x)))
    for start in range(0, len(x), size):
        yield start, x[start : start + size]


def _all_inside(rows: np.ndarray, size: int) -> bool:
    return not len(rows) or (int(rows.min()) >= -size and int(rows.max()) < size)


class _Stretch(NamedTuple):
    """The positions from `start` to `end` (excluded) in a list of rows, which ascend from row `first` to row `last`."""

    start: int
    end: int
    first: int
    last: int


def _stretches(rows: np.ndarray, gap: int) -> list[_Stretch]:
    """Return the longest stretches in which each row is at most `gap` after the one before; (k,) rows, not empty."""
    steps = np.diff(rows)
    cuts = np.flatnonzero((steps < 1) | (steps > gap)) + 1
    starts, ends = np.concatenate([[0], cuts]), np.concatenate([cuts, [len(rows)]])
    columns = (part.tolist() for part in (starts, ends, rows[starts], rows[ends - 1]))
    return list(map(_Stretch._make, zip(*columns, strict=True)))
