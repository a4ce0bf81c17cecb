"""Columns of a table that may be meant otherwise than they are read."""

from collections.abc import Iterator

import numpy as np

from nntrain.config.messages import listed, shown
from nntrain.data.csv_layout import is_number
from nntrain.data.csv_text import CsvTable
from nntrain.data.examples import Rows
from nntrain.data.labels import FEW, note_on_numbers
from nntrain.data.row_file import Examples, chunks
from nntrain.errors import DataError, Problem

_MANY = 20  # classes whose names are numbers
_LEAST_ROWS = 10  # that show that a column counts them


def refuse_too_many_classes(table: CsvTable, rows: Rows) -> None:
    """Raise DataError when the column of classes holds measured numbers, or hardly any label twice."""
    names, count = rows.schema.classes, len(rows.remaining)
    if table.label is None or table.classes or len(names) <= FEW:
        return
    numbers = all(map(is_number, names))
    if numbers and any("." in name for name in names):
        what = f"holds {len(names):,} different numbers with decimals, which are not classes"
    elif 2 * len(names) > count:
        what = f"holds {len(names):,} different labels in {count:,} rows, too many to be classes"
    else:
        return
    help = f"write `target: {table.label}` to predict a number" if numbers else "name a column of classes with `label`"
    raise DataError(problems=[Problem(f"column {shown(table.label)} {what}", (*table.source, "label"), help)])


def notes(table: CsvTable, rows: Rows) -> Iterator[str]:
    """Yield what the user may not have meant: classes as numbers, numbers as classes, the number of the row as x."""
    names = rows.schema.classes
    if table.targets:
        name = f"column {shown(table.targets[0])}" if len(table.targets) == 1 else listed(table.targets)
        index = "make one column of them, and name it with `label`"
        note = note_on_numbers(rows.remaining.y, name, f"`label: {table.targets[0]}`", index)
        yield from [note] if note else []
    elif not table.classes and all(map(is_number, names)) and (len(names) > _MANY or not all(map(_is_whole, names))):
        help = f"`target: {table.label}` predicts them"
        yield f"the {len(names):,} numbers in column {shown(table.label)} are read as classes; {help}"
    for index in _counting_columns(rows.remaining.x):
        name = rows.schema.features[index]
        yield f"column {shown(name)} only numbers the rows; `ignore: [{name}]` leaves it out"


def _is_whole(number: str) -> bool:
    return float(number).is_integer()


def _counting_columns(x: Examples) -> np.ndarray:
    """Return the columns of (n, columns) whose values go up by one from row to row."""
    counts = np.full(x.shape[1], len(x) >= _LEAST_ROWS)
    for start, part in chunks(x):
        counts &= (part == x[0] + np.arange(start, start + len(part))[:, None]).all(axis=0)
        if not counts.any():
            break
    return np.flatnonzero(counts)
