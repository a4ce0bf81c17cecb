"""Where the columns of a CSV file are: its header, compared with what to read of it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from nntrain.config.messages import listed, shown
from nntrain.data.checks import Faults
from nntrain.data.csv_text import SEPARATORS, CsvTable, CsvText
from nntrain.data.examples import Rows, Split
from nntrain.data.labels import names_that_look_equal
from nntrain.errors import Problem, Span
from nntrain.nearest import nearest

_TILE_ROWS = 2048


@dataclass(frozen=True)
class Layout:
    """The columns of one file. `numbers` are the positions of the features, then of the targets."""

    header: tuple[str, ...]
    features: tuple[str, ...]
    targets: tuple[str, ...]
    numbers: tuple[int, ...]
    label: int | None

    def rows(self, numbers: Sequence[np.ndarray], labels: np.ndarray, classes: Sequence[str]) -> Rows:
        """Return the rows of blocks of float32 (features + targets, n), and of int32 (n,), the class of each row."""
        count = len(self.features)
        x = _joined([block[:count] for block in numbers])
        y = _joined([block[count:] for block in numbers]) if self.label is None else labels
        split = Split(x, y)
        return Rows(split, split.schema(classes, self.features, self.targets))


def find_layout(text: CsvText, table: CsvTable) -> Layout:
    """Return where the columns are. Raises DataError with every fault of the header, and when no row follows it."""
    records = text.records()
    line, header = next(records)
    _, first = next(records, (0, []))
    return _Header(text, table, line, header).layout(first)


def class_order(labels: Iterable[str]) -> tuple[str, ...]:
    """Return the labels sorted, as numbers if all are whole numbers as Python writes them; `007` is text."""
    names = sorted(labels)
    whole = all(re.fullmatch(r"0|-?[1-9]\d{0,17}", name, re.ASCII) for name in names)
    return tuple(sorted(names, key=int) if whole else names)


def is_number(text: str) -> bool:
    """Return whether the text is a number as people write it, of any size."""
    return re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text, re.ASCII) is not None


@dataclass(frozen=True)
class _Header:
    """The first record of a file."""

    text: CsvText
    table: CsvTable
    line: int
    names: list[str]
    faults: Faults = field(default_factory=Faults)

    def layout(self, first: list[str]) -> Layout:
        """Return where the columns are; `first` is the record below the header."""
        self._refuse_no_header(first)
        self._refuse_bad_names()
        features = self._features()
        self.faults.throw()
        if not first:
            raise self.text.error("there are no rows below the header", "give a row for each example", self._at(None))
        label, targets = self.table.label, self.table.targets
        numbers = tuple(self.names.index(name) for name in (*features, *targets))
        return Layout(tuple(self.names), features, targets, numbers, None if label is None else self.names.index(label))

    def _refuse_no_header(self, first: list[str]) -> None:
        names, wanted = self.names, {self.table.label, *self.table.targets} - {None}
        if len(names) == 1 and tuple(names) != self.table.features:
            separator = next((other for other in SEPARATORS if other in names[0]), None)
            help = f"write `separator: {SEPARATORS[separator]}`" if separator else "give a file of several columns"
            raise self.text.error(f"there is only one column, {shown(names[0])}", help, self._at(None))
        numeric = sum(is_number(name) for name in names)
        counts = numeric < len(names) and _is_count(names, first)
        if counts or numeric == len(names) or (not wanted <= set(names) and 2 * numeric > len(names)):
            help = "put a line with the names of the columns at the top"
            help += ", in place of the counts of rows and columns" if counts else ""
            raise self.text.error("the first line is not a header, it holds numbers", help, self._at(None))

    def _refuse_bad_names(self) -> None:
        for index, name in enumerate(self.names):
            if not name and "" not in self.table.ignore and not self.table.others_allowed:
                help = "give the column a name, or leave it out with `ignore: ['']`"
                help += "; `to_csv(..., index=False)` of pandas writes no such column" if index == 0 else ""
                self._fault(f"column {index + 1} has no name", help, index)
            elif name and name in self.names[:index]:
                self._fault(f"the column {shown(name)} stands twice", "rename one of the two", index)

    def _features(self) -> tuple[str, ...]:
        """Return the names of the features, once all names that the user gave are in the file."""
        table = self.table
        named = [("label", table.label)] if table.label is not None else [("target", n) for n in table.targets]
        for option, name in [*named, *(("ignore", name) for name in table.ignore)]:
            if name not in self.names:
                self._unknown(str(name), option)
        others = [name for name in self.names if name not in {table.label, *table.targets, *table.ignore}]
        self._compare(others)
        if not (features := table.features or tuple(others)):
            raise self.text.error("no column is left to learn from", "ignore fewer columns", self._at(None))
        return features

    def _unknown(self, name: str, option: str) -> None:
        close = nearest(name, self.names)
        help = f"write `{close}`" if close else f"its columns are {listed(self.names)}"
        message = f"there is no column {shown(name)} in `{self.text.file}`"
        for other in self.names:
            for asked, found in names_that_look_equal([name, other]):
                message = f"there is no column `{asked}` in `{self.text.file}`, but `{found}`, which looks equal"
                help = "write the same name in both, without unseen characters"
        self.faults.add(Problem(message, (*self.table.source, option), help))

    def _compare(self, others: list[str]) -> None:
        """Adds a fault for each column that this file or the training rows lack."""
        features = self.table.features
        for name in [name for name in features if name not in others]:
            help = f"add the column {shown(name)}, which the training rows have"
            self._fault(f"there is no column {shown(name)}", help, None)
        if not features or self.table.others_allowed:
            return
        for name in [name for name in others if name not in features]:
            help = f"remove the column, or leave it out with `ignore: [{name}]`"
            self._fault(f"the other rows have no column {shown(name)}", help, self.names.index(name))

    def _fault(self, message: str, help: str, column: int | None) -> None:
        self.faults.add(Problem(message, self.text.place, help, self._at(column)))

    def _at(self, column: int | None) -> Span:
        return self.text.span(self.line, column)


def _joined(blocks: Sequence[np.ndarray]) -> np.ndarray:
    """Return the columns of all blocks, each (columns, n), as rows; a few rows at a time stay in the cache."""
    rows = np.empty((sum(block.shape[1] for block in blocks), len(blocks[0])), np.float32)
    start = 0
    for block in blocks:
        for first in range(0, block.shape[1], _TILE_ROWS):
            tile = block[:, first : first + _TILE_ROWS]
            rows[start : start + tile.shape[1]] = tile.T
            start += tile.shape[1]
    return rows


def _is_count(header: list[str], first: list[str]) -> bool:
    """Return whether the header is the counts of rows and features that scikit-learn's own files begin with."""
    return all(cell.isdecimal() for cell in header[:2]) and header[1] == str(len(first) - 1)
