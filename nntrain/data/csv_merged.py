"""Different cells of a column that would become one number: codes such as `007` and `7`, and large whole numbers."""

import re
from itertools import islice
from typing import NamedTuple

import numpy as np

from nntrain.config.messages import shown
from nntrain.data.checks import Faults
from nntrain.data.csv_layout import Layout
from nntrain.data.csv_text import CsvText
from nntrain.errors import Problem

EXACT = 2.0**24  # the whole numbers up to it are exact as float32
CODE = re.compile(r"0\d+", re.ASCII)


class _Cell(NamedTuple):
    exact: int | str  # the number, or the code with its zeros
    text: str


def refuse_merged(text: CsvText, layout: Layout, numbers: np.ndarray) -> None:
    """Raise DataError for columns in which two different whole numbers, or codes, become one.

    numbers: float64 (n, features + targets), the columns of `layout.numbers`.
    """
    has_codes = re.search(rf'[{re.escape(text.separator)}"\r\n]\s*0\d', text.text) is not None
    suspects = np.flatnonzero((np.abs(numbers) >= EXACT).any(axis=0) | has_codes)
    columns = [layout.numbers[place] for place in suspects]
    seen: dict[int, dict[np.float32, _Cell]] = {column: {} for column in columns}
    faults = Faults()
    for line, cells in islice(text.records(), 1, None) if columns else ():
        for column in list(seen):
            cell = _cell(cells[column])
            if cell is None:
                continue
            first = seen[column].setdefault(np.float32(float(cell.text)), cell)
            if first.exact != cell.exact:
                name = layout.header[column]
                message, help = _words(first, cell, name, name in layout.targets)
                faults.add(Problem(message, text.place, help, text.span(line, column)))
                del seen[column]
    faults.throw()


def merges(values: np.ndarray) -> bool:
    """Return whether two different whole numbers, (n,) of any dtype, are one as float32."""
    whole = np.unique(values if values.dtype.kind != "f" else values[values == np.floor(values)])
    return len(np.unique(whole.astype(np.float64).astype(np.float32))) < len(whole)


def _cell(text: str) -> _Cell | None:
    """Return the whole number or the code; None for another number."""
    if CODE.fullmatch(text):
        return _Cell(text, text)
    if re.fullmatch(r"[-+]?\d+", text, re.ASCII):
        return _Cell(int(text), text)
    return _Cell(int(float(text)), text) if float(text).is_integer() else None


def _words(first: _Cell, second: _Cell, name: str, is_target: bool) -> tuple[str, str]:
    """Return the message and the help for two cells of a column."""
    leave_out = f"leave the column out with `ignore: [{name}]`"
    both = f"column {shown(name)}: {shown(first.text)} and {shown(second.text)} become"
    if isinstance(first.exact, str) or isinstance(second.exact, str):
        return f"{both} the same number", "write them alike" if is_target else f"{leave_out} if these are codes"
    help = "subtract the lowest value from the column"
    return f"{both} the same 32-bit float", help if is_target else f"{help}, or {leave_out}"
