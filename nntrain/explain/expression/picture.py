"""The plot of a computational graph: a box for each node with value and adjoint, an arrow for each local derivative."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nntrain import canvas
from nntrain.errors import ConfigError
from nntrain.explain.expression.derivatives import Derivatives
from nntrain.explain.expression.graph import Node
from nntrain.explain.expression.layout import Layout, Spot, layout

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NODES = 60
WIDTH, HEIGHT = 2.3, 1.5  # inches of a node's place
_CENTRED: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9, "color": canvas.INK}
_LABEL: dict[str, Any] = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"}
GAP = 0.02  # columns between an edge and its box

Extent = tuple[float, float, float, float]  # left, top, right, bottom


def draw(title: str, derivatives: Derivatives, format: str) -> bytes:
    """Return the graph as a PNG or SVG; raises ConfigError for one of too many nodes."""
    graph = derivatives.graph
    if len(graph.nodes) > MOST_NODES:
        message = f"the graph has {len(graph.nodes):,} nodes, a plot shows {MOST_NODES}"
        raise ConfigError(message, help="leave `--plot` out; `--json` has all of them")
    place = layout(graph)
    wide, high = place.size
    at = ", ".join(f"{name} = {value:g}" for name, value in derivatives.at.items())
    figure = canvas.sheet(WIDTH * (wide + 1), HEIGHT * (high + 1.4), f"{title} at {at}")
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(-0.5, wide + 0.5)
    axes.set_ylim(high + 0.7, -0.7)
    boxes = _draw_nodes(axes, derivatives, place)
    figure.draw_without_rendering()  # an arrow ends at a box, whose size is known only then
    _draw_edges(axes, derivatives, place, {node: _extent(axes, box) for node, box in boxes.items()})
    return canvas.image(figure, format)


def _draw_nodes(axes: "Axes", derivatives: Derivatives, place: Layout) -> dict[Node, Any]:
    """Draw the boxes and return them."""
    boxes = {}
    adjoints = [(output, derivatives.reverse(output)) for output in derivatives.graph.outputs]
    for node, spot in place.spots.items():
        title = canvas.short(f"{node.name} = {node}" if node.arguments else node.name, 24)
        slopes = [f"d{output.name}/d{node.name} = {found[node]:.6g}" for output, found in adjoints]
        text = "\n".join([title, f"{derivatives.values[node]:.6g}", *slopes])
        is_output = node in derivatives.graph.outputs
        shown = axes.text(*spot, text, bbox=_box(node, is_output), zorder=3, parse_math=False, **_CENTRED)
        boxes[node] = shown.get_bbox_patch()
    return boxes


def _box(node: Node, is_output: bool) -> dict[str, Any]:
    edge = canvas.BLUE if node.arguments else canvas.INK
    return {
        "boxstyle": "round,pad=0.4",
        "facecolor": "white",
        "edgecolor": edge,
        "linewidth": 2.2 if is_output else 1.2,
    }


def _extent(axes: "Axes", box: Any) -> Extent:
    """Return the left, upper, right and lower end of a box in columns and rows."""
    (left, lower), (right, upper) = axes.transData.inverted().transform(box.get_window_extent().get_points())
    return left, upper, right, lower


def _draw_edges(axes: "Axes", derivatives: Derivatives, place: Layout, boxes: dict[Node, Extent]) -> None:
    """Draw an arrow from each argument through its lane, with the local derivative on the last piece of it."""
    for node in derivatives.graph.operations:
        left, upper, _, lower = boxes[node]
        parents = node.parents
        for order, (index, parent) in enumerate(sorted(parents, key=lambda each: _last(place, each[1], node)[1])):
            entry = upper + (lower - upper) * (order + 1) / (len(parents) + 1)
            start = (boxes[parent][2] + GAP, place.spots[parent][1])
            points = [start, *place.route(parent, node), (left - GAP, entry)]
            _arrow(axes, points)
            share = 0.5 if len(parents) == 1 else (0.4, 0.6)[order]  # two edges of one node have labels side by side
            where = _between(points[-2], points[-1], share)
            shown = f"{derivatives.local[node, index]:.4g}"
            axes.text(*where, shown, bbox=_LABEL, zorder=2, **{**_CENTRED, "color": canvas.GREY})


def _last(place: Layout, parent: Node, child: Node) -> Spot:
    """Return the spot that an edge leaves last."""
    return [place.spots[parent], *place.route(parent, child)][-1]


def _arrow(axes: "Axes", points: Sequence[Spot]) -> None:
    """Draw a smooth curve through the points, level at each of them, with a head at the last."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    curve: list[Spot] = [points[0]]
    for (x, y), (right, end) in pairwise(points):
        curve += [((x + right) / 2, y), ((x + right) / 2, end), (right, end)]
    path = Path(curve, [Path.MOVETO, *[Path.CURVE4] * (len(curve) - 1)])
    axes.add_patch(FancyArrowPatch(path=path, arrowstyle="-|>", mutation_scale=10, color=canvas.GREY))


def _between(start: Spot, end: Spot, share: float) -> Spot:
    """Return a point of the curve between two points, at this share of its cubic Bézier parameter."""
    (x, y), (right, bottom) = start, end
    middle, rest = (x + right) / 2, 1 - share
    across = rest**3 * x + 3 * rest * share * middle + share**3 * right
    return across, y + (bottom - y) * share**2 * (3 - 2 * share)
