"""The header of a CSV file: the names of its columns, and what is wrong with them."""

import re
from collections.abc import Iterable

from nntrain.config.messages import shown
from nntrain.data.checks import Faults
from nntrain.data.csv_text import SEPARATORS, CsvText
from nntrain.errors import Problem, Span


def read_header(text: CsvText, wanted: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names of the columns; one may be empty.

    wanted: names that a header should have. Raises DataError with every fault of it, and where no row follows it.
    """
    records = text.records()
    line, names = next(records)
    _, first = next(records, (0, []))
    whole = text.span(line)
    _refuse_no_header(text, names, first, set(wanted), whole)
    faults = Faults()
    for index, name in enumerate(names):
        if name in names[:index]:
            message = f"the column {shown(name)} stands twice" if name else f"column {index + 1} has no name"
            help = "rename one of the two" if name else "give every column a name"
            faults.add(Problem(message, text.place, help, text.span(line, index)))
    faults.throw()
    if not first:
        raise text.error("there are no rows below the header", "give a row for each example", whole)
    return tuple(names)


def is_number(text: str) -> bool:
    """Return whether the text is a number as people write it, of any size."""
    return re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text, re.ASCII) is not None


def _refuse_no_header(text: CsvText, names: list[str], first: list[str], wanted: set[str], whole: Span) -> None:
    if len(names) == 1 and not wanted & set(names):
        separator = next((other for other in SEPARATORS if other in names[0]), None)
        help = f"write `separator: {SEPARATORS[separator]}`" if separator else "give a file of several columns"
        raise text.error(f"there is only one column, {shown(names[0])}", help, whole)
    numeric = sum(is_number(name) for name in names)
    counts = numeric < len(names) and _is_count(names, first)
    if counts or numeric == len(names) or (not wanted <= set(names) and 2 * numeric > len(names)):
        help = "put a line with the names of the columns at the top"
        help += ", in place of the counts of rows and columns" if counts else ""
        raise text.error("the first line is not a header, it holds numbers", help, whole)


def _is_count(header: list[str], first: list[str]) -> bool:
    """Return whether the header is the counts of rows and features that scikit-learn's own files begin with."""
    return all(cell.isdecimal() for cell in header[:2]) and header[1] == str(len(first) - 1)
