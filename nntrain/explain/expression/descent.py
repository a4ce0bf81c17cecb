"""Gradient descent on an expression: θ = θ - rate · gradient, in steps that are all kept."""

import math
from collections.abc import Sequence
from functools import partial

from nntrain.errors import ConfigError
from nntrain.explain.explanation import Explanation, Table, digits
from nntrain.explain.expression import descent_plot
from nntrain.explain.expression.derivatives import Derivatives
from nntrain.explain.expression.descent_plot import PathPoint
from nntrain.explain.expression.graph import Graph
from nntrain.explain.expression.point import read_point
from nntrain.explain.expression.reader import read

MOST_STEPS = 10_000
MOST_ROWS = 40  # of the table, half of them at its end


def explain(texts: Sequence[str], at: Sequence[str], rate: float, steps: int) -> Explanation:
    """Return the path of gradient descent; raises ConfigError for several expressions or a wrong option."""
    if len(texts) > 1:
        raise ConfigError("`--rate` descends one expression, and `--expr` is given twice", help="write one `--expr`")
    if not (math.isfinite(rate) and rate > 0):
        raise ConfigError(f"`--rate {rate}` is not a number above 0", help="write `--rate 0.1`")
    if not 1 <= steps <= MOST_STEPS:
        raise ConfigError(f"`--steps` is from 1 to {MOST_STEPS:,}, got {steps}", help="write `--steps 20`")
    graph = read(texts)
    start = read_point(graph, at)
    path = descend(graph, start, rate, steps)
    notes = _notes(path, steps, curvature(graph, start), rate)
    content = {
        "expression": texts[0],
        "rate": rate,
        "path": [vars(place) for place in path],
        "stopped": len(path) <= steps,
        "curvature": curvature(graph, start),
    }
    draw = partial(descent_plot.draw, f"{texts[0]}, rate {rate:g}", graph, path)
    return Explanation(content, [_table(path, rate)], draw, notes)


def descend(graph: Graph, start: dict[str, float], rate: float, steps: int) -> list[PathPoint]:
    """Return the places of this many steps and the start; fewer where the value is no longer a float."""
    path = [_place(graph, start)]
    for _ in range(steps):
        last = path[-1]
        try:
            path.append(_place(graph, {name: x - rate * last.gradient[name] for name, x in last.at.items()}))
        except ConfigError:
            break
    return path


def _place(graph: Graph, at: dict[str, float]) -> PathPoint:
    derivatives = Derivatives(graph, at)
    output = graph.outputs[0]
    adjoints = derivatives.reverse(output)
    return PathPoint(at, derivatives.values[output], {name: adjoints[node] for name, node in graph.inputs.items()})


def curvature(graph: Graph, at: dict[str, float]) -> float | None:
    """Return the largest second derivative in any direction; None for more than two inputs, or where it has none."""
    hessian = Derivatives(graph, at).hessian(graph.outputs[0])
    if hessian is None or len(hessian) > 2:
        return None
    if len(hessian) == 1:
        return hessian[0][0]
    (xx, xy), (_, yy) = hessian
    return (xx + yy) / 2 + math.hypot((xx - yy) / 2, xy)  # the larger eigenvalue


def _table(path: Sequence[PathPoint], rate: float) -> Table:
    names = [*path[0].at, "value", *(f"d/d{name}" for name in path[0].at)]
    rows = [
        [str(step), *map(digits, (*place.at.values(), place.value, *place.gradient.values()))]
        for step, place in enumerate(path)
    ]
    if len(rows) > MOST_ROWS:
        rows = [*rows[: MOST_ROWS // 2], ["…", *("" for _ in names)], *rows[-(MOST_ROWS // 2) :]]
    return f"gradient descent, learning rate {rate:g}", ("step", *names), rows


def _notes(path: Sequence[PathPoint], steps: int, curvature: float | None, rate: float) -> list[str]:
    found = []
    if len(path) > MOST_ROWS:
        found.append(f"shortened: {len(path):,} places; `--json` has all")
    if len(path) <= steps:
        found.append(f"stopped: step {len(path)} leads to where the value is not defined, or too large")
    if curvature is not None and curvature > 0:
        limit = 2 / curvature
        side = "below" if rate < limit else ("above" if rate > limit else "at")
        words = "if the curvature is the same everywhere, descent converges below 2 / a and diverges above"
        found.append(f"curvature a = {curvature:.6g} at the start; the rate is {side} 2 / a = {limit:.6g}: {words}")
    return found
