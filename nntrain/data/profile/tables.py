"""The profile of a table in a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from nntrain.config.messages import counted, shown
from nntrain.config.table import Column
from nntrain.data.csv_faults import refuse_second_header
from nntrain.data.csv_text import CsvTable
from nntrain.data.duplicates import row_hashes
from nntrain.data.giveaway import CORRELATION, correlation, purity
from nntrain.data.labels import nearly_equal_names
from nntrain.data.profile.columns import described
from nntrain.data.profile.profile import ColumnProfile, Count, Profile
from nntrain.data.raw_table import Cells, Numbers, RawTable, Words
from nntrain.data.table_file import Form
from nntrain.data.table_formats import raw_table
from nntrain.data.table_kinds import FoundKind, kind_of
from nntrain.data.table_matrix import stacked
from nntrain.data.table_reader import refuse_unknown
from nntrain.data.table_request import TableRequest, TargetOptions
from nntrain.data.table_target import Target, read_target, rows_with_target
from nntrain.errors import DataError, Problem

_EXAMPLES = 3  # rows
_LEAST_ROWS = 20  # by which a column can be seen to determine the target


def profile_table(request: TableRequest) -> Profile:
    """Return what is in the file of a table; what would stop a training is among its problems.

    Raises DataError where the file is not a table, or lacks a column that the request names.
    """
    with raw_table(request.table, request.form, request.words, request.target.names) as source:
        raw, request = source.raw, request.with_kinds(source.kinds)
        refuse_unknown(raw, request)
        raw, without_target = rows_with_target(raw, request.target) if request.target.names else (raw, ())
        target, problems = _target(raw, request)
        found = {name: _found(raw, name, request) for name in raw.columns}
        columns = tuple(_column(raw, found[name], name, request, target) for name in raw.columns)
        problems += [problem for each in found.values() for problem in each.problems]
        problems = _second_header(raw) or problems
        return Profile(
            name=request.table.name,
            what=f"a table of {counted(len(columns), 'column')}",
            rows=len(raw),
            columns=columns,
            task=target.task if target else "",
            classes=_classes(target),
            duplicates=duplicates(raw, [name for name in raw.columns if found[name].kind != "identifier"]),
            examples=tuple(examples(raw)),
            problems=tuple(problems),
            warnings=tuple(nearly_equal_names(target.classes)) if target else (),
            notes=(*source.notes, *without_target, *(target.notes if target else ())),
        )


def profile_file(file: Path, targets: tuple[str, ...]) -> Profile:
    """Return what is in a file whose form is found; targets: the columns to predict. Raises as `profile_table`."""
    return profile_table(TableRequest(CsvTable(file), Form(), TargetOptions(targets)))


def _target(raw: RawTable, request: TableRequest) -> tuple[Target | None, list[Problem]]:
    """Return the target, or the problems that leave none."""
    if not request.target.names:
        return None, []
    try:
        return read_target(raw, request.target), []
    except DataError as error:
        return None, list(error.problems)


def _second_header(raw: RawTable) -> list[Problem]:
    """Return that the header stands again in a row, which is what is wrong with every column then."""
    try:
        refuse_second_header(raw)
    except DataError as error:
        return list(error.problems)
    return []


def _found(raw: RawTable, name: str, request: TableRequest) -> FoundKind:
    """Return the kind of a column; those that the model does not learn from are `drop`, with the reason."""
    roles = {"target": request.target.names, "ignore": request.ignore}
    roles |= {"group": (request.group,), "weight": (request.weight,)}
    option = next((option for option, names in roles.items() if name in names and (name or option == "ignore")), "")
    if option:
        return FoundKind("drop", why="the target" if option == "target" else f"`{option}` names it")
    given = request.given.get(name, request.given.get("..."))
    if not name and given is None:
        return FoundKind("drop", why="a column without a name")
    return kind_of(raw, name, given)


def _column(raw: RawTable, found: FoundKind, name: str, request: TableRequest, target: Target | None) -> ColumnProfile:
    if name in request.target.names:
        return _target_column(raw, name, target)
    column = described(raw, name, found, request.given.get(name, request.given.get("...")))
    away = target is not None and found.column is not None and gives_away(raw.columns[name], target)
    return replace(column, gives_target_away=away)


def _target_column(raw: RawTable, name: str, target: Target | None) -> ColumnProfile:
    """Return the target as a column: numbers, or classes."""
    cells = raw.columns[name]
    if target is not None and target.classes:
        cells = Words(target.y, target.classes)
        raw = replace(raw, columns={**raw.columns, name: cells})
    format = target.formats.get(name, "") if target else ""
    is_numeric = isinstance(cells, Numbers) or (target is not None and not target.classes)
    column = Column(name=name, kind="numeric", format=format) if is_numeric else None
    found = FoundKind("numeric" if is_numeric else "category", column, why="-")
    classes = target is not None and bool(target.classes)
    kind = "classes" if classes else "numbers" if found.kind == "numeric" else found.kind
    return replace(described(raw, name, found), kind=kind, reason="the target", is_target=True)


def gives_away(cells: Cells, target: Target) -> bool:
    """Return whether a column alone determines the target: one value for each class, or a line of the number."""
    if len(cells) < _LEAST_ROWS:
        return False
    codes = cells.codes if isinstance(cells, Words) else cells.values
    if target.classes:
        return purity(codes, target.y) == 1 or purity(cells.is_missing, target.y) == 1
    if isinstance(cells, Words):
        return False
    known = ~cells.is_missing
    strengths = [correlation(cells.values[known], y[known]) for y in target.y.astype(np.float64).T]
    return int(known.sum()) >= _LEAST_ROWS and max(strengths) >= CORRELATION


def duplicates(raw: RawTable, names: Sequence[str]) -> int:
    """Return how many rows are equal to one before them in these columns."""
    if not names:
        return 0
    columns = (raw.columns[name] for name in names)
    x = stacked([cells.values if isinstance(cells, Numbers) else cells.codes.astype(np.float32) for cells in columns])
    return len(x) - len(np.unique(row_hashes(x)))


def examples(raw: RawTable) -> Iterator[Mapping[str, str]]:
    """Yield a few rows, evenly over the file, as texts by column."""
    for row in np.unique(np.linspace(0, len(raw) - 1, _EXAMPLES).astype(np.int64)):
        yield {name: _text(cells, int(row)) for name, cells in raw.columns.items()}


def _text(cells: Cells, row: int) -> str:
    if isinstance(cells, Words):
        return cells.names[cells.codes[row]] if cells.codes[row] >= 0 else ""
    value = float(cells.values[row])
    return "" if value != value else f"{value:.7g}"


def _classes(target: Target | None) -> tuple[Count, ...]:
    if target is None or not target.classes:
        return ()
    counts = np.bincount(target.y, minlength=len(target.classes))
    return tuple(Count(shown(name).strip("`"), int(rows)) for name, rows in zip(target.classes, counts, strict=True))
