"""The target of a table: classes or numbers, by plain rules unless the config says which."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from nntrain.config.messages import counted, listed, shown
from nntrain.data.checks import MOST, Faults
from nntrain.data.csv_faults import cell_problems, class_fault, spelled_numbers
from nntrain.data.csv_header import is_number
from nntrain.data.csv_records import CODE
from nntrain.data.labels import FEW, few_different, note_on_counts, note_on_numbers
from nntrain.data.raw_table import Cells, Numbers, RawTable, Words
from nntrain.data.table_kinds import as_numbers, in_doubt, mostly_spelled, numeric, styles_of, with_comma
from nntrain.data.table_request import TargetOptions, Task
from nntrain.data.written_numbers import comma_style
from nntrain.errors import DataError, Problem

_MANY = 20  # classes whose names are numbers


@dataclass(frozen=True)
class Target:
    """y: int32 (n,), the class of each row, or float32 (n, targets). `classes` are empty for a regression.

    formats: of the targets whose numbers are not written plainly.
    """

    y: np.ndarray
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    task: Task = "classification"
    formats: Mapping[str, str] = field(default_factory=dict)


def class_order(labels: Iterable[str]) -> tuple[str, ...]:
    """Return the labels sorted, as numbers if all are whole numbers as Python writes them; `007` is text."""
    names = sorted(labels)
    whole = all(re.fullmatch(r"0|-?[1-9]\d{0,17}", name, re.ASCII) for name in names)
    return tuple(sorted(names, key=int) if whole else names)


def read_target(raw: RawTable, options: TargetOptions) -> Target:
    """Return the target. Raises DataError with every cell that is missing, no number, or no class."""
    _refuse_missing(raw, options)
    task = options.task or ("classification" if options.classes else inferred(raw, options.names))
    if task != "classification":
        return _of_numbers(raw, options, task)
    if len(options.names) > 1:
        message = f"a classification has one target, got {listed(options.names)}"
        help = "name one column of classes, or write `task: regression`"
        raise DataError(problems=[Problem(message, (*options.source, "target"), help)])
    words = as_words(raw.columns[options.names[0]])
    if not options.classes:
        _refuse_too_many(words, options, len(raw))
    y, classes = classes_of(raw, options.names[0], words, options.classes)
    return Target(y, classes, tuple(_notes_on_classes(classes, options)))


def lacks_target(raw: RawTable, names: Sequence[str]) -> np.ndarray:
    """Return (n,) whether a row has an empty cell in one of the columns to predict."""
    return np.asarray(np.any([raw.columns[name].is_missing for name in names], axis=0))


def rows_with_target(raw: RawTable, options: TargetOptions) -> tuple[RawTable, tuple[str, ...]]:
    """Return the rows that are to be read, and a note on those that are left out because they have no target."""
    lacks = lacks_target(raw, options.names)
    if not options.skip_missing or lacks.all() or not lacks.any():
        return raw, ()
    kept = np.flatnonzero(~lacks)
    lost = counted(len(raw) - len(kept), "row")
    return raw.take(kept), (f"{lost} of `{raw.file}` without {listed(options.names)} left out",)


def inferred(raw: RawTable, names: Sequence[str]) -> Task:
    """Return classification for one column of words or of at most ten different whole numbers, else regression."""
    cells = raw.columns[names[0]]
    if len(names) > 1:
        return "regression"
    if isinstance(cells, Words):
        if any(CODE.fullmatch(text) for text in cells.names):
            return "classification"
        if styles_of(raw, names[0]) or comma_style(cells.names, raw.decimal):
            return "regression"
        numbers = [is_number(text) for text in cells.names]
        return "regression" if 2 * cells.counts[np.array(numbers, bool)].sum() >= len(cells) else "classification"
    if cells.merged is not None:
        return "regression"  # which refuses them: as float32 they are not the classes that the file holds
    few = few_different(cells.values)
    return "classification" if few is not None and (few == np.floor(few)).all() else "regression"


def as_words(cells: Cells) -> Words:
    """Return numbers as texts: whole ones without a decimal point."""
    if isinstance(cells, Words):
        return cells
    distinct, codes = np.unique(cells.values, return_inverse=True)
    return Words(codes.astype(np.int32), tuple(_text(float(value)) for value in distinct))


def classes_of(raw: RawTable, name: str, words: Words, classes: tuple[str, ...]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return int32 (n,), the class of each row, and the classes: the given ones, else every text of the column.

    A text that is the same whole number as a class is that class. Raises DataError for any other.
    """
    classes = classes or class_order(words.names)
    position = {label: index for index, label in enumerate(classes)}
    found = [position.get(text, position.get(_whole(text), -1)) for text in words.names]
    unknown = [text for text, index in zip(words.names, found, strict=True) if index < 0]
    faults = Faults()
    raw = replace(raw, columns={**raw.columns, name: words})
    for text in unknown[:MOST]:
        for problem in cell_problems(raw, name, {text: class_fault(text, classes)}, ""):
            faults.add(problem)
    faults.others += len(unknown[MOST:])
    faults.throw()
    return np.array(found, np.int32)[words.codes], classes


def numbers_to_predict(raw: RawTable, names: Sequence[str], formats: Mapping[str, str]) -> np.ndarray:
    """Return float32 (n, targets); formats: of numbers that are not written plainly.

    Raises DataError for cells that are not numbers.
    """
    faults, columns = Faults(), []
    for name in names:
        format = formats.get(name, "")
        for problem in numeric(raw, name, format).problems:
            faults.add(replace(problem, help=_help_for_target(problem)))
        cells = raw.columns[name]
        columns.append((cells if isinstance(cells, Numbers) else as_numbers(cells, raw.decimal, format)[0]).values)
    faults.throw()
    return np.stack(columns, axis=1)


def _help_for_target(problem: Problem) -> str:
    if "32-bit float" in problem.message:
        return problem.help.partition(", or ")[0] + ", or write `task: classification` for classes"
    return "give numbers, remove the rows, or write `task: classification` for a column of classes"


def _of_numbers(raw: RawTable, options: TargetOptions, task: Task) -> Target:
    if options.classes:
        message = "`classes` are given, but the target holds numbers to predict"
        help = "remove `classes`, or write `task: classification`"
        raise DataError(problems=[Problem(message, (*options.source, "classes"), help)])
    formats = _formats(raw, options)
    y = numbers_to_predict(raw, options.names, formats)
    faults = Faults()
    for name, values in zip(options.names, y.T, strict=True):
        if len(values) > 1 and (values == values[0]).all():
            message = f"the target {shown(name)} holds {values[0]:g} in every row, so there is nothing to learn"
            faults.add(Problem(message, (*options.source, "target"), "name another column"))
        if task == "counts":
            _refuse_other_than_counts(raw, name, values, faults)
    faults.throw()
    if task == "counts":
        return Target(y, task=task, formats=formats)
    name = f"column {shown(options.names[0])}" if len(options.names) == 1 else listed(options.names)
    note = note_on_numbers(y, name, "make one column of them, and name it as the target")
    if not note and options.task is None:
        note = note_on_counts(y, name)
    return Target(y, notes=(note,) if note else (), task=task, formats=formats)


def _refuse_other_than_counts(raw: RawTable, name: str, values: np.ndarray, faults: Faults) -> None:
    rows = np.flatnonzero((values < 0) | (values != np.floor(values)))
    if not len(rows):
        return
    span = raw.span(int(rows[0]), name)
    where = f"line {span.line}" if span else f"row {rows[0] + 1}"
    several = f"{len(rows):,} of {len(raw):,} cells are no counts, the first in {where}"
    message = f"column {shown(name)}: {several}" if len(rows) > 1 else f"column {shown(name)} in {where} is no count"
    help = f"`{values[rows[0]]:g}` is not a whole number from 0 on; write `task: regression` to predict such numbers"
    faults.add(Problem(message, raw.place, help, span))


def _formats(raw: RawTable, options: TargetOptions) -> dict[str, str]:
    """Return the given or found format of each target whose numbers are not written plainly; raises DataError."""
    found = {name: styles_of(raw, name) for name in options.names if name not in options.formats}
    faults = Faults()
    for name, styles in found.items():
        cells = raw.columns[name]
        if len(styles) > 1:
            faults.add(in_doubt(raw, name, styles))
        elif isinstance(cells, Words) and (comma := comma_style(cells.names, raw.decimal)):
            faults.add(with_comma(raw, name, comma))
    faults.throw()
    return {**options.formats, **{name: styles[0].example for name, styles in found.items() if styles}}


def _refuse_missing(raw: RawTable, options: TargetOptions) -> None:
    faults = Faults()
    for name in options.names:
        rows = np.flatnonzero(raw.columns[name].is_missing)
        if len(rows):
            span = raw.span(int(rows[0]), name)
            where = f"line {span.line}" if span else f"row {rows[0] + 1}"
            many = f"is empty in {len(rows):,} of {len(raw):,} rows, the first in {where}"
            message = f"the target {shown(name)} {many if len(rows) > 1 else 'is empty'}"
            help = "give the target, or write `missing_target: skip`, which leaves such rows out"
            faults.add(Problem(message, raw.place, help, span))
    faults.throw()


def _refuse_too_many(words: Words, options: TargetOptions, rows: int) -> None:
    """Raise DataError when the column of classes holds measured numbers, or hardly any label twice."""
    names = words.names
    if len(names) <= FEW:
        return
    numbers = all(map(is_number, names))
    if numbers and any("." in name for name in names):
        what = f"holds {len(names):,} different numbers with decimals, which are not classes"
    elif 2 * len(names) > rows:
        what = f"holds {len(names):,} different labels in {rows:,} rows, too many to be classes"
    else:
        return
    help = "write `task: regression` to predict a number" if numbers else "name a column of classes as the target"
    if not numbers and mostly_spelled(words):
        first = next(name for name in names if spelled_numbers(name))
        what = f"holds {len(names):,} different texts such as {shown(first)}, which look like numbers"
        help = f"write `{spelled_numbers(first)[0]}` for {shown(first)}, and the others alike"
    message = f"column {shown(options.names[0])} {what}"
    raise DataError(problems=[Problem(message, (*options.source, "target"), help)])


def _notes_on_classes(classes: tuple[str, ...], options: TargetOptions) -> list[str]:
    if options.task or options.classes or not all(map(is_number, classes)):
        return []
    name = shown(options.names[0])
    return [f"the {len(classes)} numbers in column {name} are read as classes; `task: regression` predicts them"]


def _text(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _whole(text: str) -> str:
    """Return a whole number without its decimal point: `1` for `1.0`."""
    return str(int(float(text))) if is_number(text) and float(text).is_integer() else text
