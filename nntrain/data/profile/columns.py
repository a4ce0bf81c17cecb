"""The columns of a table in numbers: ranges, missing cells, categories, outliers, histograms."""

from dataclasses import replace

import numpy as np

from nntrain.data.profile.profile import ColumnProfile, Count, Histogram
from nntrain.data.raw_table import Numbers, RawTable, Words
from nntrain.data.table_dates import parsed
from nntrain.data.table_kinds import FoundKind, as_numbers
from nntrain.data.table_request import GivenColumn

OMITTED = ("constant", "identifier", "text", "drop")  # kinds that the model does not learn from
MOST_LISTED = 10  # categories of a column
_BINS = 24
_FAR_OUT = 3.0  # interquartile ranges beyond the quartiles: "far out" of Tukey (1977), Exploratory Data Analysis, ch. 2


def described(raw: RawTable, name: str, found: FoundKind, given: GivenColumn | None = None) -> ColumnProfile:
    """Return what a column holds. given: the kind that the config names."""
    cells = raw.columns[name]
    column = ColumnProfile(
        name, found.kind, _reason(cells, found, given), int(cells.is_missing.sum()), _distinct(cells)
    )
    if found.kind == "numeric" or (isinstance(cells, Numbers) and found.kind != "drop"):
        numbers = cells if isinstance(cells, Numbers) else as_numbers(cells, raw.decimal, _format(found))[0]
        return _with_numbers(column, numbers.values)
    if isinstance(cells, Numbers):
        return column
    if found.kind == "date" and found.column is not None:
        return _with_dates(column, cells, found.column.format)
    return column if found.kind in ("identifier", "text") else replace(column, categories=most_frequent(cells))


def _format(found: FoundKind) -> str:
    """Return the format of numbers that are not written plainly."""
    return found.column.format if found.kind == "numeric" and found.column is not None else ""


def most_frequent(words: Words) -> tuple[Count, ...]:
    """Return the texts with most rows, of equally many in their order."""
    order = np.argsort(-words.counts, kind="stable")[:MOST_LISTED]
    return tuple(Count(words.names[index], int(words.counts[index])) for index in order)


def _distinct(cells: Numbers | Words) -> int:
    return len(cells.names) if isinstance(cells, Words) else len(np.unique(cells.values[~cells.is_missing]))


def _with_numbers(column: ColumnProfile, values: np.ndarray) -> ColumnProfile:
    """Return the column with what its (n,) float32 values are like; NaN is a missing cell."""
    present = values[np.isfinite(values)].astype(np.float64)
    if not len(present):
        return column
    first, median, third = np.percentile(present, (25, 50, 75))
    room = _FAR_OUT * (third - first)
    far = (present < first - room) | (present > third + room) if room else np.zeros(0, bool)
    return replace(
        column,
        low=float(present.min()),
        high=float(present.max()),
        mean=float(present.mean()),
        median=float(median),
        outliers=int(far.sum()),
        histogram=histogram(present),
    )


def histogram(values: np.ndarray) -> Histogram:
    """Return the histogram of (n,) finite numbers: a bin for each of a few whole numbers, else equal parts."""
    low, high = values.min(), values.max()
    if high - low < _BINS and (values == np.floor(values)).all():
        edges = np.arange(low - 0.5, high + 1)
    else:
        edges = np.linspace(low, high, _BINS + 1)
    counts = np.histogram(values, edges)[0]
    return Histogram(tuple(map(int, counts)), tuple(map(float, edges)))


def _with_dates(column: ColumnProfile, cells: Words, format: str) -> ColumnProfile:
    dates = parsed(cells.names, format)
    known = dates.dropna()
    if not len(known):
        return column
    days = cells.spread(np.asarray(dates.year + (dates.day_of_year - 1) / 365.25))[:]
    low, high = (f"{date:%Y-%m-%d %H:%M}".removesuffix(" 00:00") for date in (known.min(), known.max()))
    return replace(column, low=low, high=high, histogram=histogram(days[np.isfinite(days)].astype(np.float64)))


def _reason(cells: Numbers | Words, found: FoundKind, given: GivenColumn | None) -> str:
    """Return in words which rule of docs/reference.md found the kind."""
    if given is not None:
        return "as the config says"
    if found.why:
        return f"{found.why}: left out" if found.kind in OMITTED else found.why
    if found.kind == "numeric":
        if format := _format(found):
            return f"at least half of the cells are numbers written as {format}"
        return "every cell is a number" if isinstance(cells, Numbers) else "at least half of the cells are numbers"
    if found.kind == "date" and found.column is not None:
        return f"at least half of the texts are dates in the format {found.column.format}"
    if found.kind == "boolean" and found.column is not None:
        return f"its words are {' and '.join(found.column.categories)}"
    return "texts that rows share" if found.kind == "category" else found.kind
