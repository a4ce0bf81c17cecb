"""The columns of a table as `check --build` prints them: kind, values and missing cells in the training split."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from nntrain.config.table import Column, Table
from nntrain.data.dataset import Dataset

COLUMNS = ("column", "kind", "values", "missing")
_MOST_SHOWN = 5  # categories of a column


def overview(data: Dataset) -> list[tuple[str, str, str, str]]:
    """Return a row of `COLUMNS` for each column of the file but the ignored ones; nothing for other data."""
    kinds = getattr(data.source, "columns", {})
    if data.table is None:
        return []
    known = dict(_described(data.table, np.asarray(data.train.x)))
    targets = getattr(data.source, "targets", ())
    features = {name: kind for name, kind in kinds.items() if name not in targets}
    rows = [(name, *known.get(name, (word(kind), "left out", ""))) for name, kind in features.items()]
    return [*rows, *((name, "target", _of_target(data, place), "") for place, name in enumerate(targets))]


def _described(table: Table, x: np.ndarray) -> Iterator[tuple[str, tuple[str, str, str]]]:
    place = 0
    for column in table.columns:
        values = x[:, place]
        missing = int(np.isnan(values).sum())
        yield column.name, (column.kind, _values(column, values), f"{missing:,}" if missing else "")
        place += len(column.names)


def _values(column: Column, values: np.ndarray) -> str:
    if column.kind == "category":
        return f"{len(column.categories):,}: {_first(column.categories)}"
    if column.kind == "boolean":
        return " or ".join(column.categories)
    if column.kind == "date":
        return f"{column.format} → {', '.join(column.parts)}"
    present = values[~np.isnan(values)]
    written = f", written as {column.format}" if column.format else ""
    return f"{present.min():.6g} to {present.max():.6g}{written}" if len(present) else ""


def _of_target(data: Dataset, place: int) -> str:
    classes = data.schema.classes
    if classes:
        return f"{len(classes)} classes: {_first(classes)}"
    y = data.train.y[:, place]
    return f"{y.min():.6g} to {y.max():.6g}"


def _first(names: Sequence[str]) -> str:
    shown = names[:_MOST_SHOWN]
    return ", ".join([*shown, "…"] if len(names) > len(shown) else shown)


def word(kind: str | Mapping[str, Any]) -> str:
    """Return the name of a kind, which may have options."""
    return kind if isinstance(kind, str) else next(iter(kind))
