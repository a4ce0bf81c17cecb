"""Tables of text, read record by record: slower than pandas, and exact about what is wrong with a record."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial
from itertools import islice

import numpy as np

from nntrain.data.csv_faults import RecordFaults
from nntrain.data.csv_header import read_header
from nntrain.data.csv_text import CsvTable, CsvText
from nntrain.data.precision import EXACT_64, is_suspect, merged, whole_numbers
from nntrain.data.raw_table import Cells, Numbers, RawTable, Words, words_of
from nntrain.errors import Span

LARGEST = float(np.finfo(np.float32).max)
CODE = re.compile(r"0\d+", re.ASCII)  # as in `007`, which is not the number 7


def read_records(table: CsvTable, words: frozenset[str] = frozenset(), required: Sequence[str] = ()) -> RawTable:
    """Return the columns of a file; those in `words` as they are written, also where they are numbers.

    required: names that a header must have. Raises DataError with every record that cannot be a row, and its line.
    """
    text = CsvText(table)
    header = read_header(text, required)
    rows = list(islice(text.records(), 1, None))
    faults = RecordFaults(text, len(header), len(rows))
    for line, cells in rows:
        if len(cells) != len(header):
            faults.add(line, cells)
    faults.throw()
    columns = zip(*(cells for _, cells in rows), strict=True)
    found = {name: words_of(list(cells), table.missing) for name, cells in zip(header, columns, strict=True)}
    read = {name: cells if name in words else settled(cells, table) for name, cells in found.items()}
    return RawTable(read, text.file, table.place, partial(span_of, table, header), table.decimal)


def finite_numbers(texts: Sequence[str]) -> list[float] | None:
    """Return the numbers, or None when one of the texts is not a finite number of 32 bits, as people write it."""
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        return None
    is_finite = all(-LARGEST <= number <= LARGEST for number in numbers)
    return numbers if is_finite and all(text.isascii() and "_" not in text for text in texts) else None


def beyond_float64(texts: Iterable[str], numbers: Iterable[float]) -> np.ndarray | None:
    """Return the whole numbers of a column, exactly, where one is too large for float64 to hold it, else None.

    texts: the numbers as Python writes them; numbers: what they are as float64.
    """
    return whole_numbers(map(Decimal, texts)) if any(abs(number) >= EXACT_64 for number in numbers) else None


def fits(exact: np.ndarray) -> bool:
    """Return whether float64 (n,) are finite as float32, or NaN."""
    return bool(np.all(np.isnan(exact) | (np.abs(exact) <= LARGEST)))


def numbers_of(exact: np.ndarray, whole: np.ndarray | None = None) -> Numbers:
    """Return float64 (n,), NaN where a cell is empty, as a column of float32; whole: what float64 does not hold."""
    rounded = exact.astype(np.float32)
    present = exact[~np.isnan(exact)]
    lossy = len(present) and is_suspect(present.astype(np.float32))
    return Numbers(rounded, merged(present if whole is None else whole) if lossy else None)


def span_of(table: CsvTable, header: Sequence[str], row: int, column: str) -> Span | None:
    """Return where a cell is; the file is read again as far as its row."""
    text = CsvText(table)
    line, _ = next(islice(text.records(), row + 1, None))
    return text.span(line, header.index(column))


def settled(words: Words, table: CsvTable) -> Cells:
    """Return the column as numbers where every text is a finite number and none is a code such as `007`."""
    is_code = any(CODE.fullmatch(text) for text in words.names)
    texts = [table.number(text) for text in words.names]
    numbers = None if is_code else finite_numbers(texts)
    if numbers is None:
        return words
    return numbers_of(np.append(numbers, np.nan)[words.codes], beyond_float64(texts, numbers))
