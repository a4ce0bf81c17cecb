"""What `nntrain data` reports: columns, classes, splits, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from nntrain.errors import Problem


@dataclass(frozen=True)
class Count:
    """So many rows have this category, or are of this class."""

    name: str
    rows: int


@dataclass(frozen=True)
class Histogram:
    """counts: (bins,) rows. edges: (bins + 1,) in the unit of the column."""

    counts: tuple[int, ...]
    edges: tuple[float, ...]


@dataclass(frozen=True)
class ColumnProfile:
    """A column of a table.

    reason: the rule that found its kind. missing: empty cells. distinct: different values. low, high, mean, median: of
    numbers; of dates the first and the last as text. outliers: numbers that are far out. categories: of texts, booleans
    and classes, the most frequent first, the rest is not listed.
    """

    name: str
    kind: str
    reason: str
    missing: int
    distinct: int
    low: float | str | None = None
    high: float | str | None = None
    mean: float | None = None
    median: float | None = None
    outliers: int = 0
    categories: tuple[Count, ...] = ()
    histogram: Histogram | None = None
    is_target: bool = False
    gives_target_away: bool = False


@dataclass(frozen=True)
class SplitProfile:
    """A split, with the rows of each class."""

    name: str
    rows: int
    classes: tuple[Count, ...] = ()


@dataclass(frozen=True)
class Profile:
    """What is in the data.

    what: in a few words, such as `a table of 5 columns`. classes: with all their rows, in the order of the model; empty
    for a regression or without a target. duplicates: rows that are equal to one before them. examples: some rows, by
    column. problems: what would stop a training. warnings, notes: what would not.
    """

    name: str
    what: str
    rows: int
    columns: tuple[ColumnProfile, ...] = ()
    task: str = ""
    classes: tuple[Count, ...] = ()
    splits: tuple[SplitProfile, ...] = ()
    duplicates: int = 0
    examples: tuple[Mapping[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return all of it for `--json`; a problem is its message, its help and its line."""
        problems = [
            {"message": each.message, "help": each.help, "line": each.span.line if each.span else None}
            for each in self.problems
        ]
        return {**asdict(self), "examples": [dict(row) for row in self.examples], "problems": problems}

    @property
    def balance(self) -> float:
        """How many times as many rows the most frequent class has as the rarest one that occurs; 1 without classes."""
        counts = [each.rows for each in self.classes if each.rows]
        return max(counts) / min(counts) if counts else 1.0
