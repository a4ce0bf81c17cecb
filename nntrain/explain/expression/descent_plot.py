"""The plot of gradient descent: the path on the curve or on the contours, and the value by step."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nntrain import canvas
from nntrain.errors import ConfigError
from nntrain.explain.expression.derivatives import Derivatives
from nntrain.explain.expression.graph import Graph

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS = 300  # of a curve
SIDE = 70  # points of each side of the contours
MOST_DRAWN = 500  # places of a path


@dataclass(frozen=True)
class PathPoint:
    """A place of a path: numbers by input, the value there and the derivative by each input."""

    at: dict[str, float]
    value: float
    gradient: dict[str, float]


def draw(title: str, graph: Graph, path: Sequence[PathPoint], format: str) -> bytes:
    """Return a PNG or SVG; for more than two inputs the value by step alone."""
    inputs = len(graph.inputs)
    figure = canvas.sheet(11 if inputs <= 2 else 6, 4.6, title)
    grid = figure.subplots(1, 2 if inputs <= 2 else 1, squeeze=False)[0]
    shown = path[:MOST_DRAWN]
    if inputs == 1:
        _curve(grid[0], graph, shown)
    elif inputs == 2:
        _contours(grid[0], graph, shown)
    _values(grid[-1], shown)
    return canvas.image(figure, format)


def _curve(axes: "Axes", graph: Graph, path: Sequence[PathPoint]) -> None:
    (name,) = graph.inputs
    low, high = _reach([place.at[name] for place in path], 0.75)
    places = [low + (high - low) * each / (POINTS - 1) for each in range(POINTS)]
    canvas.plain(axes)
    axes.plot(places, [_value(graph, {name: x}) for x in places], color=canvas.GREY, linewidth=1.2)
    _path(axes, [place.at[name] for place in path], [place.value for place in path])
    axes.set_xlabel(name, color=canvas.INK)


def _contours(axes: "Axes", graph: Graph, path: Sequence[PathPoint]) -> None:
    first, second = graph.inputs
    columns, rows = ([place.at[name] for place in path] for name in (first, second))
    sides = []
    for values in (columns, rows):
        low, high = _reach(values, 0.25)
        sides.append([low + (high - low) * each / (SIDE - 1) for each in range(SIDE)])
    heights = [[_value(graph, {first: x, second: y}) for x in sides[0]] for y in sides[1]]
    canvas.plain(axes)
    axes.contour(sides[0], sides[1], heights, levels=20, colors=canvas.GREY, linewidths=0.6)
    _path(axes, columns, rows)
    axes.set_xlabel(first, color=canvas.INK)
    axes.set_ylabel(second, color=canvas.INK)


def _path(axes: "Axes", xs: Sequence[float], ys: Sequence[float]) -> None:
    axes.plot(xs, ys, color=canvas.BLUE, marker="o", markersize=4, linewidth=1)
    axes.plot(xs[:1], ys[:1], "o", color=canvas.INK, markersize=5, zorder=4, label="start")  # seen where both are one
    axes.plot(xs[-1:], ys[-1:], "s", color=canvas.BLUE, markersize=9, zorder=3, label="end")
    axes.legend(frameon=False, fontsize=9)


def _values(axes: "Axes", path: Sequence[PathPoint]) -> None:
    canvas.numbered(axes, 0, len(path) - 1, 0.03)
    axes.plot(range(len(path)), [place.value for place in path], color=canvas.BLUE, marker="o", markersize=3)
    axes.set_xlabel("step", color=canvas.INK)
    axes.set_ylabel("value", color=canvas.INK)


def _reach(values: Sequence[float], more: float) -> tuple[float, float]:
    """Return the ends of an axis around these values, which is longer by this share of them on either side."""
    low, high = min(values), max(values)
    room = more * (high - low) or max(1.0, abs(low))
    return low - room, high + room


def _value(graph: Graph, at: dict[str, float]) -> float:
    try:
        return Derivatives(graph, at).values[graph.outputs[0]]
    except ConfigError:
        return math.nan
