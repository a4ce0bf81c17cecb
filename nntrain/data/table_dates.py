"""Dates in a table: the format of a column, and the numbers and cycles that a date becomes."""

import re
import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from nntrain.config.table import Column

_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M", "T%H:%M:%S", "T%H:%M:%S.%f", "T%H:%M:%SZ")
FORMATS = tuple(day + time for time in _TIMES for day in _DAYS)
"""What is recognised without being told, with the directives of Python's `strptime`."""
_LIKE_A_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}.*)?", re.ASCII)
_SAMPLE, _FEW = 1000, 20
_CYCLES = {"month": (1, 12), "weekday": (0, 7), "hour": (0, 24)}  # the first value, and how many there are


class DateFormat(NamedTuple):
    """The format of a column, and another one that fits it as well; both empty where it holds no dates."""

    format: str
    other: str = ""


def find_format(names: Sequence[str]) -> DateFormat:
    """Return the format that at least half of the texts have. A day and a month that may be swapped are two formats."""
    sample = names[:: -(-len(names) // _SAMPLE) or 1]
    if 2 * sum(_LIKE_A_DATE.fullmatch(name) is not None for name in sample) < len(sample) or not names:
        return DateFormat("")
    few = sample[:: -(-len(sample) // _FEW)]
    signs = {re.sub("[0-9]", "", name) for name in few}
    alike = [format for format in FORMATS if re.sub("%[A-Za-z]", "", format) in signs]  # pandas takes a while for each
    likely = [format for format in alike if is_date(few, format).any()] or list(FORMATS)
    fits = {format: int(is_date(sample, format).sum()) for format in likely}
    most = max(fits.values())
    if 2 * most < len(sample):
        return DateFormat("")
    found = [format for format, count in fits.items() if count == most]
    if len(found) > 1:  # the sample may not show which of them it is
        every = {format: int(is_date(names, format).sum()) for format in found}
        found = [format for format in found if every[format] == max(every.values())]
    return DateFormat(found[0], found[1] if len(found) > 1 else "")


def formats_in_doubt(names: Sequence[str]) -> tuple[str, ...]:
    """Return the two formats that the texts may be in, where no text shows which of the two it is; else nothing."""
    found, other = find_format(names)
    return (found, other) if other and (is_date(names, found) == is_date(names, other)).all() else ()


def is_date(names: Sequence[str], format: str) -> np.ndarray:
    """Return (names,) booleans: whether each text is a date in the format."""
    return ~np.asarray(parsed(names, format).isna())


def parsed(names: Sequence[str], format: str) -> pd.DatetimeIndex:
    """Return the dates of the texts, NaT for what is not one in the format."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pd.DatetimeIndex(pd.to_datetime(list(names), format=format, errors="coerce", exact=True))


def parts_of(dates: pd.DatetimeIndex, column: Column) -> list[np.ndarray]:
    """Return float32 (dates,) for each part of a date, NaN for NaT.

    A cycle is the sine and the cosine of the part as an angle, so that December is beside January.
    """
    numbers = {"year": dates.year, "month": dates.month, "weekday": dates.day_of_week, "hour": dates.hour}
    found = []
    for part in column.parts:
        name, _, function = part.partition("_")
        values = np.asarray(numbers[name], np.float64)
        if function:
            first, count = _CYCLES[name]
            angle = 2 * np.pi * (values - first) / count
            values = np.sin(angle) if function == "sin" else np.cos(angle)
        found.append(values.astype(np.float32))
    return found
