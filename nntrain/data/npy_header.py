"""The place of an array in a `.npy` or an `.npz` file, so that it can be read in parts."""

import math
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from nntrain.storage.zip_member import member_offset

_CHUNK_BYTES = 1 << 20


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
        with archive.open(info) as member:
            shape, by_column, dtype = _header(member)
            header = member.tell()
    if info.file_size != header + math.prod(shape) * dtype.itemsize and not dtype.hasobject:
        raise ValueError(f"`{name}` has {info.file_size} bytes")
    with Path(path).open("rb") as file:
        begin = member_offset(file, info)
    return Stored(shape, dtype, by_column, None if begin is None else begin + header)


def verify_in_npz(path: str | Path, name: str) -> None:
    """Read the array `name` from end to end; raises zipfile.BadZipFile when its bytes do not fit its checksum."""
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as member:
        while member.read(_CHUNK_BYTES):
            pass


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, by_column, dtype = read(file)
    return shape, by_column, dtype


def used_as(stored: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype that an array of this dtype has in a training: uint8 stays, every other number is float32."""
    return stored if stored == np.uint8 else np.dtype(np.float32)
