"""The header of a CSV file: the names of its columns, and what is wrong with them."""

import re
from collections.abc import Iterable
from itertools import islice

from nntrain.config.messages import shown
from nntrain.data.checks import Faults
from nntrain.data.csv_text import SEPARATORS, CsvText, evenness
from nntrain.errors import Problem, Span

_LINES_ABOVE = 20  # of a header, such as the title of a report


def read_header(text: CsvText, required: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names of the columns; one may be empty.

    required: names that a header should have. Raises DataError with every fault of it, and where no row follows it.
    """
    records = text.records()
    line, names = next(records)
    _, first = next(records, (0, []))
    whole = text.span(line)
    _refuse_no_header(text, names, first, set(required), whole)
    faults = Faults()
    for index, name in enumerate(names):
        if name in names[:index]:
            message = f"the column {shown(name)} stands twice" if name else f"column {index + 1} has no name"
            help = "rename one of the two" if name else "give every column a name, or remove the columns that are empty"
            faults.add(Problem(message, text.place, help, text.span(line, index)))
    faults.throw()
    if not first:
        raise text.error("there are no rows below the header", "give a row for each example", whole)
    return tuple(names)


def is_number(text: str) -> bool:
    """Return whether the text is a number as people write it, of any size."""
    return re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text, re.ASCII) is not None


def _refuse_no_header(text: CsvText, names: list[str], first: list[str], required: set[str], whole: Span) -> None:
    if len(names) == 1 and not required & set(names):
        raise text.error(f"there is only one column, {shown(names[0])}", _help_for_one(text, names[0]), whole)
    numeric = sum(is_number(name) for name in names)
    counts = numeric < len(names) and _is_count(names, first)
    if counts or numeric == len(names) or (not required <= set(names) and 2 * numeric > len(names)):
        help = "put a line with the names of the columns at the top"
        help += ", in place of the counts of rows and columns" if counts else ""
        raise text.error("the first line is not a header, it holds numbers", help, whole)


def _help_for_one(text: CsvText, name: str) -> str:
    """Return what may be meant by a header of one column."""
    if separator := next((other for other in SEPARATORS if other in name), None):
        return f"write `separator: {SEPARATORS[separator]}`"
    below = ((line, len(cells)) for line, cells in islice(text.records(), 1, _LINES_ABOVE))
    if found := next(((line, cells) for line, cells in below if cells > 1), None):
        return f"remove the lines above line {found[0]}, which has {found[1]} cells, if that is the header"
    if evenness(text.text, " ")[0]:
        return "write `separator: ' '` below `table:`, or put commas between the cells, in place of the spaces"
    if len(name.split()) > 1:
        return "put commas between the cells, in place of the spaces"
    return "give a file of several columns"


def _is_count(header: list[str], first: list[str]) -> bool:
    """Return whether the header is the counts of rows and features that scikit-learn's own files begin with."""
    return all(cell.isdecimal() for cell in header[:2]) and header[1] == str(len(first) - 1)
