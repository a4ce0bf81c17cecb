"""Different cells of a column that would become one number: codes such as `007` and `7`, and large whole numbers."""

import re
from itertools import islice
from typing import NamedTuple

import numpy as np

from nntrain.config.messages import shown
from nntrain.data.checks import Faults
from nntrain.data.csv_layout import Layout
from nntrain.data.csv_text import CsvText
from nntrain.data.precision import is_suspect
from nntrain.errors import Problem

CODE = re.compile(r"0\d+", re.ASCII)


class _Cell(NamedTuple):
    exact: int | float | str  # the number, or the code with its zeros
    text: str


def refuse_merged(text: CsvText, layout: Layout, numbers: np.ndarray) -> None:
    """Raise DataError for columns in which two different codes or whole numbers become one, or all numbers do.

    numbers: float64 (n, features + targets), the columns of `layout.numbers`.
    """
    has_codes = re.search(rf'[{re.escape(text.separator)}"\r\n]\s*0\d', text.text) is not None
    rounded = numbers.astype(np.float32).T
    seen: dict[int, dict[np.float32, _Cell]] = {
        column: {} for column, values in zip(layout.numbers, rounded, strict=True) if has_codes or is_suspect(values)
    }
    constant = {column for column, values in zip(layout.numbers, rounded, strict=True) if (values == values[0]).all()}
    faults = Faults()
    for line, cells in islice(text.records(), 1, None) if seen else ():
        for column in list(seen):
            cell = _cell(cells[column])
            if isinstance(cell.exact, float) and column not in constant:
                continue
            first = seen[column].setdefault(np.float32(float(cell.text)), cell)
            if first.exact != cell.exact:
                name = layout.header[column]
                message, help = _words(first, cell, name, name in layout.targets)
                faults.add(Problem(message, text.place, help, text.span(line, column)))
                del seen[column]
    faults.throw()


def _cell(text: str) -> _Cell:
    if CODE.fullmatch(text):
        return _Cell(text, text)
    if match := re.fullmatch(r"([-+]?)0*(\d+)", text, re.ASCII):
        return _Cell(int(match[1] + match[2]), text)
    number = float(text)
    return _Cell(int(number) if number.is_integer() else number, text)


def _words(first: _Cell, second: _Cell, name: str, is_target: bool) -> tuple[str, str]:
    """Return the message and the help for two cells of a column."""
    leave_out = f"leave the column out with `ignore: [{name}]`"
    both = f"column {shown(name)}: {shown(first.text)} and {shown(second.text)} become"
    if isinstance(first.exact, str) or isinstance(second.exact, str):
        return f"{both} the same number", "write them alike" if is_target else f"{leave_out} if these are codes"
    help = "subtract the lowest value from the column"
    return f"{both} the same 32-bit float", help if is_target else f"{help}, or {leave_out}"
