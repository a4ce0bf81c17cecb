"""What is wrong with the rows of a CSV file: one fault for all cells of a column that are wrong in the same way."""

import re
import unicodedata
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from nntrain.config.messages import listed, shown
from nntrain.data.checks import MOST, Faults
from nntrain.data.csv_layout import Layout, is_number
from nntrain.data.csv_text import CsvText
from nntrain.data.labels import names_that_look_equal
from nntrain.errors import Problem
from nntrain.nearest import nearest

_MISSING = {"na", "n/a", "none", "null", "?", "-", "."}
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
    """Return what is wrong with a cell that is no finite number of 32 bits."""
    if not text:
        return CellFault("is empty", "are empty", "fill")
    if is_number(text):
        words = "too large for a 32-bit float"
        return CellFault(f"is {shown(text)}, which is {words}", f"are {words}", "rescale")
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        return CellFault(f"is {shown(text)}, which is not a finite number", "are not finite numbers", "fill")
    written = " or ".join(f"`{number}`" for number in spelled_numbers(text))
    cure = "spell" if written else "fill" if text.lower() in _MISSING else "leave out"
    return CellFault(f"is {shown(text)}, which is not a number", "are not numbers", cure, written)


def spelled_numbers(text: str) -> list[str]:
    """Return the numbers that the text may mean, as Python writes them: `1,234.5 €` is `1234.5`, `1,5` is `1.5`."""
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
class _Group:
    """Rows that are wrong in the same way: how many, in which column, and where the first one is."""

    line: int
    column: int | None
    fault: CellFault = CellFault("is not one of the classes", "are not one of the classes", "class")
    count: int = 0


@dataclass
class TableFaults:
    """The faults of a file, grouped by column and kind. `rows` are those that were read so far."""

    text: CsvText
    layout: Layout
    rows: int = 0
    groups: dict[Hashable, _Group] = field(default_factory=dict)
    labels: dict[str, _Group] = field(default_factory=dict)

    def add(self, line: int, column: int | None, fault: CellFault) -> None:
        """Add a fault of a cell, or of the whole row where the column is None."""
        group = self.groups.setdefault((column, fault.several, fault.cure), _Group(line, column, fault))
        group.count += 1

    def add_label(self, line: int, label: str) -> None:
        """Add a label that is not one of the classes."""
        self.labels.setdefault(label, _Group(line, self.layout.label)).count += 1

    def throw(self, classes: Sequence[str]) -> None:
        """Raise DataError when there is any fault; labels are shown where nothing else is wrong."""
        faults = Faults()
        for label, group in () if self.groups else islice(self.labels.items(), MOST):
            group.fault = class_fault(label, classes)
        for group in self.groups.values() or self.labels.values():
            problem = Problem(self._message(group), self.text.place, self._help(group))
            faults.add(
                replace(problem, span=self.text.span(group.line, group.column)) if len(faults.kept) < MOST else problem
            )
        faults.throw()

    def _message(self, group: _Group) -> str:
        name = "" if group.column is None else f"column {shown(self.layout.header[group.column])}"
        if group.count == 1:
            return f"{name or 'the row'} {group.fault.one}"
        counted = f"{group.count:,} of {self.rows:,} {'cells' if name else 'rows'} {group.fault.several}"
        return f"{name}{': ' * bool(name)}{counted}, the first in line {group.line}"

    def _help(self, group: _Group) -> str:
        column, cure, several = group.column, group.fault.cure, group.count > 1
        if cure == "name" and group.count == self.rows > 1:
            return "begin the header with a name for the first column, and leave it out with `ignore: [that name]`"
        if column is None or cure == "class":
            return group.fault.written
        if cure == "spell":
            return f"write {group.fault.written}{' for the first, and the others alike' * several}"
        if cure == "rescale":
            return "measure the column in a larger unit"
        name, is_most = self.layout.header[column], 2 * group.count >= self.rows
        leave_out = f"leave the column out with `ignore: [{name}]`"
        if column == self.layout.label:
            return f"give the class, or remove the row{'s' * several}"
        if name in self.layout.targets:
            is_words = cure == "leave out" and group.count == self.rows > 1
            return f"write `label: {name}` for a column of classes" if is_words else _fill(several)
        if cure == "leave out" and is_most:
            return leave_out
        return f"{_fill(several)}, or {leave_out}" if several else _fill(several)


def _fill(several: bool) -> str:
    return "give numbers, or remove the rows" if several else "give a number, or remove the row"


def length_fault(cells: Sequence[str], columns: int) -> CellFault:
    """Return what is wrong with a row of these cells."""
    have = f"{len(cells)} cell{'s' * (len(cells) != 1)}, the header has {columns}"
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
