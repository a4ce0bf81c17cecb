"""CSV files of numbers, read record by record: whatever is not a number is an error with its line and column."""

import re
from array import array
from itertools import islice

import numpy as np

from nntrain.config.messages import listed, nearest, shown
from nntrain.data.checks import Faults
from nntrain.data.csv_layout import class_order, find_layout, is_number
from nntrain.data.csv_text import CsvTable, CsvText
from nntrain.data.examples import Rows
from nntrain.errors import Problem, Span

LARGEST = float(np.finfo(np.float32).max)


def read_records(table: CsvTable) -> Rows:
    """Return the rows of a CSV file with a header. Raises DataError with every fault and its line and column."""
    return _Reader(CsvText(table), table).rows()


def finite_numbers(texts: list[str]) -> list[float] | None:
    """Return the numbers, or None when one of the texts is not a finite number of 32 bits."""
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        return None
    plain = all(-LARGEST <= number <= LARGEST for number in numbers) and not any("_" in text for text in texts)
    return numbers if plain else None


class _Reader:
    """One pass over the records of a file."""

    def __init__(self, text: CsvText, table: CsvTable) -> None:
        self.text, self.classes = text, table.classes
        self.layout = find_layout(text, table)
        self.faults, self.unknown_labels = Faults(), Faults()
        self.numbers, self.labels = array("d"), list[str]()

    def rows(self) -> Rows:
        for line, cells in islice(self.text.records(), 1, None):
            self._take(line, cells)
        self.faults.throw()
        self.unknown_labels.throw()
        numbers = np.frombuffer(self.numbers).reshape(-1, len(self.layout.numbers)).astype(np.float32)
        classes = self.classes or class_order(set(self.labels))
        index = {name: number for number, name in enumerate(classes)}
        return self.layout.rows([numbers.T], np.array([index[label] for label in self.labels], np.int32), classes)

    def _take(self, line: int, cells: list[str]) -> None:
        header = self.layout.header
        if len(cells) != len(header):
            message = f"the row has {len(cells)} cell{'s' * (len(cells) != 1)}, the header has {len(header)}"
            self._fault(message, "give every row a cell for each column", self.text.span(line))
            return
        texts = [cells[column] for column in self.layout.numbers]
        numbers = finite_numbers(texts)
        if numbers is None:
            self._refuse_cells(line, texts)
            return
        self.numbers.extend(numbers)
        if self.layout.label is not None:
            self._take_label(line, cells[self.layout.label], self.layout.label)

    def _refuse_cells(self, line: int, texts: list[str]) -> None:
        for column, text in zip(self.layout.numbers, texts, strict=True):
            if finite_numbers([text]) is None:
                name = self.layout.header[column]
                what, help = _fault_of(text, name, name in self.layout.targets)
                self._fault(f"column {shown(name)} {what}", help, self.text.span(line, column))

    def _take_label(self, line: int, label: str, column: int) -> None:
        named = f"column {shown(self.layout.header[column])}"
        if not label:
            self._fault(f"{named} is empty", "give the class, or remove the row", self.text.span(line, column))
        elif self.classes and label not in self.classes:
            close = nearest(label, self.classes)
            help = f"write `{close}`" if close else f"the classes are {listed(self.classes)}"
            message = f"{named} is {shown(label)}, which is not one of the classes"
            self.unknown_labels.add(Problem(message, self.text.place, help, self.text.span(line, column)))
        self.labels.append(label)

    def _fault(self, message: str, help: str, span: Span) -> None:
        self.faults.add(Problem(message, self.text.place, help, span))


def _fault_of(text: str, column: str, is_target: bool) -> tuple[str, str]:
    """Return what is wrong with a cell that is not a number, and what to do about it."""
    fill = "give a number, or remove the row"
    if not text:
        return "is empty", fill
    what = f"is {shown(text)}, which is not a number"
    if match := re.fullmatch(r"([-+]?\d+),(\d+)", text):
        whole = f"`{match[1]}{match[2]}` or " if len(match[2]) == 3 else ""
        return what, f"write {whole}`{match[1]}.{match[2]}`"
    if re.fullmatch(r"[-+]?\d[\d_]*\.?\d*", text) and "_" in text:
        return what, f"write `{text.replace('_', '')}`"
    if is_number(text):
        return f"is {shown(text)}, which is too large for a 32-bit float", "measure the column in a larger unit"
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        return f"is {shown(text)}, which is not a finite number", fill
    if is_target or text.lower() in {"na", "n/a", "none", "null", "?", "-"}:
        return what, fill
    return what, f"leave the column out with `ignore: [{column}]`"
