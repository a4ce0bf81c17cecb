"""Arrays from `.npz` files: found by name, checked, and brought to the dtypes that a training takes."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

import numpy as np

from nntrain.config.messages import counted, listed, shown
from nntrain.data.checks import MOST
from nntrain.data.examples import Rows, Split
from nntrain.data.file_formats import HEAD_BYTES, other_format
from nntrain.data.labels import are_divided_by_255, note_on_numbers
from nntrain.data.npy_header import Stored, array_in_npz, is_npy, stored_in_npz, verify_in_npz
from nntrain.data.npz_numbers import NUMBERS, as_float32, refuse_large, refuse_merged
from nntrain.data.row_file import MEMORY_SHARE, Examples, RowFile, is_large, memory_bytes
from nntrain.errors import DataError, Path, Problem
from nntrain.nearest import nearest
from nntrain.storage.regular_file import irregular_kind

SUFFIXES = {"remaining": ("", "_train"), "validation": ("_validation", "_val"), "test": ("_test",)}
BROKEN = (OSError, EOFError, ValueError, RuntimeError, MemoryError, struct.error, zipfile.BadZipFile, zlib.error)
_SYNONYMS = {"holdout": "test", "dev": "validation", "eval": "validation", "tr": "train", "te": "test"}
KNOWN = [f"{letter}{suffix}" for suffixes in SUFFIXES.values() for suffix in suffixes for letter in "xy"]


def load_rows(
    file: str, source: Path, split_files: Mapping[str, str], task: str | None, classes: Sequence[str]
) -> Rows:
    """Return the rows of a file, and of separate files for other splits.

    source: the path of the data source in the config. split_files: the file by the name of its split. task:
    classification, regression, or None to take it from the dtype of `y`. classes: their names; if empty, their
    numbers. Raises DataError.
    """
    main = _ArrayFile(file, (*source, "path"))
    found: dict[str, _Pair | None] = {name: main.pair(name) for name in SUFFIXES}
    for name, path in split_files.items():
        place = (*source, name, "file")
        if found[name]:
            message = f"`{file}` holds a {name} split already"
            raise DataError(problems=[Problem(message, place, f"remove `{name}`")])
        found[name] = _ArrayFile(path, place).pair("remaining")
    pairs = {name: pair for name, pair in found.items() if pair}
    floats = pairs["remaining"].y.dtype.kind == "f" and not classes
    rows = _rows(pairs, task or ("regression" if floats else "classification"), classes)
    is_chosen = task or rows.schema.classes
    name, index = pairs["remaining"].y_name, f"save the index, `{pairs['remaining'].y_name}.argmax(axis=1)`"
    note = "" if is_chosen else note_on_numbers(rows.remaining.y, f"`{name}`", index)
    return replace(rows, warnings=main.unread(), notes=(note,) if note else ())


def load_split(file: str, task: str) -> Split:
    """Return `x` and `y` of a file, or `x_test` and `y_test` where it has no others; raises as `load_rows` does."""
    arrays = _ArrayFile(file, ())
    names = {f"{letter}{suffix}" for letter in "xy" for suffix in SUFFIXES["remaining"]}
    pair = arrays.pair("remaining") if names & set(arrays.names) else arrays.pair("test") or arrays.pair("remaining")
    return Split(pair.examples(), pair.labels(task))  # type: ignore[union-attr]  # remaining rows are never None


def _rows(pairs: dict[str, _Pair], task: str, classes: Sequence[str]) -> Rows:
    splits = {name: Split(pair.examples(), pair.labels(task)) for name, pair in pairs.items()}
    for name, pair in pairs.items():
        pair.check_like(splits[name], splits["remaining"])
    remaining = splits["remaining"]
    pairs["remaining"].refuse_merged(remaining)
    names = _classes(splits, classes, pairs["remaining"]) if task == "classification" else ()
    return Rows(remaining, remaining.schema(names), splits.get("validation"), splits.get("test"))


def _classes(splits: dict[str, Split], names: Sequence[str], remaining: _Pair) -> tuple[str, ...]:
    """Return the names given, or the numbers from 0 to the highest label."""
    if names:
        return tuple(names)
    highest = max((int(split.y.max()) for split in splits.values() if len(split)), default=0)
    if highest >= (rows := sum(len(split) for split in splits.values())):
        large = f"label `{highest}` is too large for {counted(rows, 'row')}"
        message = f"{large}: every class from 0 to {highest} needs some"
        raise remaining.error(message, "number the classes from 0, or write `task: regression`")
    _refuse_gaps(splits["remaining"].y, highest, remaining)
    return tuple(str(index) for index in range(max(highest, 0) + 1))


def _refuse_gaps(y: np.ndarray, highest: int, remaining: _Pair) -> None:
    """Refuse labels that are not every number from 0 to the highest."""
    found = np.unique(y)
    if not len(found) or (found[0] == 0 and found[-1] == highest == len(found) - 1):
        return
    few = f"{', '.join(map(str, found[:MOST]))}{', …' if len(found) > MOST else ''}"
    message = f"the labels in `{remaining.y_name}` are {few}, not every number from 0 to {max(highest, 0)}"
    if found[0] == 1 and highest == len(found):
        raise remaining.error(message, f"save `{remaining.y_name} - 1`, so that they count from 0")
    help = f"save `numpy.unique({remaining.y_name}, return_inverse=True)[1]`, or write `task: regression` for numbers"
    raise remaining.error(message, help)


class _ArrayFile:
    """One `.npz` file. `place` is the path in the config of the option that names it."""

    def __init__(self, file: str, place: Path) -> None:
        self.file, self.place = file, place
        self.names: list[str] = []
        self.x: dict[str, Examples] = {}
        self.y: dict[str, np.ndarray] = {}
        self._read_all()
        for name in self.names:
            if name.startswith(("x_", "y_")) and name not in KNOWN:
                meant = name[:2] + _SYNONYMS.get(name[2:].replace("_", "").lower(), name[2:])
                close = nearest(meant, [known for known in KNOWN if known[0] == name[0]])
                help = f"name it `{close}`" if close else f"remove it, or name it {listed(KNOWN)}"
                raise self.error(f"the array {shown(name)} has no meaning", help)

    def pair(self, split: str) -> _Pair | None:
        """Return the x and y of a split; None where the file holds neither, an error for the remaining rows."""
        suffixes = [suffix for suffix in SUFFIXES[split] if {f"x{suffix}", f"y{suffix}"} & set(self.names)]
        if len(suffixes) > 1:
            several = listed(f"x{suffix}" for suffix in suffixes)
            raise self.error(f"there are several arrays for the same rows: {several}", "keep one of them")
        if not suffixes and split != "remaining":
            return None
        x, y = (f"{letter}{suffixes[0] if suffixes else ''}" for letter in "xy")
        for name in (x, y):
            if name not in self.names:
                found = f"it holds {listed(self.names)}" if self.names else "it holds no arrays"
                raise self.error(f"there is no array `{name}` in `{self.file}`", found)
        return _Pair(self, x, y, self.x[x], self.y[y])

    def unread(self) -> tuple[str, ...]:
        """Return a warning about arrays whose names say nothing."""
        others = [name for name in self.names if name not in KNOWN]
        known = listed(KNOWN[:2] + [name for name in KNOWN if "_" in name])
        return (f"{listed(others)} in `{self.file}` are not read; arrays are named {known}",) if others else ()

    def error(self, message: str, help: str) -> DataError:
        return DataError(problems=[Problem(message, self.place, help)])

    def _read_all(self) -> None:
        """Read every array whose name is known."""
        if kind := irregular_kind(FilePath(self.file)):
            raise self.error(f"`{self.file}` is {kind}", "give the path of a file")
        try:
            if is_npy(self.file):
                raise self.error(f"`{self.file}` holds a single array", "save with `numpy.savez(file, x=x, y=y)`")
            with zipfile.ZipFile(self.file) as archive:
                self.names = [name.removesuffix(".npy") for name in archive.namelist()]
            known = [name for name in self.names if name in KNOWN]
            self.x = {name: self._examples(name) for name in known if name[0] == "x"}
            self.y = {name: self._read(name) for name in known if name[0] == "y"}
        except FileNotFoundError:
            raise self.error(f"there is no file `{self.file}`", "check the path") from None
        except PermissionError:
            raise self.error(f"`{self.file}` cannot be read", "check the permissions of the file") from None
        except BROKEN:
            self._refuse_other_format()
            message = f"`{self.file}` is broken, or not an .npz file"
            raise self.error(message, "save it again with `numpy.savez(file, x=x, y=y)`") from None

    def _refuse_other_format(self) -> None:
        with FilePath(self.file).open("rb") as file:
            head = file.read(HEAD_BYTES)
        if not head.startswith(b"PK") and (found := other_format(FilePath(self.file), head)):
            raise self.error(f"`{self.file}` {found[0]}", found[1])

    def _examples(self, name: str) -> Examples:
        """Return the array, or its rows on the disk where it is too large for the memory."""
        try:
            stored = stored_in_npz(self.file, name)
            if stored is None or not is_large(stored.nbytes) or stored.dtype.kind not in NUMBERS or not stored.shape:
                return self._read(name)
            self._refuse_unreadable(name, stored)
            verify_in_npz(self.file, name)
            return RowFile.open(self.file, stored)
        except BROKEN:
            raise self._broken(name) from None

    def _refuse_unreadable(self, name: str, stored: Stored) -> None:
        """Refuse a large array whose rows cannot be read one by one."""
        large = f"`{name}` takes {stored.nbytes / 1e9:.1f} GB, more than {MEMORY_SHARE:.0%} of the memory"
        if stored.offset is None:
            help = "save it with `numpy.savez`, not `savez_compressed`, so that a batch can be read at a time"
            raise self.error(f"{large}, and is compressed", help)
        if stored.by_column:
            help = "save `numpy.ascontiguousarray(x)`, so that a batch can be read at a time"
            raise self.error(f"{large}, and is stored column by column", help)

    def _read(self, name: str) -> np.ndarray:
        """Return a whole array, if it is not too large for the memory."""
        try:
            stored = stored_in_npz(self.file, name)
            if stored is not None and stored.nbytes > memory_bytes() // 2:
                large = f"`{name}` takes {stored.nbytes / 1e9:.1f} GB, more than half of the memory"
                raise self.error(large, "save fewer rows")
            return array_in_npz(self.file, name)
        except BROKEN as error:
            if "Object arrays" in str(error):
                message = f"the array `{name}` holds Python objects"
                raise self.error(message, "save an array of numbers, with rows of the same length") from None
            raise self._broken(name) from None

    def _broken(self, name: str) -> DataError:
        return self.error(f"the array `{name}` in `{self.file}` is broken", "save the file again")


@dataclass(frozen=True)
class _Pair:
    """The examples of one split and their labels or targets, as they are stored in the file."""

    file: _ArrayFile
    x_name: str
    y_name: str
    x: Examples
    y: np.ndarray

    def examples(self) -> Examples:
        """Return the examples: uint8 as it is, every other number as float32."""
        x = self.x
        if x.ndim < 2 or 0 in x.shape[1:]:
            message = f"`{self.x_name}` must have a row for each example, got the shape {x.shape}"
            raise self.error(message, "reshape it to (rows, features), for one feature with `x.reshape(-1, 1)`")
        if len(x) != len(self.y if self.y.ndim else ()):
            labels = len(self.y) if self.y.ndim else "none"
            message = f"`{self.x_name}` has {counted(len(x), 'row')}, `{self.y_name}` has {labels}"
            raise self.error(message, "give one label or target for each row")
        if isinstance(x, RowFile):
            refuse_large(x.as_stored(), self.x_name, self.file.place)
            return x
        return x if x.dtype == np.uint8 else as_float32(x, self.x_name, self.file.place)

    def labels(self, task: str) -> np.ndarray:
        """Return class indices int32 (n,), or targets float32 (n, targets)."""
        y = self.y[:, 0] if self.y.ndim == 2 and self.y.shape[1] == 1 else self.y
        if y.ndim > (1 if task == "classification" else 2) or 0 in y.shape[1:]:
            message = f"`{self.y_name}` must have one value a row, got the shape {self.y.shape}"
            raise self.error(message, "give the index of the class, for one-hot rows `y.argmax(axis=1)`")
        if task == "regression":
            return as_float32(y if y.ndim == 2 else y[:, None], self.y_name, self.file.place)
        whole = as_float32(y, self.y_name, self.file.place) if y.dtype.kind not in "iub" else y
        if whole.dtype.kind == "f" and not (np.isfinite(whole) & (whole == np.floor(whole))).all():
            message = f"`{self.y_name}` holds numbers that are not whole, so they are not class indices"
            whole_help = "write `task: regression`, or give whole numbers"
            divided = f"classes are not divided by 255, so save `({self.y_name} * 255).round()`"
            raise self.error(message, divided if are_divided_by_255(whole) else whole_help)
        return np.asarray(np.clip(whole.astype(np.int64), -(2**31), 2**31 - 1), np.int32)

    def refuse_merged(self, split: Split) -> None:
        """Raise DataError where different numbers of these arrays are one in the split."""
        for name, array, used in ((self.x_name, self.x, split.x), (self.y_name, self.y, split.y)):
            if used.dtype == np.float32:
                stored = array.as_stored() if isinstance(array, RowFile) else array.reshape(used.shape)
                refuse_merged(stored, name, self.file.place)

    def check_like(self, split: Split, remaining: Split) -> None:
        """Raise DataError unless the rows of this split have the shape and dtype of the remaining rows."""
        for name, array, other in ((self.x_name, split.x, remaining.x), (self.y_name, split.y, remaining.y)):
            if array.shape[1:] != other.shape[1:] or array.dtype != other.dtype:
                message = f"a row of `{name}` is {array.dtype} of shape {array.shape[1:]}, the training rows are "
                message += f"{other.dtype} of shape {other.shape[1:]}"
                raise self.error(message, "give all splits the same shape and dtype")

    def error(self, message: str, help: str) -> DataError:
        return self.file.error(message, help)
