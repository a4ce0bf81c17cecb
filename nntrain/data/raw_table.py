"""A table as it is in a file: each column as numbers, or as codes of its different texts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from nntrain.errors import Path, Span


@dataclass(frozen=True)
class Numbers:
    """values: float32 (n,), NaN where the cell is empty.

    merged: two different numbers of the column that are one as float32, where that loses what the column says.
    """

    values: np.ndarray
    merged: tuple[Any, Any] | None = None

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def is_missing(self) -> np.ndarray:
        """(n,) booleans."""
        return np.asarray(np.isnan(self.values))


@dataclass(frozen=True)
class Words:
    """codes: int32 (n,), the places of the cells in `names`, -1 where one is empty; these have no spaces around."""

    codes: np.ndarray
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def is_missing(self) -> np.ndarray:
        """(n,) booleans."""
        return self.codes < 0

    @cached_property
    def counts(self) -> np.ndarray:
        """(names,) the rows that hold each name."""
        return np.bincount(self.codes + 1, minlength=len(self.names) + 1)[1:]

    def spread(self, of_names: np.ndarray) -> "Spread":
        """Return the number of each row's name, NaN where the cell is empty; of_names: (names,)."""
        return Spread(self.codes, np.append(of_names.astype(np.float32), np.float32("nan")))


@dataclass(frozen=True)
class Spread:
    """float32 (n,), made when some rows are asked for: the number of each row's code, the last one for -1."""

    codes: np.ndarray
    numbers: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: slice) -> np.ndarray:
        """Return the numbers of these rows."""
        return self.numbers.take(self.codes[rows], mode="wrap")


Cells: TypeAlias = Numbers | Words


@dataclass(frozen=True)
class RawTable:
    """The columns by name, in the order of the file.

    file: as messages name it. place: the option that names the file. span: where a row (from 0) of a column is; for a
    file without lines None.
    """

    columns: Mapping[str, Cells]
    file: str
    place: Path
    span: Callable[[int, str], Span | None]
    decimal: str = "."

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def take(self, rows: np.ndarray) -> "RawTable":
        """Return these rows, (k,) positions; their places in the file stay known."""
        columns = {name: _taken(cells, rows) for name, cells in self.columns.items()}
        return replace(self, columns=columns, span=lambda row, name: self.span(int(rows[row]), name))

    def numbers(self, name: str) -> Numbers:
        """Return a column of numbers. Raises TypeError for any other."""
        if isinstance(cells := self.columns[name], Numbers):
            return cells
        raise TypeError(f"the column {name} is read as words")

    def words(self, name: str) -> Words:
        """Return a column of words. Raises TypeError for any other."""
        if isinstance(cells := self.columns[name], Words):
            return cells
        raise TypeError(f"the column {name} is read as numbers")


def _taken(cells: Cells, rows: np.ndarray) -> Cells:
    if isinstance(cells, Numbers):
        return replace(cells, values=cells.values[rows])
    found, codes = np.unique(cells.codes[rows], return_inverse=True)
    names = tuple(cells.names[code] for code in found if code >= 0)
    return Words((codes - int(len(names) < len(found))).astype(np.int32), names)


def words_of(cells: list[str], missing: frozenset[str]) -> Words:
    """Return the different texts of a column, in the order of their first rows; an empty one is always missing."""
    known: dict[str, int] = {}
    codes = np.fromiter((known.setdefault(cell, len(known)) for cell in cells), np.int32, len(cells))
    return without(Words(codes, tuple(known)), missing)


def without(words: Words, missing: frozenset[str]) -> Words:
    """Return the column with the spaces around its texts removed, and the texts that stand for a missing cell as -1."""
    names = [name.strip() for name in words.names]
    kept = dict.fromkeys(name for name in names if name and name not in missing)
    if len(kept) == len(names) and tuple(names) == words.names:
        return words
    position = {name: index for index, name in enumerate(kept)}
    renamed = np.array([*(position.get(name, -1) for name in names), -1], np.int32)
    return Words(renamed[words.codes], tuple(kept))
