"""Curves in a terminal, of Unicode's Braille patterns: each character has two dots across and four down."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_BRAILLE = 0x2800
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # of a dot, by its row and its column
_GAP = 3  # of a sparse curve every third dot is drawn

Values = Sequence[float | None]


@dataclass(frozen=True)
class Chart:
    """lines: characters from top to bottom. low, high: what the last and the first line stand for."""

    lines: list[str]
    low: float
    high: float


def chart(curves: Sequence[Values], width: int, height: int, braille: bool = True) -> Chart | None:
    """Return curves as `height` lines of `width` characters; None where no value is finite.

    The first curve is drawn whole, the others sparsely, so that they are told apart without colors. What is not finite
    is a gap. The scale is logarithmic where all values are positive and span more than two decades. Without `braille`
    a curve is of `*`, and the others of `.`.
    """
    finite = [value for curve in curves for value in curve if value is not None and math.isfinite(value)]
    if not finite:
        return None
    low, high = min(finite), max(finite)
    scale = math.log if low > 0 and high > 100 * low else float
    across, down = (2, 4) if braille else (1, 1)
    cells = [[0] * width for _ in range(height)]
    longest = max(map(len, curves))
    for number, curve in reversed(list(enumerate(curves))):
        scaled = [scale(value) if value is not None and math.isfinite(value) else None for value in curve]
        limits = (float(scale(low)), float(scale(high)))
        points = _points(scaled, (width * across, height * down), limits, longest)
        for place, (x, y) in enumerate(points):
            if number == 0 or not braille or place % _GAP == 0:
                cell = _BITS[y % 4][x % 2] if braille else 1 if number else 2
                cells[y // down][x // across] |= cell
    signs = (lambda cell: chr(_BRAILLE + cell) if cell else " ") if braille else (lambda cell: " .**"[cell])
    return Chart(["".join(map(signs, row)).rstrip() for row in cells], low, high)


def _points(
    values: Values, size: tuple[int, int], limits: tuple[float, float], longest: int
) -> Iterator[tuple[int, int]]:
    """Yield the dots of a curve of this many dots, connected from value to value."""
    before: tuple[int, int] | None = None
    span = limits[1] - limits[0]
    for index, value in enumerate(values):
        if value is None:
            before = None
            continue
        share = (value - limits[0]) / span if span else 0.5
        here = round(index * (size[0] - 1) / max(1, longest - 1)), round((1 - share) * (size[1] - 1))
        yield from _between(before, here) if before else [here]
        before = here


def _between(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the dots of a straight line, but its first one."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    for step in range(1, steps + 1):
        share = step / steps
        yield round(start[0] + share * (end[0] - start[0])), round(start[1] + share * (end[1] - start[1]))
