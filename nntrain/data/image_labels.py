"""A table of image files and their classes: the images it names, and every row that names none."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

import numpy as np

from nntrain.config.messages import counted, listed, shown
from nntrain.data.checks import Faults
from nntrain.data.csv_header import is_number
from nntrain.data.csv_text import CsvTable
from nntrain.data.image_files import SUFFIXES
from nntrain.data.labels import FEW
from nntrain.data.raw_table import RawTable, Words
from nntrain.data.table_file import Form
from nntrain.data.table_formats import raw_table
from nntrain.data.table_target import as_words, class_order
from nntrain.errors import DataError, NNTrainError, Path, Problem
from nntrain.nearest import near_path, nearest


@dataclass(frozen=True)
class LabelsFile:
    """A table with a column of files below a folder, and a column of classes; `place` is the option that names it.

    x_col, y_col: the names of the columns, empty where they are to be found. skip: whether missing images are left out.
    """

    path: str
    folder: str
    x_col: str = ""
    y_col: str = ""
    place: Path = ()
    source: Path = ()
    skip: bool = False

    def read(self) -> "Labelled":
        """Return the images, in the order of their rows. Raises DataError with every row that has a fault."""
        table = CsvTable(self.path, place=self.place, source=self.source)
        with raw_table(table, Form(), frozenset()) as found:
            columns = self._columns(found.raw)
        with raw_table(table, Form(), frozenset(columns)) as found:
            return _Rows(found.raw, *columns, self).read(found.notes)

    def names_images(self) -> bool:
        """Return whether the table has a column of images in the folder. Only the first row is looked at."""
        try:
            with raw_table(CsvTable(self.path), Form(), frozenset()) as found:
                return any(self._names_an_image(found.raw, name) for name in found.raw.columns)
        except NNTrainError:
            return False

    def _columns(self, raw: RawTable) -> tuple[str, str]:
        """Return the names of the two columns. Raises DataError."""
        faults, names = Faults(), [name for name in raw.columns if name]
        for option, name in (("x_col", self.x_col), ("y_col", self.y_col)):
            if name and name not in raw.columns:
                close = nearest(name, names)
                help = f"write `{close}`" if close else f"its columns are {listed(names, 12)}"
                message = f"there is no column {shown(name)} in `{raw.file}`"
                faults.add(Problem(message, (*self.source, option), help))
        faults.throw()
        x = self.x_col or next((name for name in names if name != self.y_col and self._names_an_image(raw, name)), "")
        x = x or next((name for name in names if name != self.y_col), "")
        others = [name for name in names if name != x]
        if not x or not others:
            message = (
                f"`{raw.file}` has {counted(len(raw.columns), 'column')}, and needs one of files and one of classes"
            )
            raise DataError(problems=[Problem(message, raw.place, "write a header such as `filename,class`")])
        if not self.y_col and len(others) > 1:
            message = f"`{raw.file}` has several columns that may hold the classes: {listed(others, 12)}"
            help = f"name the column with `y_col`, such as `y_col: {others[0]}`"
            raise DataError(problems=[Problem(message, raw.place, help)])
        return x, self.y_col or others[0]

    def _names_an_image(self, raw: RawTable, name: str) -> bool:
        first = as_words(raw.columns[name]).names[:1]
        return bool(first) and self.file_of(first[0]) is not None

    def file_of(self, written: str) -> str | None:
        """Return the path of the image that a cell names, with its suffix or without; None where there is none."""
        for name in (written, written.replace("\\", "/")):  # as Windows separates folders
            path = os.path.normpath(os.path.join(self.folder, name))  # noqa: PTH118, pathlib keeps `..`
            for suffix in ("", *SUFFIXES):
                if "\0" not in path and os.path.isfile(path + suffix):  # noqa: PTH113, four times as fast
                    return path + suffix
        return None

    def is_outside(self, written: str) -> bool:
        """Return whether a cell names a path that is not below the folder."""
        folder = os.path.normpath(self.folder)
        path = os.path.normpath(os.path.join(folder, written.replace("\\", "/")))  # noqa: PTH118
        return not path.startswith(folder.rstrip("/") + "/")


@dataclass(frozen=True)
class Labelled:
    """files: the images. y: int32 (n,), the class of each.

    `warnings` are rows that are left out, `notes` how the table was read.
    """

    files: list[FilePath]
    y: np.ndarray
    classes: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Rows:
    """The rows of one table."""

    raw: RawTable
    x_col: str
    y_col: str
    asked: LabelsFile

    def read(self, notes: Sequence[str]) -> Labelled:
        x, y = as_words(self.raw.columns[self.x_col]), as_words(self.raw.columns[self.y_col])
        faults = Faults()
        for name, words in ((self.x_col, x), (self.y_col, y)):
            for row in np.flatnonzero(words.is_missing):
                faults.add(self._problem(int(row), name, f"{shown(name)} is empty", "give it, or remove the row"))
        self._refuse_numbers(y, faults)
        faults.throw()
        found = self._found(x, faults)
        missing = [code for code, _ in _first_rows(x) if code not in found]
        kept = self._kept([found.get(int(code)) for code in x.codes], y, faults)
        faults.throw()
        if not kept:
            raise DataError(problems=[Problem(f"`{self.raw.file}` names no image", self.raw.place, "check the paths")])
        classes = class_order({y.names[code] for code in y.codes[kept]})
        position = {name: index for index, name in enumerate(classes)}
        labels = np.array([position[y.names[code]] for code in y.codes[kept]], np.int32)
        files = [FilePath(found[int(x.codes[row])]) for row in kept]
        return Labelled(files, labels, classes, tuple(self._warnings(x, missing, len(kept))), tuple(notes))

    @property
    def _folder(self) -> str:
        return self.asked.folder

    def _found(self, x: Words, faults: Faults) -> dict[int, str]:
        """Return the path of each different text that names an image."""
        found = {}
        for code, row in _first_rows(x):
            written = x.names[code]
            if self.asked.is_outside(written):
                help = "give paths below the folder, or another `path`"
                faults.add(self._problem(row, self.x_col, f"{shown(written)} is outside of `{self._folder}`", help))
            elif path := self.asked.file_of(written):
                found[code] = path
            elif not self.asked.skip:
                faults.add(self._missing(row, written))
        return found

    def _kept(self, paths: Sequence[str | None], y: Words, faults: Faults) -> list[int]:
        """Return the rows that name an image for the first time; one that gives it another class is a fault."""
        first: dict[str, int] = {}
        for row, path in enumerate(paths):
            if path is not None and y.codes[first.setdefault(path, row)] != y.codes[row]:
                before, now = y.names[y.codes[first[path]]], y.names[y.codes[row]]
                line = self.raw.span(first[path], self.y_col)
                where = f"line {line.line}" if line else f"row {first[path] + 1}"
                message = f"`{path}` is {shown(now)} here, and {shown(before)} in {where}"
                faults.add(self._problem(row, self.y_col, message, "give each image one class"))
        return list(first.values())

    def _warnings(self, x: Words, missing: Sequence[int], kept: int) -> Iterator[str]:
        lost = int(np.isin(x.codes, missing).sum())
        if lost:
            rows = f"{lost:,} of {counted(len(x), 'row')} of `{self.raw.file}`"
            first = shown(x.names[missing[0]])
            are = "name images that do not exist, and are" if lost > 1 else "names an image that does not exist, and is"
            yield f"{rows} {are} left out; the first is {first}"
        if again := len(x) - lost - kept:
            name, are = ("name", "are") if again > 1 else ("names", "is")
            yield f"{counted(again, 'row')} of `{self.raw.file}` {name} an image of an earlier row, and {are} left out"

    def _refuse_numbers(self, y: Words, faults: Faults) -> None:
        if len(y.names) <= FEW:
            return
        if all(map(is_number, y.names)) and any("." in name for name in y.names):
            what = f"holds {len(y.names):,} different numbers with decimals, which are not classes"
        elif 2 * len(y.names) > len(y):
            what = f"holds {len(y.names):,} different labels in {len(y):,} rows, too many to be classes"
        else:
            return
        help = "name the column of classes with `y_col`"
        faults.add(Problem(f"column {shown(self.y_col)} {what}", self.raw.place, help))

    def _missing(self, row: int, written: str) -> Problem:
        help = near_path(FilePath(self._folder, written), written, SUFFIXES)
        help = f"{help}; `on_bad: skip` leaves such rows out"
        return self._problem(row, self.x_col, f"there is no image {shown(written)} in `{self._folder}`", help)

    def _problem(self, row: int, column: str, message: str, help: str) -> Problem:
        span = self.raw.span(row, column)
        where = "" if span else f" in row {row + 1}"
        return Problem(message + where, self.raw.place, help, span)


def _first_rows(words: Words) -> list[tuple[int, int]]:
    """Return each code with the first row that has it, in the order of the rows."""
    codes, rows = np.unique(words.codes, return_index=True)
    return sorted(zip(codes.tolist(), rows.tolist(), strict=True), key=lambda pair: pair[1])
