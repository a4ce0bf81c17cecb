"""A table from a file to rows: kinds of columns, target, matrix, and how the rows belong together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from nntrain.config.messages import counted, listed, shown
from nntrain.config.table import Table
from nntrain.data.checks import Faults
from nntrain.data.csv_faults import refuse_long_names, refuse_second_header
from nntrain.data.csv_text import CsvTable
from nntrain.data.examples import Rows, Split
from nntrain.data.labels import names_that_look_equal
from nntrain.data.raw_table import Numbers, RawTable
from nntrain.data.table_cache import LEAST_BYTES, Encoded, cached
from nntrain.data.table_file import Form, form_like
from nntrain.data.table_formats import raw_table
from nntrain.data.table_kinds import FoundKind, kind_of
from nntrain.data.table_matrix import Matrix, matrix
from nntrain.data.table_request import TableRequest, TargetOptions, Task
from nntrain.data.table_rows import groups_of, times_of, weights_of
from nntrain.data.table_target import as_words, classes_of, numbers_to_predict, read_target, rows_with_target
from nntrain.document.yaml_file import inline
from nntrain.errors import DataError, Problem
from nntrain.nearest import nearest

_LEAST_ROWS = 10  # that show that a column counts them
_NAMELESS = "the column without a name"
_LEFT_OUT = {"constant": "constant", "identifier": "identifier", "text": "free text", "drop": "dropped"}


@dataclass(frozen=True)
class Loaded:
    """The rows, and what was found about them: kinds by column as a config gives them, and how the file is written."""

    rows: Rows
    form: Form
    kinds: Mapping[str, str | dict[str, str]]
    classes: tuple[str, ...]
    task: Task


def load_rows(request: TableRequest, split_files: Mapping[str, str], least_kept: int = LEAST_BYTES) -> Loaded:
    """Return the rows of a table, and of the files that hold splits of their own, by the name of the split.

    least_kept: the size of a file from which what was read is kept for the next start. Raises DataError with every
    fault and its line and column.
    """
    found = cached(request, partial(_encoded, request), least_kept)
    table, split = found.table, Split(found.x, found.y, found.weights)
    others = _split_files(request, found, split_files)
    schema = split.schema(found.classes, table.names, () if found.classes else request.target.names)
    has_missing = any(bool(np.isnan(x.min(initial=0))) for x in (found.x, *(other.x for other in others.values())))
    schema = replace(schema, sizes=table.sizes, has_missing=has_missing, counts=found.task == "counts")
    noted = (*found.notes, *(note for other in others.values() for note in other.notes))
    splits = {name: other.split for name, other in others.items()}
    validation, test = splits.get("validation"), splits.get("test")
    rows = Rows(split, schema, validation, test, (), noted, table, found.groups, found.times)
    return Loaded(rows, found.form, found.kinds, found.classes, found.task)


def _encoded(request: TableRequest) -> Encoded:
    """Return the table as the model sees it; raises DataError."""
    with raw_table(request.table, request.form, request.words, request.target.names, request.written) as source:
        raw, form, notes = source.raw, source.form, source.notes
        request = request.with_kinds(source.kinds)
        refuse_unknown(raw, request)
        refuse_second_header(raw)
        raw, without_target = rows_with_target(raw, request.target)
        target = read_target(raw, request.target)
        kinds = _kinds(raw, request)
        columns = tuple(found.column for found in kinds.values() if found.column is not None)
        refuse_long_names(raw, (*target.classes, *(name for column in columns for name in column.categories)))
        found = matrix(raw, columns)
        weights, groups, times = weights_of(raw, request), groups_of(raw, request), times_of(raw, request)
        noted = (*notes, *without_target, *_notes_on_kinds(kinds, request), *_counting(raw, kinds), *target.notes)
        noted += tuple(_notes_on_formats(kinds, target.formats))
    table = Table(
        columns=columns,
        left_out=tuple(name for name in raw.columns if name not in {column.name for column in columns}),
        missing=tuple(sorted(request.table.missing)),
        separator=form.separator or ",",
        decimal="," if form.decimal == "," else ".",
        encoding=form.encoding or "utf-8",
        formats=dict(target.formats),
    )
    written: dict[str, Any] = {name: found.written for name, found in kinds.items()}
    written |= {name: {"numeric": format} for name, format in target.formats.items()}
    return Encoded(found.x, target.y, weights, groups, times, table, form, written, target.classes, target.task, noted)


@dataclass(frozen=True)
class Like:
    """Rows with the columns of a table. x: float32 (n, columns), NaN where missing; y: as in `Split`.

    differences: from the file of that table. unseen: by column the rows whose category no training row has.
    """

    x: np.ndarray
    y: np.ndarray
    differences: tuple[str, ...]
    unseen: Mapping[str, int]
    table: Table | None
    file: str

    @property
    def notes(self) -> tuple[str, ...]:
        """The differences, and how many rows have an unseen category."""
        return (*self.differences, *(() if self.table is None else notes_on_unseen(self.table, self.unseen, self.file)))

    @property
    def split(self) -> Split:
        """The rows without the notes."""
        return Split(self.x, self.y)


def read_like(table: Table, file: CsvTable, target: TargetOptions | None = None, classes: tuple[str, ...] = ()) -> Like:
    """Return the rows of a file that has the columns of a table; y has no column without a target.

    Raises DataError with every fault and its line and column.
    """
    words = {column.name for column in table.columns if column.kind != "numeric"}
    names = () if target is None else target.names
    words |= set(names if classes else ())
    asked = replace(file, missing=frozenset(table.missing))
    form = form_like(asked, Form(table.separator, table.decimal))
    required = [*(column.name for column in table.columns), *names]
    with raw_table(asked, form, frozenset(words), required, table.written) as source:
        raw, notes = source.raw, source.notes
        _refuse_missing(raw, required)
        if target:
            raw, without_target = rows_with_target(raw, target)
            notes = (*notes, *without_target)
        found = _matrix_like(raw, table)
        y = (
            _labels(raw, replace(target, formats=table.formats), classes)
            if target
            else np.zeros((len(raw), 0), np.float32)
        )
    differences = (*notes, *_other_columns(raw, table, names, file.name))
    return Like(found.x, y, differences, found.unseen, table, file.name)


def _matrix_like(raw: RawTable, table: Table) -> Matrix:
    """Return the columns; the help of an error is about the rows, since the kinds of the columns are known."""
    try:
        return matrix(raw, table.columns)
    except DataError as error:
        help = "give numbers, as the training rows have, or leave the cell empty"
        cured = [replace(each, help=help) if "`columns:" in each.help else each for each in error.problems]
        raise DataError(problems=cured) from None


def _labels(raw: RawTable, target: TargetOptions, classes: tuple[str, ...]) -> np.ndarray:
    if not classes:
        return (
            read_target(raw, replace(target, task=target.task or "regression")).y
            if len(raw) > 1
            else numbers_to_predict(raw, target.names, target.formats)
        )
    name = target.names[0]
    read = read_target(raw, replace(target, task="classification", classes=classes))
    return read.y if read.classes == classes else classes_of(raw, name, as_words(raw.columns[name]), classes)[0]


def refuse_unknown(raw: RawTable, request: TableRequest) -> None:
    """Raise DataError for each name in the config that no column has."""
    source, faults = request.table.source, Faults()
    named = [("target", name) for name in request.target.names]
    named += [("ignore", name) for name in request.ignore]
    single = (("weight", request.weight), ("group", request.group), ("time", request.time))
    named += [(option, name) for option, name in single if name]
    for option, name in named:
        if name not in raw.columns:
            faults.add(_unknown(raw, name, (*source, option)))
    for name in request.given:
        if name not in raw.columns and name != "...":
            faults.add(_unknown(raw, name, (*source, "columns", name)))
    faults.throw()


def _unknown(raw: RawTable, name: str, path: tuple[str | int, ...]) -> Problem:
    close = nearest(name, raw.columns)
    help = f"write `{close}`" if close else f"its columns are {listed(raw.columns)}"
    if quoted := next((other for other in raw.columns if other == f"'{name}'"), ""):
        help = f'write `"{quoted}"`, with the quotes that the file has around its names'
    message = f"there is no column {shown(name)} in `{raw.file}`"
    for other in raw.columns:
        for asked, found in names_that_look_equal([name, other]):
            message = f"there is no column `{asked}` in `{raw.file}`, but `{found}`, which looks equal"
            help = "write the same name in both, without unseen characters"
    return Problem(message, path, help, on_key=path[-1] == name)


def _refuse_missing(raw: RawTable, required: Sequence[str]) -> None:
    faults = Faults()
    for name in required:
        if name not in raw.columns:
            close = nearest(name, raw.columns)
            help = f"add the column {shown(name)}, which the training rows have"
            help += f", or rename `{close}`" if close else ""
            faults.add(Problem(f"there is no column {shown(name)} in `{raw.file}`", raw.place, help))
    faults.throw()


def _kinds(raw: RawTable, request: TableRequest) -> dict[str, FoundKind]:
    """Return the kind of every column that is not the target, ignored or the group."""
    out = {*request.target.names, *request.ignore, request.group or None, request.weight or None}
    general = request.given.get("...")
    kinds = {
        name: kind_of(raw, name, request.given.get(name, general))
        for name in raw.columns
        if name not in out and not (name == "" and name not in request.given)
    }
    if "" in raw.columns and "" not in request.ignore and "" not in kinds:
        kinds[""] = FoundKind("drop", why=_NAMELESS)
    faults = Faults()
    for found in kinds.values():
        for problem in found.problems:
            faults.add(problem)
    faults.throw()
    if not any(found.column for found in kinds.values()):
        why = "; ".join(f"{shown(name)}: {found.why or found.kind}" for name, found in islice(kinds.items(), 5))
        help = f"left out are {why}" if why else "ignore fewer columns" if request.ignore else "give more columns"
        raise DataError(problems=[Problem("no column is left to learn from", raw.place, help)])
    return kinds


def _notes_on_kinds(kinds: Mapping[str, FoundKind], request: TableRequest) -> Iterator[str]:
    out = {name: found for name, found in kinds.items() if found.column is None and name not in request.given}
    if out:
        words = ", ".join(f"{shown(name)} ({_why(found)})" if name else _NAMELESS for name, found in out.items())
        yield f"left out: {words}; `{inline({'columns': {next(iter(out)): 'category'}})[1:-1]}` keeps one"


def _notes_on_formats(kinds: Mapping[str, FoundKind], of_targets: Mapping[str, str]) -> Iterator[str]:
    """Yield a note for each style of numbers that are not written plainly, with its columns."""
    columns = [found.column for found in kinds.values() if found.column is not None and found.kind == "numeric"]
    formats = {**{column.name: column.format for column in columns}, **of_targets}
    for format in dict.fromkeys(filter(None, formats.values())):
        names = [name for name, other in formats.items() if other == format]
        yield f"the numbers in {listed(names)} are written as {shown(format)}"


def _why(found: FoundKind) -> str:
    kind = _LEFT_OUT[found.kind]
    return f"{kind}: {found.why}" if found.why and found.kind != "drop" else found.why or kind


def _counting(raw: RawTable, kinds: Mapping[str, FoundKind]) -> Iterator[str]:
    """Yield a note for each column of numbers that go up by one from row to row."""
    for name, found in kinds.items():
        cells = raw.columns[name]
        if found.kind == "numeric" and isinstance(cells, Numbers) and len(cells) >= _LEAST_ROWS:
            values = cells.values
            if values[1] - values[0] == 1 and (np.diff(values) == 1).all():
                yield f"column {shown(name)} only numbers the rows; `{inline({'ignore': [name]})[1:-1]}` leaves it out"


def _split_files(request: TableRequest, main: Encoded, files: Mapping[str, str]) -> dict[str, Like]:
    asked, found = replace(request.target, task=main.task), {}
    for name, path in files.items():
        file = replace(request.table, path=FilePath(path), place=(*request.table.source, name, "file"))
        found[name] = read_like(main.table, file, asked, main.classes)
    return found


def _other_columns(raw: RawTable, table: Table, targets: Sequence[str], file: str) -> Iterator[str]:
    known = {*(column.name for column in table.columns), *table.left_out, *targets}
    if others := [name for name in raw.columns if name not in known]:
        yield f"`{file}` has columns that the training rows do not have, which are ignored: {listed(others)}"


def notes_on_unseen(table: Table, unseen: Mapping[str, int], file: str) -> Iterator[str]:
    """Yield a note for each column with categories that no training row has; unseen: how many rows, by column."""
    for name, count in unseen.items():
        column = next(column for column in table.columns if column.name == name)
        what = (
            "a word that is neither of the two" if column.kind == "boolean" else "a category that no training row has"
        )
        yield f"column {shown(name)} of `{file}`: {counted(count, 'row')} with {what}"
