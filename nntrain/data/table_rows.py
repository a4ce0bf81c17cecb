"""Columns that say how the rows of a table belong together, and how much they count: group, time, weight."""

import numpy as np

from nntrain.config.messages import counted, shown
from nntrain.data.raw_table import Numbers, RawTable, Words
from nntrain.data.table_dates import find_format, parsed
from nntrain.data.table_kinds import as_numbers
from nntrain.data.table_request import TableRequest
from nntrain.document.yaml_file import inline
from nntrain.errors import DataError, Problem


def groups_of(raw: RawTable, request: TableRequest) -> np.ndarray | None:
    """Return int64 (n,), the group of each row. Raises DataError where one has none."""
    if not request.group:
        return None
    cells = raw.columns[request.group]
    _refuse_empty(raw, request.group, "group")
    if isinstance(cells, Words):
        return cells.codes.astype(np.int64)
    return np.unique(cells.values, return_inverse=True)[1].astype(np.int64)


def weights_of(raw: RawTable, request: TableRequest) -> np.ndarray | None:
    """Return float32 (n,), the weight of each row. Raises DataError for what is not a weight."""
    if not request.weight:
        return None
    _refuse_empty(raw, request.weight, "weight")
    cells = raw.columns[request.weight]
    if isinstance(cells, Numbers) and cells.values.min() >= 0 and cells.values.max() > 0:
        return cells.values
    message = f"column {shown(request.weight)} holds no weights, which are numbers from 0"
    raise DataError(problems=[Problem(message, (*request.table.source, "weight"), "name another column")])


def times_of(raw: RawTable, request: TableRequest) -> np.ndarray | None:
    """Return int64 or float64 (n,) that rise with the time of the row. Raises DataError where one has none."""
    if not request.time:
        return None
    name = request.time
    cells, given = raw.columns[name], request.given.get(name)
    _refuse_empty(raw, name, "time")
    if isinstance(cells, Numbers):
        return cells.values.astype(np.float64)
    form = (given.format if given and given.kind == "date" else "") or find_format(cells.names).format
    if form and not (dates := parsed(cells.names, form)).isna().any():
        return np.asarray(dates.as_unit("ns").asi8[cells.codes])
    numbers, wrong = as_numbers(cells, raw.decimal)
    if wrong:
        message = f"column {shown(name)} holds neither dates in one format nor numbers, for example {shown(wrong[0])}"
        help = f"write `{inline({'columns': {name: {'date': '%d %b %Y'}}})[1:-1]}`"
        raise DataError(problems=[Problem(message, (*request.table.source, "time"), help)])
    return numbers.values.astype(np.float64)


def _refuse_empty(raw: RawTable, name: str, option: str) -> None:
    rows = np.flatnonzero(raw.columns[name].is_missing)
    if len(rows):
        span = raw.span(int(rows[0]), name)
        message = f"the {option} column {shown(name)} is empty in {counted(len(rows), 'row')}"
        raise DataError(problems=[Problem(message, raw.place, f"give the {option} of every row", span)])
