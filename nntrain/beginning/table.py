"""A table as a config can read it: its columns, and the options for what its cells do not say by themselves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nntrain.beginning.facts import TRAINING, Facts
from nntrain.config.messages import counted, listed, shown
from nntrain.data.csv_faults import MISSING
from nntrain.data.csv_text import CsvTable
from nntrain.data.examples import Rows
from nntrain.data.raw_table import RawTable, Words
from nntrain.data.sources import table
from nntrain.data.table_file import Form
from nntrain.data.table_formats import raw_table
from nntrain.data.table_kinds import as_numbers, kind_of
from nntrain.errors import ConfigError, DataError
from nntrain.nearest import nearest

_MOST_NAMED = 12  # columns of a kind, or classes
_LEFT_OUT = ("constant", "identifier", "text", "drop")


@dataclass(frozen=True)
class Cure:
    """The options without which a table is refused."""

    missing: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)

    def options(self) -> dict[str, Any]:
        """Return those that are needed."""
        return ({"missing": list(self.missing)} if self.missing else {}) | (
            {"columns": dict(self.columns)} if self.columns else {}
        )


def columns_of(path: Path) -> tuple[str, ...]:
    """Return the names of the columns. Raises DataError for a file that is no table."""
    with raw_table(CsvTable(path), Form(), frozenset()) as found:
        return tuple(found.raw.columns)


def named_targets(path: Path, known: Sequence[str], asked: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that are asked for, each once. Raises ConfigError with the nearest name of one that is not."""
    for name in asked:
        if name not in known:
            close = nearest(name, known)
            help = f"write `--target {close}`" if close else f"its columns are {listed(known)}"
            raise ConfigError(f"there is no column {shown(name)} in `{path}`", help=help)
    return tuple(dict.fromkeys(asked))


def look(path: Path, targets: Sequence[str], written: str) -> Facts:
    """Read the table as `fit` will, and return what is in it; written: its path in the config.

    Raises DataError for what no option can cure, such as a row without its target.
    """
    target = targets[0] if len(targets) == 1 else list(targets)
    cure = cure_of(path, targets)
    rows, found = _loaded(table.Options.model_validate({"path": str(path), "target": target, **cure.options()}))
    options = {"path": written, "target": target, "task": found.task, **cure.options(), "validation": 0.2, "test": 0.2}
    return Facts(
        kind="table",
        data={"table": options},
        rows=int(TRAINING * len(rows.remaining)),
        classes=tuple(found.classes),
        targets=len(targets),
        notes=tuple(_notes(found, len(rows.remaining))),
        comments=_comments(found),
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


def cure_of(path: Path, targets: Sequence[str]) -> Cure:
    """Return the options that make every column readable.

    Words such as `NA` and `?` among numbers or dates stand for an empty cell. A column with other words is one of
    categories, and one whose numbers are too large for float32 is dropped.
    """
    missing = dict.fromkeys(text for raw in _raw(path) for text in _markers(raw, targets))
    [raw] = _raw(path, frozenset(missing))
    return Cure(tuple(missing), dict(_kinds(raw, targets)))


def _raw(path: Path, missing: frozenset[str] = frozenset()) -> Iterator[RawTable]:
    with raw_table(CsvTable(path, missing=missing), Form(), frozenset()) as found:
        yield found.raw


def _markers(raw: RawTable, targets: Sequence[str]) -> Iterator[str]:
    """Yield the words that stand for an empty cell in columns that are refused with them."""
    for name, cells in raw.columns.items():
        if name not in targets and isinstance(cells, Words) and kind_of(raw, name).problems:
            _, wrong = as_numbers(cells, raw.decimal)
            yield from (text for text in wrong if text.casefold() in MISSING or not any(map(str.isalnum, text)))


def _kinds(raw: RawTable, targets: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the kind of each column that is refused without one."""
    for name, cells in raw.columns.items():
        if name not in targets and kind_of(raw, name).problems:
            yield name, "category" if isinstance(cells, Words) else "drop"


def _notes(found: table.Options, rows: int) -> Iterator[str]:
    """Yield what is in the table: its rows, and its columns by kind."""
    kinds: dict[str, list[str]] = {}
    for name, kind in found.columns.items():
        kinds.setdefault(kind if isinstance(kind, str) else "date", []).append(name or "the first column")
    learnt = [f"{kind}: {_some(names)}" for kind, names in kinds.items() if kind not in _LEFT_OUT]
    yield f"{counted(rows, 'row')}. The columns are {'; '.join(learnt)}."
    left = [f"{_some(names)} ({kind})" for kind, names in kinds.items() if kind in _LEFT_OUT]
    if left:
        yield f"Left out are {'; '.join(left)}. `columns: {{name: category}}` below `data` says otherwise."


def _comments(found: table.Options) -> dict[str, str]:
    classes = f"{len(found.classes)} classes: {_some(found.classes)}"
    other = (
        "`regression` would predict a number" if found.classes else "`classification` would make each number a class"
    )
    return {
        "target": classes if found.classes else "what to predict",
        **({"task": other} if other else {}),
        "missing": "these words stand for an empty cell",
        "columns": "these columns hold numbers and words, or numbers that are too large",
        "validation": "this share of the rows chooses the best epoch",
        "test": "this share of the rows is scored once, at the end",
    }


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_NAMED]) + (
        f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    )
