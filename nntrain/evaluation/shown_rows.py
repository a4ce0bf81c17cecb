"""Rows of the inputs as a reader sees them: an image, or the cells of a table."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nntrain.config.table import Column
from nntrain.data.dataset import Dataset
from nntrain.model.table_encoding import TableEncoding


def image_of(x: np.ndarray) -> np.ndarray | None:
    """Return the image of an input of (height, width) or (height, width, channels), else None.

    With other than 1, 3 or 4 channels their mean is shown. Numbers that are not pixels are stretched to 0 to 1.
    """
    if x.ndim not in (2, 3) or 1 in x.shape[:2]:
        return None
    found = x[..., 0] if x.ndim == 3 and x.shape[-1] == 1 else x
    if found.ndim == 3 and found.shape[-1] not in (3, 4):
        found = found.mean(axis=-1)
    if found.dtype == np.uint8:
        return found
    found = np.nan_to_num(found.astype(np.float64))
    low, high = found.min(), found.max()
    return (found - low) / (high - low) if high > low else np.zeros_like(found)


def columns_of(data: Dataset, most: int) -> list[str]:
    """Return the names of at most this many columns of the inputs."""
    count = int(np.prod(data.schema.shape))
    names = data.schema.features or [f"input {index + 1}" for index in range(count)]
    return list(names[:most])


def cells_of(data: Dataset, x: np.ndarray, most: int) -> list[str]:
    """Return at most this many cells of a row: numbers, or the categories that their codes stand for."""
    columns: list[Column | None] = [None] * x.size
    if data.table is not None:
        columns = [column for column in data.table.columns for _ in column.names]
    return [_cell(value, column) for value, column in zip(x.ravel()[:most].tolist(), columns, strict=False)]


def input_names(data: Dataset, before: Sequence[Any]) -> Sequence[str]:
    """Return the names of what goes into a layer after these: the features, or what an encoding makes of them."""
    encoding = next((layer for layer in before if isinstance(layer, TableEncoding)), None)
    return data.schema.features if encoding is None else encoded_names(data, encoding)


def encoded_names(data: Dataset, encoding: TableEncoding) -> list[str]:
    """Return the names of the columns that a table is encoded as: `age`, `age is missing`, `port = Cherbourg`."""
    names = columns_of(data, int(np.prod(data.schema.shape)))
    layout, kinds = encoding.layout(len(names)), [] if data.table is None else data.table.columns
    columns = [column for column in kinds for _ in column.names]

    def value(place: int, code: int) -> str:
        known = columns[place].categories if place < len(columns) else []
        return f"{names[place]} = {known[code] if code < len(known) else code}"

    wide = range(encoding.embedding_dim)
    return [
        *(names[place] for place in layout.numbers),
        *(f"{names[place]} is missing" for place in layout.indicators),
        *(value(place, 1) for place in layout.pairs),
        *(value(place, code) for place in dict.fromkeys(layout.expanded) for code in range(layout.sizes[place])),
        *(f"{names[place]}, embedding {number + 1}" for place in layout.embedded for number in wide),
    ]


def _cell(value: float, column: Column | None) -> str:
    if np.isnan(value):
        return "missing"
    if column is None or column.kind not in ("category", "boolean"):
        return f"{value:.5g}"
    code = int(value)
    return column.categories[code] if 0 <= code < len(column.categories) else "unknown"
