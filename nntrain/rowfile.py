"""Rows of an array that stays on the disk: read when they are asked for, so that memory stays small.

They are read with `preadv` and not through `mmap`, whose pages count as memory of the process once they are touched.
"""

import math
import os
import struct
import weakref
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np

from nntrain.errors import DataError

MEMORY_SHARE = 0.25  # of the memory: an array above it stays on the disk, for training holds two copies and more
CHUNK_BYTES = 4 << 20  # what is held in memory at once where all rows are looked at
_PAGE_BYTES = 4096  # the disk gives whole pages, so a shorter gap between two rows is read along with them
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory_bytes() -> int:
    """The memory of this machine, or of the container where that is less."""
    limits = [Path(name).read_text().strip() for name in _LIMITS if Path(name).is_file()]
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([physical, *(int(limit) for limit in limits if limit.isdecimal())])


def is_large(nbytes: int) -> bool:
    """Whether so many bytes are more than an array in memory should have."""
    return nbytes > MEMORY_SHARE * memory_bytes()


@dataclass(frozen=True)
class Stored:
    """An array as it stands in a file; `offset` is where its first number is, or None where it is compressed."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    by_column: bool
    offset: int | None

    @property
    def nbytes(self) -> int:
        """What it takes in memory, as it is stored or as it is used, whichever is more."""
        return math.prod(self.shape) * max(self.dtype.itemsize, _used_as(self.dtype).itemsize)


def stored_in_npy(path: str | Path) -> Stored:
    """Where the array of a `.npy` file stands. Raises OSError, and ValueError when it is no such file."""
    with Path(path).open("rb") as file:
        shape, by_column, dtype = _header(file)
        return Stored(shape, dtype, by_column, file.tell())


def stored_in_npz(path: str | Path, name: str) -> Stored | None:
    """Where the array `name` of an `.npz` file stands; None where that is no array.

    Raises ValueError when its header is broken or does not fit its size, and what zipfile raises.
    """
    with zipfile.ZipFile(path) as archive:
        if f"{name}.npy" not in archive.namelist():
            return None
        info = archive.getinfo(f"{name}.npy")
        with archive.open(info) as member:
            shape, by_column, dtype = _header(member)
            header = member.tell()
    if info.file_size != header + math.prod(shape) * dtype.itemsize and not dtype.hasobject:
        raise ValueError(f"`{name}` has {info.file_size} bytes")
    return Stored(shape, dtype, by_column, _member_offset(path, info, header))


def verify_in_npz(path: str | Path, name: str) -> None:
    """Reads the array `name` from end to end; raises zipfile.BadZipFile when its bytes do not fit its checksum."""
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as member:
        while member.read(CHUNK_BYTES):
            pass


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, by_column, dtype = read(file)
    return shape, by_column, dtype


def _member_offset(path: str | Path, info: zipfile.ZipInfo, header: int) -> int | None:
    """Where the member's content goes on after `header` bytes, counted from the start of the archive.

    The lengths of name and extra field are those of the header before the content, at its bytes 26 to 29, and may
    differ from the directory's (APPNOTE.TXT 4.3.7).
    """
    if info.compress_type != zipfile.ZIP_STORED:
        return None
    with Path(path).open("rb") as file:
        file.seek(info.header_offset)
        name, extra = struct.unpack("<26x2H", file.read(30))
    return int(info.header_offset + 30 + name + extra + header)


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
        """Reads into all of the buffer. Raises DataError when the file ends before, or cannot be read."""
        while buffer:
            try:
                count = os.preadv(self.descriptor, [buffer], offset)
            except OSError as error:
                raise DataError(f"`{self.path}` cannot be read: {error.strerror}", help="check the disk") from None
            if not count:
                raise self._changed()
            buffer, offset = buffer[count:], offset + count

    def check(self) -> None:
        """Raises DataError when the file was written to since it was opened."""
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
            raise ValueError("rows can be read only where they stand one after the other, uncompressed")
        self.source, self.stored, self.rows = source, stored, rows
        self.offset = stored.offset
        self.dtype = dtype or _used_as(stored.dtype)
        self.shape = (stored.shape[0] if rows is None else len(rows), *stored.shape[1:])
        self.row_bytes = math.prod(self.shape[1:]) * stored.dtype.itemsize

    @classmethod
    def open(cls, path: str | Path, stored: Stored) -> "RowFile":
        """All rows of an array in this file. Raises OSError."""
        return cls(_Source(path), stored)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def nbytes(self) -> int:
        """What all rows would take in memory."""
        return math.prod(self.shape) * self.dtype.itemsize

    def __getitem__(self, key: Any) -> np.ndarray:
        """key: a position, a slice, (k,) positions or (n,) booleans. Raises IndexError, and DataError."""
        if isinstance(key, (int, np.integer)):
            return np.asarray(self[np.array([key])][0])
        return self._read(self._positions(key))

    def take(self, rows: np.ndarray) -> "RowFile":
        """The rows at these positions, in this order, still on the disk."""
        return RowFile(self.source, self.stored, self._positions(rows), self.dtype)

    def as_stored(self) -> "RowFile":
        """The same rows, in the dtype that they have in the file."""
        return RowFile(self.source, self.stored, self.rows, self.stored.dtype)

    def _positions(self, key: Any) -> np.ndarray:
        """(k,) which rows of the file are meant."""
        if self.rows is not None:
            return np.asarray(self.rows[key])
        if isinstance(key, slice):
            return np.arange(*key.indices(len(self)))
        wanted = np.asarray(key)
        if wanted.dtype == np.bool_ and wanted.shape == self.shape[:1]:
            return np.flatnonzero(wanted)
        if wanted.ndim != 1 or wanted.dtype.kind not in "iu" or not _all_inside(wanted, len(self)):
            raise IndexError(f"rows are taken by (k,) whole numbers from 0 to {len(self) - 1}")
        return np.where(wanted < 0, wanted + len(self), wanted)

    def _read(self, rows: np.ndarray) -> np.ndarray:
        """(k, *row) these rows of the file."""
        raw = np.empty((len(rows), self.row_bytes), np.uint8)
        at_once = max(1, CHUNK_BYTES // max(1, self.row_bytes))
        for start in range(0, len(rows), at_once):
            self._fill(raw[start : start + at_once], rows[start : start + at_once])
        self.source.check()
        values = raw.view(self.stored.dtype).reshape(len(rows), *self.shape[1:])
        with np.errstate(over="ignore"):  # a number that is too large was refused when the file was opened
            return values.astype(self.dtype, copy=False)

    def _fill(self, raw: np.ndarray, rows: np.ndarray) -> None:
        """Reads row by row, but rows that lie close together in the file at once."""
        size, buffer = self.row_bytes, raw.reshape(-1).data
        for start, end, first, last in _stretches(rows, 1 + _PAGE_BYTES // max(1, size)):
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
    """All rows in parts of a few MB, and of `most` rows at the most, each after the position of its first row."""
    row_bytes = max(1, x.nbytes // max(1, len(x)))
    size = max(1, min(CHUNK_BYTES // row_bytes, most or len(x)))
    for start in range(0, len(x), size):
        yield start, x[start : start + size]


def _used_as(stored: np.dtype[Any]) -> np.dtype[Any]:
    return stored if stored == np.uint8 else np.dtype(np.float32)


def _all_inside(rows: np.ndarray, size: int) -> bool:
    return not len(rows) or (int(rows.min()) >= -size and int(rows.max()) < size)


def _stretches(rows: np.ndarray, gap: int) -> Iterator[tuple[int, int, int, int]]:
    """Runs of ascending rows, each at most `gap` after the one before: start and end in `rows`, first and last row."""
    if not len(rows):
        return
    steps = np.diff(rows)
    cuts = np.flatnonzero((steps < 1) | (steps > gap)) + 1
    starts, ends = np.concatenate([[0], cuts]), np.concatenate([cuts, [len(rows)]])
    yield from zip(*(part.tolist() for part in (starts, ends, rows[starts], rows[ends - 1])), strict=True)
