"""What every form of `nntrain explain` returns: tables for readers, content for `--json`, and a plot."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Table = tuple[str, Sequence[str], Sequence[Sequence[Any]]]  # title, columns, rows


@dataclass(frozen=True)
class Explanation:
    """`draw` takes `png` or `svg` and returns the bytes of the plot; `notes` follow the tables."""

    content: Mapping[str, Any]
    tables: Sequence[Table]
    draw: Callable[[str], bytes]
    notes: Sequence[str] = ()


def digits(value: float, count: int = 12) -> str:
    """Return a number with so many significant digits; a space stands in place of a plus, so that columns align."""
    return f"{value + 0.0: .{count}g}"  # -0 becomes 0
