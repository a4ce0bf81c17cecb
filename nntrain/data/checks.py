"""Faults in the data, collected so that the user sees several at once, each with its row and column."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from nntrain.config.messages import shown
from nntrain.data.examples import Rows, Split
from nntrain.data.labels import names_that_look_equal
from nntrain.data.row_file import Examples, chunks
from nntrain.errors import DataError, Path, Problem

MOST = 10  # as many as fit on a screen


class Faults:
    """A list of problems that keeps the first ten and counts the others."""

    def __init__(self) -> None:
        self.kept: list[Problem] = []
        self.others = 0

    def add(self, problem: Problem) -> None:
        """Add a fault."""
        if len(self.kept) < MOST:
            self.kept.append(problem)
        else:
            self.others += 1

    @property
    def problems(self) -> list[Problem]:
        """The first faults, and a note on the others."""
        more = f"{self.others} more such fault{'s' if self.others > 1 else ''}"
        note = [Problem(more, self.kept[-1].path, severity="note")] if self.others else []
        return [*self.kept, *note]

    def throw(self) -> None:
        """Raise DataError when there is any fault."""
        if self.kept:
            raise DataError(problems=self.problems)


def check(rows: Rows, place: Path, faults: Faults) -> None:
    """Add every fault that can be found before the rows are split; `place` is the path of the source in the config."""
    for name, split in (("", rows.remaining), ("validation", rows.validation), ("test", rows.test)):
        if split is not None:
            _Check(rows, split, name, place, faults).run()
    classes = rows.schema.classes
    for first, second in names_that_look_equal(classes):
        message = f"the classes `{first}` and `{second}` look equal, and are two"
        faults.add(Problem(message, place, "give both the same name"))
    if len(classes) == 1:
        message = f"there is only one class, {shown(classes[0])}"
        faults.add(Problem(message, place, "give rows of at least 2 classes"))
    elif not faults.kept:
        for name in missing_classes(rows.remaining, classes):
            help = "give rows of that class, or leave the class out"
            faults.add(Problem(f"class {shown(name)} has no rows", place, help))


def check_rows(rows: Rows, faults: Faults) -> None:
    """Add every fault of rows to be scored, which need not have all classes."""
    _Check(rows, rows.remaining, "", (), faults).run()


def missing_classes(split: Split, classes: tuple[str, ...]) -> list[str]:
    """Return the names of the classes that have no row in the split."""
    counts = np.bincount(split.y, minlength=len(classes)) if classes else np.zeros(0)
    return [classes[index] for index in np.flatnonzero(counts == 0)]


def constant_columns(x: Examples, features: tuple[str, ...], apart: Collection[str] = ()) -> tuple[str, ...]:
    """Return a warning for each constant column of a table, but none for a column `apart`; x: float (n, columns)."""
    if x.ndim != 2 or x.dtype.kind != "f" or len(x) < 2:
        return ()
    first, same = x[0], np.ones(x.shape[1:], bool)
    empty = np.isnan(first)
    for _, part in chunks(x):
        equal = part == first
        if empty.any():
            equal |= np.isnan(part) & empty
        same &= equal.all(axis=0)
        if not same.any():
            break
    columns = [int(at) for at in np.flatnonzero(same) if not features or features[at] not in apart]
    kept = [
        f"column {_column(column, features)} {_held(first[column])} in every training row, so it teaches nothing"
        for column in columns[:MOST]
    ]
    others = len(columns) - len(kept)
    return (*kept, *([f"{others} more constant column{'s' if others > 1 else ''}"] if others else []))


def _held(value: float) -> str:
    return "is empty" if np.isnan(value) else f"holds {value:g}"


def columns_with_missing(x: Examples) -> tuple[int, ...]:
    """Return the places of the columns that have a missing value; x: (n, columns) float32."""
    found = np.zeros(x.shape[1:], bool)
    for _, part in chunks(x):
        found |= np.isnan(part).any(axis=0)
    return tuple(np.flatnonzero(found).tolist())


@dataclass(frozen=True)
class _Check:
    """The check of one split; `name` is empty for the remaining rows."""

    rows: Rows
    split: Split
    name: str
    place: Path
    faults: Faults

    def run(self) -> None:
        if not len(self.split):
            what = f"the {self.name} split has" if self.name else "the data have"
            self.faults.add(Problem(f"{what} no rows", self.place, "check the file"))
            return
        if not self.rows.schema.sizes:  # the cells of a table are finite, or missing
            self._numbers(self.split.x, "x", self.rows.schema.features)
        if self.rows.schema.classes:
            self._labels(self.split.y)
        elif not self.rows.schema.sizes:
            self._numbers(self.split.y, "y", self.rows.schema.targets)

    def _numbers(self, values: Examples, what: str, columns: tuple[str, ...]) -> None:
        """Refuse NaN and infinity. Integers hold neither, so images are not scanned."""
        for word, is_bad in (("NaN", np.isnan), ("infinite", np.isinf)) if values.dtype.kind == "f" else ():
            for bad in bad_places(values, is_bad):
                message = f"{what} is {word} in {self._place_of(bad, columns)}"
                help = "give finite numbers, or leave the rows out; counted from 1"
                self.faults.add(Problem(message, self.place, help))

    def _labels(self, y: np.ndarray) -> None:
        """Refuse labels that are not the index of a class."""
        last = len(self.rows.schema.classes) - 1
        if y.dtype.kind not in "iu" or y.ndim != 1:
            message = f"labels must be one whole number a row, got {y.dtype} of shape {y.shape}"
            self.faults.add(Problem(message, self.place, f"give the index of the class, from 0 to {last}"))
            return
        wrong = np.flatnonzero((y < 0) | (y > last))
        for label in np.unique(y[wrong]):
            rows = np.flatnonzero(y == label)
            where = self._row(rows[0]) if len(rows) == 1 else f"{len(rows):,} rows, the first is {self._row(rows[0])},"
            message = f"label `{label}` in {where} is not the index of one of {last + 1} classes"
            begins_at_1 = "; these begin at 1, so save `y - 1`" if (y.min(), y.max()) == (1, last + 1) else ""
            self.faults.add(Problem(message, self.place, f"labels count from 0 to {last}{begins_at_1}"))

    def _place_of(self, bad: BadPlaces, columns: tuple[str, ...]) -> str:
        first, cell = self._row(bad.row), _cell(bad.cell, columns)
        if bad.number == 1:
            return f"{first}, {cell}"
        if len(bad.cell) == 1:
            return f"{bad.number:,} of {len(self.split):,} rows of {cell}, the first is {first}"
        return f"{bad.number:,} values, the first is in {first}, {cell}"

    def _row(self, row: int) -> str:
        return f"row {row + 1}" + (f" of the {self.name} split" if self.name else "")


class BadPlaces(NamedTuple):
    """Where bad values are: how many, and the first of them, by its row, its place in the row, and its value."""

    number: int
    row: int
    cell: tuple[int, ...]
    value: float


def bad_places(values: Examples, is_bad: Callable[[np.ndarray], np.ndarray]) -> list[BadPlaces]:
    """Return the bad values of each column of a table (n, columns), or all in one of another shape.

    is_bad: the bad values as booleans of the same shape. The first row comes first.
    """
    found: dict[int, BadPlaces] = {}
    for start, part in chunks(values):
        where = np.argwhere(is_bad(part))
        columns = where[:, 1] if values.ndim == 2 else np.zeros(len(where), np.int64)
        for column in np.unique(columns):
            places = where[columns == column]
            row, *cell = (int(index) for index in places[0])
            first = BadPlaces(0, start + row, tuple(cell), float(part[tuple(places[0])]))
            first = found.get(int(column), first)
            found[int(column)] = first._replace(number=first.number + len(places))
    return sorted(found.values(), key=lambda bad: (bad.row, bad.cell))


def _cell(where: Sequence[int], columns: tuple[str, ...]) -> str:
    if len(where) == 1:
        return f"column {_column(where[0], columns)}"
    return f"position {', '.join(str(index + 1) for index in where)}"


def _column(column: int, names: tuple[str, ...]) -> str:
    return f"`{names[column]}`" if names else str(column + 1)
