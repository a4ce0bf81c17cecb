"""CSV files of numbers, read strictly: whatever is not plainly a number is an error with its line and column."""

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path as FilePath

import numpy as np

from nntrain.config.messages import listed, nearest, shown
from nntrain.data.checks import Faults
from nntrain.data.csv_text import SEPARATORS, CsvText
from nntrain.data.examples import Rows, Split
from nntrain.errors import Path, Problem, Span

LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Table:
    """x: (n, features) float32; y: (n,) int32 class indices, or (n, targets) float32; lines: (n,) line in the file."""

    file: str
    features: tuple[str, ...]
    targets: tuple[str, ...]
    classes: tuple[str, ...]
    x: np.ndarray
    y: np.ndarray
    lines: np.ndarray

    def split(self) -> Split:
        """All rows as one split."""
        return Split(self.x, self.y)

    def rows(self, validation: Split | None = None, test: Split | None = None) -> Rows:
        """All rows as the pool to split, beside the splits from other files."""
        return Rows(
            self.split(),
            self.split().schema(self.classes, self.features, self.targets),
            validation,
            test,
            self.file,
            self.lines,
        )


def read_table(
    path: str | FilePath,
    *,
    label: str | None = None,
    targets: Sequence[str] = (),
    separator: str = ",",
    ignore: Sequence[str] = (),
    classes: Sequence[str] = (),
    features: Sequence[str] = (),
    place: Path = (),
    source: Path = (),
) -> Table:
    """Reads a CSV file with a header: `label` names the column of classes, or `targets` those of numbers to predict.

    `classes` and `features`, where given, say which there must be and in which order; without them classes are sorted
    and every other column is a feature. `place` is the path in the config of the option that names the file, `source`
    that of the data source. Raises DataError with every fault and its line and column.
    """
    text = CsvText(path, separator, place)
    reader = _Reader(text, label, tuple(targets), tuple(ignore), tuple(classes), tuple(features), source)
    return reader.table()


def read_features(path: str | FilePath, features: Sequence[str], separator: str = ",") -> np.ndarray:
    """(n, features) float32: the named columns of a CSV file, in this order; other columns are left alone.

    Raises DataError with every fault and its line and column.
    """
    reader = _Reader(CsvText(path, separator), None, (), (), (), tuple(features), (), others_allowed=True)
    return reader.table().x


class _Reader:
    """One pass over the records of a file."""

    def __init__(
        self,
        text: CsvText,
        label: str | None,
        targets: tuple[str, ...],
        ignore: tuple[str, ...],
        classes: tuple[str, ...],
        features: tuple[str, ...],
        source: Path,
        others_allowed: bool = False,
    ) -> None:
        self.text, self.label, self.targets, self.ignore, self.source = text, label, targets, ignore, source
        self.classes, self.features = classes, features
        self.others_allowed = others_allowed
        self.faults = Faults()
        self.numbers, self.labels, self.lines = array("d"), list[str](), array("q")

    def table(self) -> Table:
        records = self.text.records()
        self.header_line, self.header = next(records)
        first = next(records, (0, []))
        self._take_header(first[1])
        for line, cells in chain([first], records):
            self._take_row(line, cells)
        self.faults.throw()
        numbers = np.frombuffer(self.numbers).reshape(len(self.lines), -1).astype(np.float32)
        x, targets = np.split(numbers, [len(self.features)], axis=1)
        y = self._indices() if self.label is not None else np.ascontiguousarray(targets)
        self.faults.throw()
        lines = np.array(self.lines)
        return Table(self.text.file, self.features, self.targets, self.classes, np.ascontiguousarray(x), y, lines)

    def _take_header(self, first: list[str]) -> None:
        self._refuse_no_header(first)
        self._refuse_bad_names()
        self._refuse_unknown_columns()
        self.faults.throw()
        if not first:
            raise self.text.error("there are no rows below the header", "give a row for each example", self._at(None))
        self.columns = [self.header.index(name) for name in (*self.features, *self.targets)]
        self.label_column = self.header.index(self.label) if self.label is not None else None

    def _refuse_no_header(self, first: list[str]) -> None:
        if len(self.header) == 1 and tuple(self.header) != self.features:
            separator = next((other for other in SEPARATORS if other in self.header[0]), None)
            help = f"write `separator: {SEPARATORS[separator]}`" if separator else "give a file of several columns"
            raise self.text.error(f"there is only one column, {shown(self.header[0])}", help, self._at(None))
        numeric = sum(_is_number(name) for name in self.header)
        unknown = not {self.label, *self.targets} - {None} <= set(self.header)
        counts = numeric < len(self.header) and _is_count(self.header, first)
        if counts or numeric == len(self.header) or (unknown and 2 * numeric > len(self.header)):
            help = "put a line with the names of the columns at the top"
            help += ", in place of the counts of rows and columns" if counts else ""
            raise self.text.error("the first line is not a header, it holds numbers", help, self._at(None))

    def _refuse_bad_names(self) -> None:
        for index, name in enumerate(self.header):
            if not name:
                self._fault(f"column {index + 1} has no name", "give the column a name", self._at(index))
            elif name in self.header[:index]:
                self._fault(f"the column {shown(name)} stands twice", "rename one of the two", self._at(index))

    def _refuse_unknown_columns(self) -> None:
        """Checks the names that the user gave, and settles which columns are features."""
        named = [("label", self.label)] if self.label is not None else [("target", name) for name in self.targets]
        for option, name in [*named, *(("ignore", name) for name in self.ignore)]:
            if name not in self.header:
                self._unknown(f"there is no column {shown(name)} in `{self.text.file}`", str(name), option)
        others = [name for name in self.header if name not in {self.label, *self.targets, *self.ignore}]
        for name in [name for name in self.features if name not in others]:
            help = f"add the column {shown(name)}, which the training rows have"
            self._fault(f"there is no column {shown(name)}", help, self._at(None))
        for name in [
            name for name in others if self.features and name not in self.features and not self.others_allowed
        ]:
            help = f"remove the column, or leave it out with `ignore: [{name}]`"
            self._fault(f"the other rows have no column {shown(name)}", help, self._at(self.header.index(name)))
        self.features = self.features or tuple(others)
        if not self.features:
            raise self.text.error("no column is left to learn from", "ignore fewer columns", self._at(None))

    def _unknown(self, message: str, name: str, option: str) -> None:
        close = nearest(name, self.header)
        help = f"write `{close}`" if close else f"its columns are {listed(self.header)}"
        self.faults.add(Problem(message, (*self.source, option), help))

    def _take_row(self, line: int, cells: list[str]) -> None:
        if len(cells) != len(self.header):
            message = f"the row has {len(cells)} cell{'s' * (len(cells) != 1)}, the header has {len(self.header)}"
            self._fault(message, "give every row a cell for each column", self.text.span(line))
            return
        texts = [cells[column] for column in self.columns]
        numbers = _numbers(texts)
        if numbers is None:
            self._refuse_cells(line, texts)
            return
        if self.label_column is not None:
            label = cells[self.label_column]
            if not label:
                self._fault_in(line, self.label_column, "is empty", "give the class, or remove the row")
            self.labels.append(label)
        self.numbers.extend(numbers)
        self.lines.append(line)

    def _refuse_cells(self, line: int, texts: list[str]) -> None:
        for column, text in zip(self.columns, texts, strict=True):
            if _numbers([text]) is None:
                what, help = _fault_of(text, self.header[column], self.header[column] in self.targets)
                self._fault_in(line, column, what, help)

    def _indices(self) -> np.ndarray:
        """(n,) the index of each row's class."""
        known = self.classes or _sorted(set(self.labels))
        index = {name: number for number, name in enumerate(known)}
        for label, line in zip(self.labels, self.lines, strict=True):
            if label not in index:
                close = nearest(label, known)
                help = f"write `{close}`" if close else f"the classes are {listed(known)}"
                self._fault_in(
                    line, self.label_column or 0, f"is {shown(label)}, which is not one of the classes", help
                )
        self.classes = known
        return np.array([index.get(label, 0) for label in self.labels], np.int32)

    def _fault_in(self, line: int, column: int, what: str, help: str) -> None:
        self._fault(f"column {shown(self.header[column])} {what}", help, self.text.span(line, column))

    def _fault(self, message: str, help: str, span: Span) -> None:
        self.faults.add(Problem(message, self.text.place, help, span))

    def _at(self, cell: int | None) -> Span:
        return self.text.span(self.header_line, cell)


def _numbers(texts: list[str]) -> list[float] | None:
    """The finite numbers that the texts are, or None when one of them is anything else."""
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        return None
    plain = all(-LARGEST <= number <= LARGEST for number in numbers) and not any("_" in text for text in texts)
    return numbers if plain else None


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text) is not None


def _is_count(header: list[str], first: list[str]) -> bool:
    """Whether the header is the counts of rows and features that scikit-learn's own files begin with."""
    return all(cell.isdecimal() for cell in header[:2]) and header[1] == str(len(first) - 1)


def _sorted(labels: Iterable[str]) -> tuple[str, ...]:
    """In the order of numbers if all are whole numbers as Python writes them; `007` is text."""
    names = sorted(labels)
    whole = all(re.fullmatch(r"0|-?[1-9]\d{0,17}", name) for name in names)
    return tuple(sorted(names, key=int) if whole else names)


def _fault_of(text: str, column: str, is_target: bool) -> tuple[str, str]:
    """What is wrong with a cell that is no number, and what to do about it."""
    fill = "give a number, or remove the row"
    if not text:
        return "is empty", fill
    what = f"is {shown(text)}, which is not a number"
    if match := re.fullmatch(r"([-+]?\d+),(\d+)", text):
        whole = f"`{match[1]}{match[2]}` or " if len(match[2]) == 3 else ""
        return what, f"write {whole}`{match[1]}.{match[2]}`"
    if re.fullmatch(r"[-+]?\d[\d_]*\.?\d*", text) and "_" in text:
        return what, f"write `{text.replace('_', '')}`"
    if _is_number(text):
        return f"is {shown(text)}, which is too large for a 32-bit float", "measure the column in a larger unit"
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        return f"is {shown(text)}, which is not a finite number", fill
    if is_target or text.lower() in {"na", "n/a", "none", "null", "?", "-"}:
        return what, fill
    return what, f"leave the column out with `ignore: [{column}]`"
