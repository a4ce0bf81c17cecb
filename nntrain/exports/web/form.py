"""What the form of a page asks for: the columns with what they were in training, an image, or a list of numbers."""

import re
from typing import Any

import numpy as np

from nntrain.config.table import Column
from nntrain.errors import ConfigError, one_line
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.refused_layers import OTHERS
from nntrain.training.programs.arrays import as_float

DIRECTIVES = "YymdHMSfbB"  # of dates, that network.js reads
MOST_FIELDS = 60  # for rows that are no table; more numbers are one list


def form(exported: ExportedRun) -> dict[str, Any]:
    """Return `fields`, `image` or `start`, of which the page shows one.

    A field has the median or the most frequent value of the training split, and the range of a number.
    """
    shape, x = exported.saved.resolved.schema.shape, exported.calibration
    if exported.saved.table is not None:
        return {"fields": _columns(exported, x)}
    if len(shape) in (2, 3) and (len(shape) == 2 or shape[2] in (1, 3, 4)) and min(shape[:2]) > 1:
        is_pixels = exported.saved.dtype == "uint8"
        low, high = (0.0, 255.0) if is_pixels else (float(x.min()), float(x.max()))
        return {"image": {"low": low, "high": high}}
    flat = x.reshape(len(x), -1)
    if flat.shape[1] > MOST_FIELDS:
        return {"start": [_short(value) for value in np.median(flat, axis=0)]}
    names = exported.saved.resolved.schema.features or [f"x{index + 1}" for index in range(flat.shape[1])]
    return {"fields": [_number(name, flat[:, index], False) for index, name in enumerate(names)]}


def _columns(exported: ExportedRun, x: np.ndarray) -> list[dict[str, Any]]:
    found, index, optional = [], 0, exported.saved.resolved.takes_missing
    for column in exported.saved.table.columns if exported.saved.table else ():
        found.append(_column(column, x[:, index : index + len(column.names)], optional))
        index += len(column.names)
    return found


def _column(column: Column, x: np.ndarray, optional: bool) -> dict[str, Any]:
    if column.kind == "numeric":
        return _number(column.name, x[:, 0], optional)
    about = {"name": column.name, "kind": column.kind, "optional": optional}
    known = x[~np.isnan(x[:, 0])]
    if column.kind == "date":
        _refuse_format(column)
        hours = "%H" in column.format
        return {**about, "hours": hours, "start": _date(column, known) + ("T12:00" if hours else "")}
    codes = known[known[:, 0] >= 0, 0].astype(np.int64)
    start = int(np.bincount(codes).argmax()) if len(codes) else 0
    return {**about, "choices": list(column.categories), "start": start}


def _number(name: str, x: np.ndarray, optional: bool) -> dict[str, Any]:
    about = {"name": name, "kind": "numeric", "optional": optional}
    known = x[np.isfinite(x)]
    if not len(known):
        return {**about, "start": ""}
    low, high = float(known.min()), float(known.max())
    return {**about, "start": _short(np.median(known)), "low": as_float(low), "high": as_float(high)}


def _short(value: Any) -> float:
    return float(f"{value:.4g}")


def _refuse_format(column: Column) -> None:
    """Raise ConfigError for a format of dates that network.js does not read."""
    if others := set(re.findall("%(.)", column.format)) - set(DIRECTIVES):
        message = f"`html` cannot read `%{min(others)}` in dates, of the column `{one_line(column.name)}`"
        raise ConfigError(message, help=OTHERS)


def _date(column: Column, x: np.ndarray) -> str:
    """Return the first day of the median year and the most frequent month."""
    if not len(x):
        return "2000-01-01"
    year, month = int(np.median(x[:, 0])), int(np.bincount(x[:, 1].astype(np.int64)).argmax())
    return f"{year:04d}-{month:02d}-01"
