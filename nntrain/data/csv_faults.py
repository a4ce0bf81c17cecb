"""What is wrong with the rows of a table: one problem for all cells of a column that are wrong in the same way."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from nntrain.config.messages import listed, shown
from nntrain.data.checks import Faults
from nntrain.data.csv_header import is_number
from nntrain.data.csv_text import CsvText
from nntrain.data.labels import names_that_look_equal
from nntrain.data.raw_table import RawTable, Words
from nntrain.errors import DataError, Problem
from nntrain.nearest import nearest

MISSING = {"na", "n/a", "nan", "none", "null", "?", "-", "."}
"""Words that mostly stand for a missing cell, in small letters; none of them does so by itself."""
MOST_LETTERS_OF_A_NAME = 10_000
_SHOWN = 3  # texts that a message quotes
_SYMBOL = r"[^\w\s.,+-]"  # $, €, %, °
_MINUS = {"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-"}


class CellFault(NamedTuple):
    """What is wrong with a cell: in words of one cell and of several, and the kind of its cure.

    written: what to write instead, or the help.
    """

    one: str
    several: str
    cure: str
    written: str = ""


@lru_cache(1024)
def cell_fault(text: str) -> CellFault:
    """Return what is wrong with a cell that is not a finite number of 32 bits."""
    if not text:
        return CellFault("is empty", "are empty", "fill")
    if is_number(text):
        words = "too large for a 32-bit float"
        return CellFault(f"is {shown(text)}, which is {words}", f"are {words}", "rescale")
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        return CellFault(f"is {shown(text)}, which is not a finite number", "are not finite numbers", "fill")
    written = " or ".join(f"`{number}`" for number in spelled_numbers(text))
    cure = "spell" if written else "fill" if text.lower() in MISSING else "leave out"
    return CellFault(f"is {shown(text)}, which is not a number", "are not numbers", cure, written)


def spelled_numbers(text: str) -> list[str]:
    """Return the numbers that the text may mean, as Python writes them: `1,234.5 €` is `1234.5`, `1,5` is `1.5`."""
    if any("<super>" in unicodedata.decomposition(char) or "<sub>" in unicodedata.decomposition(char) for char in text):
        return []  # `5²` is not 52
    seen = (char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    plain = "".join(_MINUS.get(char, char) for char in seen)
    plain = "".join(str(unicodedata.decimal(char, char)) for char in plain)
    match = re.fullmatch(rf"{_SYMBOL}?\s*([-+]?)\s*{_SYMBOL}?\s*(\d[\d.,'’_\s]*)({_SYMBOL}|\s*[^\W\d_]{{2,3}})?", plain)
    if match is None:
        return [plain] if plain != text and is_number(plain) else []
    digits = re.sub(r"['’_\s]", "", match[2])
    thousands, decimal = (",", ".") if digits.rfind(".") > digits.rfind(",") else (".", ",")
    if digits.count(decimal) == 1:
        found = [digits.replace(thousands, "").replace(decimal, ".")]
        if decimal == "," and re.fullmatch(r"\d{1,3},\d{3}", digits):
            found.insert(0, digits.replace(",", ""))
    else:
        is_grouped = re.fullmatch(r"\d+|\d{1,3}([.,]\d{3})+", digits)
        found = [re.sub("[.,]", "", digits)] if is_grouped else []
    return [match[1] + number for number in found if is_number(number)]


@dataclass
class RecordFaults:
    """Records of a file that have another number of cells than the header, grouped by that number."""

    text: CsvText
    columns: int
    rows: int
    found: dict[str, tuple[int, CellFault, int]] = field(default_factory=dict)  # first line, fault, records

    def add(self, line: int, cells: Sequence[str]) -> None:
        """Add a record."""
        fault = length_fault(cells, self.columns)
        first, fault, count = self.found.get(fault.several + fault.cure, (line, fault, 0))
        self.found[fault.several + fault.cure] = first, fault, count + 1

    def throw(self) -> None:
        """Raise DataError when there is any such record."""
        faults = Faults()
        for line, fault, count in self.found.values():
            message, help = f"the row {fault.one}", fault.written
            if count > 1:
                message = f"{count:,} of {self.rows:,} rows {fault.several}, the first in line {line}"
            if count == self.rows > 1 and fault.cure == "name":
                help = "begin the header with a name for the first column, and leave it out with `ignore: [that name]`"
            faults.add(Problem(message, self.text.place, help, self.text.span(line)))
        faults.throw()


def refuse_second_header(raw: RawTable) -> None:
    """Raise DataError where a row holds the names of all columns, which makes every column one of words."""
    columns = raw.columns.items()
    if not all(isinstance(cells, Words) and name in cells.names for name, cells in columns):
        return
    found = [raw.words(name).codes == raw.words(name).names.index(name) for name, _ in columns]
    for row in np.flatnonzero(np.all(found, axis=0))[:1]:
        span = raw.span(int(row), next(iter(raw.columns)))
        where = f"line {span.line}" if span else f"row {row + 1}"
        raise DataError(problems=[Problem(f"the header stands again in {where}", raw.place, "remove that line", span)])


def refuse_long_names(raw: RawTable, texts: Iterable[str]) -> None:
    """Raise DataError for a column whose name is too long for the files of a run, or a category or class that is.

    texts: the categories and the classes.
    """
    faults = Faults()
    for what, names in (("name of a column", raw.columns), ("category or class", texts)):
        for name in names:
            if len(name) > MOST_LETTERS_OF_A_NAME:
                message = f"a {what} has {len(name):,} letters, more than {MOST_LETTERS_OF_A_NAME:,}"
                faults.add(Problem(message, raw.place, f"shorten the one that begins with {shown(name[:20])}"))
    faults.throw()


def cell_problems(raw: RawTable, name: str, bad: Mapping[str, CellFault], help: str) -> Iterator[Problem]:
    """Yield a problem for all cells of a column that are wrong in the same way.

    bad: what is wrong with each text that the column holds. help: for cells that are not numbers in another spelling.
    """
    words = raw.words(name)
    kinds: dict[tuple[str, str], list[str]] = {}
    for text, fault in bad.items():
        kinds.setdefault((fault.several, fault.cure), []).append(text)
    for texts in kinds.values():
        rows = np.flatnonzero(np.isin(words.codes, [words.names.index(text) for text in texts]))
        first = words.names[words.codes[rows[0]]]
        yield _problem(raw, name, (bad[first], texts, rows), help)


def _problem(raw: RawTable, name: str, group: tuple[CellFault, list[str], np.ndarray], help: str) -> Problem:
    fault, texts, rows = group
    span = raw.span(int(rows[0]), name)
    where = f"line {span.line}" if span else f"row {rows[0] + 1}"
    message = f"column {shown(name)} {fault.one}"
    if len(rows) > 1:
        examples = "" if fault.cure in ("rescale", "class") else f": {listed(texts[:_SHOWN])}"
        message = f"column {shown(name)}: {len(rows):,} of {len(raw):,} cells {fault.several}{examples}"
        message += f", the first in {where}"
    elif span is None:
        message += f", in {where}"
    if fault.cure == "spell":
        help = f"write {fault.written}{' for the first, and the others alike' if len(rows) > 1 else ''}"
    elif fault.cure == "rescale":
        help = "measure the column in a larger unit"
    elif fault.cure == "class":
        help = fault.written
    return Problem(message, raw.place, help, span)


def length_fault(cells: Sequence[str], columns: int) -> CellFault:
    """Return what is wrong with a row of these cells."""
    have = f"{len(cells)} cell{'' if len(cells) == 1 else 's'}, the header has {columns}"
    help = "give every row a cell for each column"
    if len(cells) > columns and not cells[-1]:
        help = "remove the separator at the end of the row"
    elif len(cells) > columns and any(cell.isdecimal() for cell in cells):
        help += "; for `1,234.5` or `1,5` write `1234.5` or `1.5`"
    is_longer = len(cells) == columns + 1 and cells[-1]
    return CellFault(f"has {have}", f"have {have}", "name" if is_longer else "length", help)


def class_fault(label: str, classes: Sequence[str]) -> CellFault:
    """Return what is wrong with a label that is not one of the classes."""
    close = nearest(label, classes)
    for name in classes:
        for seen, known in names_that_look_equal([label, name]):
            words = f"`{seen}`, which looks like the class `{known}`, and is not the same"
            return CellFault(f"is {words}", f"are {words}", "class", f"write `{known}`")
    words = f"{shown(label)}, which is not one of the classes"
    help = f"write `{close}`" if close else f"the classes are {listed(classes)}"
    return CellFault(f"is {words}", f"are {words}", "class", help)
