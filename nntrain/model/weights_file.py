"""Weights from a `.keras` or `.weights.h5` file that anybody may have written: read under the budget of the model.

Keras names the places of a model's weights in a new file of its own. Only these places are looked up in the other file,
and shape, dtype and storage of an array are checked before it is read, so no array is larger than one of the model's.
"""

import io
import math
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import keras
import numpy as np

from nntrain.model.build import described
from nntrain.storage.zip_member import stored_member

MOST_TIMES = 8  # the size of a file, in sizes of the model: the optimizer of a foreign file holds up to three
SLACK_BYTES = 16 << 20  # what else is in a file, such as the config of the model
_HDF5, _ZIP = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04"
_MEMBER = "model.weights.h5"
_AT_ONCE = 1 << 20  # bytes
_BROKEN = (OSError, EOFError, KeyError, ValueError, TypeError, RuntimeError, MemoryError, OverflowError)


class Unreadable(Exception):
    """Why a file gives no weights, in words that follow its name."""


def load_weights(model: keras.Model, file: BinaryIO) -> set[str]:
    """Set every weight that the file holds in the same place with the same shape; return the paths of these weights.

    The others keep their values, and all do where Unreadable is raised: for a file that is not one of Keras's, is
    damaged, or holds more than a model of this size needs.
    """
    _refuse_large(file, MOST_TIMES * bytes_of(described(model.weights)) + SLACK_BYTES)
    before = [np.array(weight) for weight in model.weights]
    try:
        with _hdf5(file) as found, tempfile.TemporaryDirectory() as folder:
            own = Path(folder) / "own.weights.h5"
            places = _places(model, own)
            with h5py.File(own, "r+") as mine:
                arrays = ((place, number, _array(found, place, mine[place].shape)) for place, number in places.items())
                taken = {number for place, number, array in arrays if _fill(mine[place], array, before[number])}
            model.load_weights(own)
    except BaseException:
        for weight, value in zip(model.weights, before, strict=True):
            weight.assign(value)
        raise
    return {model.weights[number].path for number in taken}


def bytes_of(weights: Sequence[Mapping[str, Any]]) -> int:
    """Return the bytes of the weights that are described."""
    return sum(math.prod(each["shape"]) * np.dtype(each["dtype"]).itemsize for each in weights)


def _refuse_large(file: BinaryIO, most: int) -> None:
    size = file.seek(0, io.SEEK_END)
    if size > most:
        raise Unreadable(f"has {size:,} bytes, and a file of this model has at most {most:,}")


def _hdf5(file: BinaryIO) -> h5py.File:
    """Open the HDF5 file, or the one in a `.keras` file."""
    file.seek(0)
    begin = file.read(len(_HDF5))
    try:
        if begin.startswith(_ZIP):
            member = stored_member(file, _MEMBER)
            _refuse_altered(file)
            return h5py.File(member, "r")
        if begin == _HDF5:
            return h5py.File(file, "r")
    except (*_BROKEN, zipfile.BadZipFile) as error:
        raise Unreadable(f"is damaged: {_words(error)}") from None
    raise Unreadable("is empty" if not begin else "is neither a `.keras` nor a `.weights.h5` file")


def _refuse_altered(file: BinaryIO) -> None:
    """Read the member once; zipfile raises BadZipFile where its CRC-32 is another one."""
    with zipfile.ZipFile(file) as archive, archive.open(_MEMBER) as member:
        while member.read(_AT_ONCE):
            continue


def _places(model: keras.Model, file: Path) -> dict[str, int]:
    """Return the place of each weight in a file of this model, found by writing the weight's number to it."""
    for number, weight in enumerate(model.weights):
        weight.assign(np.full(weight.shape, number, weight.dtype))
    model.save_weights(file)
    with h5py.File(file, "r") as written:
        return {place: int(written[place][()].flat[0]) for place in _datasets(written) if written[place].size}


def _datasets(group: h5py.Group) -> Iterator[str]:
    for child in group.values():
        if isinstance(child, h5py.Dataset):
            yield child.name
        else:
            yield from _datasets(child)


def _fill(place: h5py.Dataset, array: np.ndarray | None, before: np.ndarray) -> bool:
    """Write an array, or where there is none the value before; return whether there was one."""
    place[...] = before if array is None else array
    return array is not None


def _array(file: h5py.File, place: str, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return the array in this place; None where the file has none of this shape."""
    try:
        node = _dataset(file, place)
        if node is None or node.shape != shape:
            return None
        if node.dtype.kind not in "fiu" or node.dtype.itemsize > 8:
            raise Unreadable(f"holds `{place}` in the dtype {node.dtype}")
        if not _is_plain(node):
            raise Unreadable(f"holds `{place}` compressed, or not in the file itself")
        array = np.empty(shape, node.dtype)
        node.read_direct(array)
    except _BROKEN as error:
        raise Unreadable(f"is damaged at `{place}`: {_words(error)}") from None
    if not np.isfinite(array).all():
        raise Unreadable(f"holds values in `{place}` that are not finite")
    return array


def _dataset(file: h5py.File, place: str) -> h5py.Dataset | None:
    """Return the dataset in this place, to which only hard links may lead; others lead to files elsewhere."""
    node = file
    for part in place.strip("/").split("/"):
        link = node.get(part, getlink=True) if isinstance(node, h5py.Group) else None
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise Unreadable(f"holds `{place}` behind a link")
        node = node[part]
    return node if isinstance(node, h5py.Dataset) else None


def _is_plain(node: h5py.Dataset) -> bool:
    """Return whether every byte of the array is stored once, uncompressed, in this file, as Keras writes it."""
    properties = node.id.get_create_plist()
    layouts = (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT)
    elsewhere = properties.get_nfilters() or properties.get_external_count()
    whole = node.id.get_storage_size() == node.nbytes
    return properties.get_layout() in layouts and not elsewhere and whole


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
