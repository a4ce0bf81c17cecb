"""Faults in the data, collected so that the user sees several at once, each with its row and column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from nntrain.config.messages import shown
from nntrain.data.row_file import Examples, chunks
from nntrain.errors import DataError, Path, Problem

if TYPE_CHECKING:
    from nntrain.data.examples import Rows, Split

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

    def add_all(self, where: np.ndarray, word: Callable[[np.ndarray], Problem]) -> None:
        """Add a fault for each entry of `where`; `word` is called only for those that are shown."""
        room = MOST - len(self.kept)
        self.kept += [word(place) for place in where[:room]]
        self.others += max(0, len(where) - room)

    def throw(self) -> None:
        """Raise DataError when there is any fault."""
        if not self.kept:
            return
        more = f"{self.others} more such fault{'s' if self.others > 1 else ''}"
        note = [Problem(more, self.kept[-1].path, severity="note")] if self.others else []
        raise DataError(problems=[*self.kept, *note])


def check(rows: Rows, place: Path, faults: Faults) -> None:
    """Add every fault that can be found before the rows are split; `place` is the path of the source in the config."""
    for name, split in (("", rows.remaining), ("validation", rows.validation), ("test", rows.test)):
        if split is not None:
            _Check(rows, split, name, place, faults).run()
    if len(rows.schema.classes) == 1:
        message = f"there is only one class, {shown(rows.schema.classes[0])}"
        faults.add(Problem(message, place, "give rows of at least 2 classes"))
    elif rows.schema.classes and not faults.kept:
        for missing in missing_classes(rows.remaining, rows.schema.classes):
            help = "give rows of that class, or leave the class out"
            faults.add(Problem(f"class {missing} has no rows", place, help))


def missing_classes(split: Split, classes: tuple[str, ...]) -> list[str]:
    """Return the names of the classes, in backticks, that have no row in the split."""
    return [shown(classes[index]) for index in np.flatnonzero(class_counts(split, len(classes)) == 0)]


def class_counts(split: Split, classes: int) -> np.ndarray:
    """Return (classes,) the number of rows of each class."""
    return np.bincount(split.y, minlength=classes)


def constant_columns(x: Examples, features: tuple[str, ...]) -> tuple[str, ...]:
    """Return a warning for each constant column of a table; x: float (n, columns)."""
    if x.ndim != 2 or x.dtype.kind != "f" or len(x) < 2:
        return ()
    first, same = x[0], np.ones(x.shape[1:], bool)
    for _, part in chunks(x):
        same &= (part == first).all(axis=0)
    columns = np.flatnonzero(same)
    kept = [
        f"column {_column(column, features)} holds {first[column]:g} in every training row, so it teaches nothing"
        for column in columns[:MOST]
    ]
    others = len(columns) - len(kept)
    return (*kept, *([f"{others} more constant column{'s' if others > 1 else ''}"] if others else []))


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
        self._numbers(self.split.x, "x", self.rows.schema.features)
        if self.rows.schema.classes:
            self._labels(self.split.y)
        else:
            self._numbers(self.split.y, "y", self.rows.schema.targets)

    def _numbers(self, values: Examples, what: str, columns: tuple[str, ...]) -> None:
        """Refuse NaN and infinity. Integers hold neither, so images are not scanned."""
        if values.dtype.kind != "f":
            return
        for start, part in chunks(values):
            if not (finite := np.isfinite(part)).all():
                self.faults.add_all(np.argwhere(~finite), partial(self._not_finite, part, start, what, columns))

    def _not_finite(
        self, part: np.ndarray, start: int, what: str, columns: tuple[str, ...], where: np.ndarray
    ) -> Problem:
        value = "NaN" if np.isnan(part[tuple(where)]) else "infinite"
        message = f"{what} is {value} in {self._row(start + where[0])}, {_cell(where[1:], columns)}"
        return Problem(message, self.place, "give a finite number, or leave the row out; counted from 1")

    def _labels(self, y: np.ndarray) -> None:
        """Refuse labels that are not the index of a class."""
        last = len(self.rows.schema.classes) - 1
        if y.dtype.kind not in "iu" or y.ndim != 1:
            message = f"labels must be one whole number a row, got {y.dtype} of shape {y.shape}"
            self.faults.add(Problem(message, self.place, f"give the index of the class, from 0 to {last}"))
            return

        def word(row: np.ndarray) -> Problem:
            message = f"label `{y[row]}` in {self._row(row)} is not the index of one of {last + 1} classes"
            return Problem(message, self.place, f"labels count from 0 to {last}")

        self.faults.add_all(np.flatnonzero((y < 0) | (y > last)), word)

    def _row(self, row: np.ndarray) -> str:
        return f"row {row + 1}" + (f" of the {self.name} split" if self.name else "")


def _cell(where: np.ndarray, columns: tuple[str, ...]) -> str:
    if len(where) == 1:
        return f"column {_column(where[0], columns)}"
    return f"position {', '.join(str(index + 1) for index in where)}"


def _column(column: int, names: tuple[str, ...]) -> str:
    return f"`{names[column]}`" if names else str(column + 1)
