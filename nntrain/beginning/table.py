"""A table as a config can read it: its columns, its target, and what is in it."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from nntrain.beginning.cure import cure_of, form_of
from nntrain.beginning.facts import NO_TEST, TRAINING, Facts, shares
from nntrain.config.messages import counted, listed, shown
from nntrain.data.csv_text import CsvTable
from nntrain.data.examples import Rows
from nntrain.data.sources import table
from nntrain.data.table_formats import raw_table
from nntrain.data.table_overview import word
from nntrain.errors import ConfigError, DataError
from nntrain.nearest import nearest

_LEAST_ROWS = 5  # of which a fifth is a row
_MOST_NAMED = 12  # columns of a kind, or classes
_LEFT_OUT = ("constant", "identifier", "text", "drop")


def columns_of(path: Path) -> tuple[str, ...]:
    """Return the names of the columns. Raises DataError for a file that is not a table."""
    with raw_table(CsvTable(path), form_of(path), frozenset()) as found:
        return tuple(found.raw.columns)


def named_targets(path: Path, known: Sequence[str], asked: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that are asked for, each once. Raises ConfigError with the nearest name of one that is not."""
    for name in asked:
        if name not in known:
            close = nearest(name, known)
            help = f"write `--target {shlex.quote(close)}`" if close else f"its columns are {listed(known)}"
            raise ConfigError(f"there is no column {shown(name)} in `{path}`", help=help)
    return tuple(dict.fromkeys(asked))


def look(path: Path, targets: Sequence[str], written: str, task: str | None = None) -> Facts:
    """Read the table as `fit` will, and return what is in it; written: its path in the config; task: that of the user.

    Raises DataError for what no option can cure, ConfigError for several targets of a classification.
    """
    target = targets[0] if len(targets) == 1 else list(targets)
    if task == "classification" and len(targets) > 1:
        raise ConfigError(f"a classification has one target, got {listed(targets)}", help="write `--target` once")
    cure = cure_of(path, targets)
    asked = {"path": str(path), "target": target, **cure.options(), **({"task": task} if task else {})}
    rows, found = _loaded(table.Options.model_validate(asked))
    if len(found.classes) == 1:
        message = f"the target {shown(targets[0])} holds {shown(found.classes[0])} in every row"
        raise DataError(f"{message}, so there is nothing to learn", help="name another column with `--target`")
    if len(rows.remaining) < _LEAST_ROWS:
        message = (
            f"`{path}` has {counted(len(rows.remaining), 'row')}, too few for a training, a validation and a test split"
        )
        raise DataError(message, help=f"give {_LEAST_ROWS} rows or more")
    options = {"path": written, "target": target, "task": found.task, **cure.options()}
    options |= shares(np.bincount(rows.remaining.y).tolist() if found.classes else ())
    lacks_test = [NO_TEST] if options["test"] == "none" else []
    return Facts(
        kind="table",
        data={"table": options},
        rows=int(TRAINING * len(rows.remaining)),
        classes=tuple(found.classes),
        targets=len(targets),
        counts=found.task == "counts",
        has_numbers=any(kind not in ("category", *_LEFT_OUT) for kind in map(word, found.columns.values())),
        numeric=_different(rows),
        notes=(*_notes(found, len(rows.remaining)), *cure.notes, *lacks_test),
        comments=_comments(found, rows) | ({"test": "no rows are left for it"} if lacks_test else {}),
    )


def _loaded(options: table.Options) -> tuple[Rows, table.Options]:
    """Return the rows, and the options with all that was found. Its errors name no place of a config: there is none."""
    try:
        rows = table.load(options)
    except DataError as error:
        raise DataError(problems=[replace(problem, path=()) for problem in error.problems]) from None
    if not isinstance(rows.found, table.Options):
        raise TypeError("a table says what was found")
    return rows, rows.found


def _different(rows: Rows) -> dict[str, int]:
    """Return the number of different values of each column of numbers, 1 for one that only numbers the rows."""
    x = np.asarray(rows.remaining.x)
    columns = rows.table.columns if rows.table else ()
    places = {name: place for place, name in enumerate(rows.table.names if rows.table else ())}
    cells = {each.name: x[:, places[each.name]] for each in columns if each.kind == "numeric"}
    return {name: 1 if (np.diff(values) == 1).all() else len(np.unique(values)) for name, values in cells.items()}


def _notes(found: table.Options, rows: int) -> Iterator[str]:
    """Yield what is in the table: its rows, and its columns by kind."""
    kinds: dict[str, list[str]] = {}
    for name, kind in found.columns.items():
        if name not in found.targets:
            kinds.setdefault(word(kind), []).append(name or "the column without a name")
    learnt = [f"{kind}: {_some(names)}" for kind, names in kinds.items() if kind not in _LEFT_OUT]
    yield f"{counted(rows, 'row')}. The columns are {'; '.join(learnt)}."
    left = [f"{_some(names)} ({kind})" for kind, names in kinds.items() if kind in _LEFT_OUT]
    if left:
        yield f"Left out are {'; '.join(left)}. `columns: {{name: category}}` below `data` says otherwise."


def _comments(found: table.Options, rows: Rows) -> dict[str, str]:
    are_numbers = all(name.lstrip("-").isdecimal() for name in found.classes)
    task = "`classification` would make each different number a class"
    if found.task == "counts":
        task = "whole numbers from 0 on, predicted by the Poisson loss"
    elif any("`task: counts`" in note for note in rows.notes):
        task = "`init --task counts` would write a model of counts, with the Poisson loss"
    if found.classes:
        task = "each different number is a class; `regression` would predict a number" if are_numbers else ""
    comments = {
        "target": f"{len(found.classes)} classes: {_some(found.classes)}" if found.classes else "what to predict",
        "task": task,
        "separator": "what is between the cells",
        "missing_target": "rows without their target are left out",
        "missing": "these words stand for an empty cell",
        "columns": "without these kinds the columns cannot be read",
        "validation": "this share of the rows chooses the best epoch",
        "test": "this share of the rows is scored once, at the end",
    }
    return {option: comment for option, comment in comments.items() if comment}


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_NAMED]) + (
        f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    )
