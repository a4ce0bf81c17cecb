"""The place of an array in a `.npy` or an `.npz` file, so that it can be read in parts, or whole under a budget.

Anybody may have written the file: shape and dtype are compared with its size before an array is allocated.
"""

import io
import math
import os
import tokenize
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np

from nntrain.storage.zip_member import FilePart, member_offset, stored_member

_CHUNK_BYTES = 1 << 20
_MOST_HEADER = 10_000  # bytes: what NumPy parses, though it would read up to 4 GB first
_MOST_INFLATED, _SMALL = 100, 1 << 28  # times its size in the file, where it is not small: more is no data set
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of NumPy; zipfile inflates others without a limit
_UNPARSED = (tokenize.TokenError, SyntaxError, RecursionError, TypeError, KeyError, AttributeError, MemoryError)


@dataclass(frozen=True)
class Stored:
    """An array as it is stored in a file; `offset` is the place of its first number, None where it is compressed."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    by_column: bool
    offset: int | None

    @property
    def nbytes(self) -> int:
        """The bytes it takes in memory, as it is stored or as it is used, whichever is more."""
        return math.prod(self.shape) * max(self.dtype.itemsize, used_as(self.dtype).itemsize)


def is_npy(path: str | Path) -> bool:
    """Return whether a file begins like a `.npy` file, which holds a single array. Raises OSError."""
    with Path(path).open("rb") as file:
        return file.read(len(np.lib.format.MAGIC_PREFIX)) == np.lib.format.MAGIC_PREFIX


def stored_in_npy(path: str | Path) -> Stored:
    """Return the place of the array in a `.npy` file. Raises OSError, and ValueError for another kind of file."""
    with Path(path).open("rb") as file:
        shape, by_column, dtype = _header(file)
        return Stored(shape, dtype, by_column, file.tell())


def stored_in_npz(path: str | Path, name: str) -> Stored | None:
    """Return the place of the array `name` in an `.npz` file; None where the file has no array of this name.

    Raises ValueError when its header is broken or does not fit its size, and what zipfile raises.
    """
    with zipfile.ZipFile(path) as archive:
        if f"{name}.npy" not in archive.namelist():
            return None
        info = archive.getinfo(f"{name}.npy")
        if info.compress_type not in _COMPRESSIONS:
            raise ValueError(f"`{name}` is compressed in another way than NumPy does it")
        with archive.open(info) as member:
            shape, by_column, dtype = _header(member)
            header = member.tell()
    with Path(path).open("rb") as file:
        begin, size = member_offset(file, info), os.fstat(file.fileno()).st_size
    most = max(_SMALL, _MOST_INFLATED * info.compress_size) if begin is None else size - begin
    if (info.file_size != header + math.prod(shape) * dtype.itemsize and not dtype.hasobject) or info.file_size > most:
        raise ValueError(f"`{name}` has {info.file_size} bytes")
    return Stored(shape, dtype, by_column, None if begin is None else begin + header)


def array_in_npz(path: str | Path, name: str) -> np.ndarray:
    """Return the array `name` of an `.npz` file; raises as `stored_in_npz` does, and ValueError where there is none."""
    if stored_in_npz(path, name) is None:
        raise ValueError(f"there is no array `{name}`")
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as member:
        return np.asarray(np.lib.format.read_array(member, allow_pickle=False))


def parts_in_npz(path: str | Path, name: str, rows: int) -> Iterator[np.ndarray]:
    """Yield the rows of the array `name` in parts of so many, whole where it is stored by column.

    Compressed rows are unpacked as they are read. Raises as `array_in_npz` does, also after some parts.
    """
    stored = stored_in_npz(path, name)
    if stored is None or stored.by_column or not stored.shape or stored.dtype.hasobject:
        yield array_in_npz(path, name)
        return
    row_bytes = math.prod(stored.shape[1:]) * stored.dtype.itemsize
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as member:
        _header(member)
        for start in range(0, stored.shape[0], rows):
            count = min(rows, stored.shape[0] - start)
            content = member.read(count * row_bytes)
            if len(content) < count * row_bytes:
                raise ValueError(f"`{name}` ends too early")
            yield np.frombuffer(content, stored.dtype).reshape(count, *stored.shape[1:])


def arrays_in(file: BinaryIO | FilePart) -> dict[str, np.ndarray]:
    """Return all arrays of an uncompressed `.npz` file, together no larger than the file.

    Raises ValueError for another kind of file, and what zipfile raises.
    """
    left = file.seek(0, io.SEEK_END)
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    arrays = {}
    for name in names:
        member = stored_member(file, name)
        left -= member.size
        shape, _, dtype = _header(member)
        if left < 0 or member.size - member.tell() != math.prod(shape) * dtype.itemsize:
            raise ValueError(f"`{name}` has {member.size} bytes")
        member.seek(0)
        arrays[name.removesuffix(".npy")] = np.asarray(np.lib.format.read_array(member, allow_pickle=False))
    return arrays


def verify_in_npz(path: str | Path, name: str) -> None:
    """Read the array `name` from end to end; raises zipfile.BadZipFile when its bytes do not fit its checksum."""
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as member:
        while member.read(_CHUNK_BYTES):
            pass


def _header(file: IO[bytes] | FilePart) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, whether it is stored by column, and dtype; raises ValueError for a header that is broken."""
    version = np.lib.format.read_magic(file)
    begin = file.read(2 if version == (1, 0) else 4)
    length = int.from_bytes(begin, "little")
    if length > _MOST_HEADER:
        raise ValueError(f"the header has {length} bytes")
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    try:
        shape, by_column, dtype = read(io.BytesIO(begin + file.read(length)))
    except _UNPARSED as error:
        raise ValueError(f"the header is broken: {error}") from None
    if not all(type(size) is int and size >= 0 for size in shape):
        raise ValueError(f"the shape {shape} is not one of whole numbers")
    return shape, by_column, dtype


def used_as(stored: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype that an array of this dtype has in a training: uint8 stays, every other number is float32."""
    return stored if stored == np.uint8 else np.dtype(np.float32)
