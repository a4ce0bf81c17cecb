"""CSV files of numbers, read record by record: whatever is not a number is an error with its line and column."""

from array import array
from itertools import islice

import numpy as np

from nntrain.data.csv_faults import TableFaults, cell_fault, length_fault
from nntrain.data.csv_layout import class_order, find_layout
from nntrain.data.csv_merged import refuse_merged
from nntrain.data.csv_text import CsvTable, CsvText
from nntrain.data.examples import Rows

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
    is_finite = all(-LARGEST <= number <= LARGEST for number in numbers)
    return numbers if is_finite and all(text.isascii() and "_" not in text for text in texts) else None


class _Reader:
    """One pass over the records of a file."""

    def __init__(self, text: CsvText, table: CsvTable) -> None:
        self.text, self.classes, self.like_others = text, table.classes, bool(table.features)
        self.layout = find_layout(text, table)
        self.faults = TableFaults(text, self.layout)
        self.numbers, self.labels = array("d"), list[str]()

    def rows(self) -> Rows:
        for line, cells in islice(self.text.records(), 1, None):
            self.faults.rows += 1
            self._take(line, cells)
        self.faults.throw(self.classes)
        exact = np.frombuffer(self.numbers).reshape(-1, len(self.layout.numbers))
        if not self.like_others:
            refuse_merged(self.text, self.layout, exact)
        numbers = exact.astype(np.float32)
        classes = self.classes or class_order(set(self.labels))
        index = {name: number for number, name in enumerate(classes)}
        return self.layout.rows([numbers.T], np.array([index[label] for label in self.labels], np.int32), classes)

    def _take(self, line: int, cells: list[str]) -> None:
        if len(cells) != len(self.layout.header):
            self.faults.add(line, None, length_fault(cells, len(self.layout.header)))
            return
        texts = [cells[column] for column in self.layout.numbers]
        if (numbers := finite_numbers(texts)) is not None:
            self.numbers.extend(numbers)
        else:
            wrong = (place for place in zip(self.layout.numbers, texts, strict=True) if not finite_numbers([place[1]]))
            for column, text in wrong:
                self.faults.add(line, column, cell_fault(text))
        if self.layout.label is not None:
            self._take_label(line, cells[self.layout.label], self.layout.label)

    def _take_label(self, line: int, label: str, column: int) -> None:
        if not label:
            self.faults.add(line, column, cell_fault(label))
        elif self.classes and label not in self.classes:
            self.faults.add_label(line, label)
        self.labels.append(label)
