"""The plot of a computational graph: a box for each node with value and adjoint, an arrow for each local derivative."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from nntrain import canvas
from nntrain.errors import ConfigError
from nntrain.explain.expression.derivatives import Derivatives
from nntrain.explain.expression.graph import Graph, Node

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NODES = 60
WIDTH, HEIGHT = 2.3, 1.5  # inches of a node's place
_CENTRED: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9, "color": canvas.INK}
Spots = dict[Node, tuple[float, float]]


def draw(derivatives: Derivatives, format: str) -> bytes:
    """Return the graph as a PNG or SVG; raises ConfigError for one of too many nodes."""
    graph = derivatives.graph
    if len(graph.nodes) > MOST_NODES:
        message = f"the graph has {len(graph.nodes):,} nodes, a plot shows {MOST_NODES}"
        raise ConfigError(message, help="leave `--plot` out; `--json` has all of them")
    spots = places(graph)
    wide, high = (max(spot[axis] for spot in spots.values()) for axis in (0, 1))
    at = ", ".join(f"{name} = {value:g}" for name, value in derivatives.at.items())
    figure = canvas.sheet(WIDTH * (wide + 1), HEIGHT * (high + 1.4), f"at {at}")
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(-0.5, wide + 0.5)
    axes.set_ylim(high + 0.7, -0.7)
    boxes = _draw_nodes(axes, derivatives, spots)
    figure.draw_without_rendering()  # an arrow ends at a box, whose size is known only then
    _draw_edges(axes, derivatives, spots, boxes)
    return canvas.image(figure, format)


def places(graph: Graph) -> Spots:
    """Return column and row of each node: its column is the longest path from an input."""
    column: dict[Node, int] = {}
    for node in graph.nodes:
        column[node] = max((column[parent] + 1 for _, parent in node.parents), default=0)
    members = Counter(column.values())
    tallest, seen = max(members.values()), Counter[int]()
    spots: Spots = {}
    for node in graph.nodes:
        level = column[node]
        spots[node] = (float(level), (tallest - members[level]) / 2 + seen[level])
        seen[level] += 1
    return spots


def _draw_nodes(axes: "Axes", derivatives: Derivatives, spots: Spots) -> dict[Node, Any]:
    """Draw the boxes and return them."""
    boxes = {}
    adjoints = [(output, derivatives.reverse(output)) for output in derivatives.graph.outputs]
    for node, spot in spots.items():
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


def _draw_edges(axes: "Axes", derivatives: Derivatives, spots: Spots, boxes: dict[Node, Any]) -> None:
    """Draw an arrow from each argument; one that passes a column is bent round the nodes there."""
    for node in derivatives.graph.operations:
        for index, parent in node.parents:
            (left, top), (right, bottom) = start, end = spots[parent], spots[node]
            bend = -0.3 if right - left > 1 and top == bottom else 0.06 * index
            arrow = {"arrowstyle": "-|>", "color": canvas.GREY, "patchA": boxes[parent], "patchB": boxes[node]}
            axes.annotate("", end, start, arrowprops={**arrow, "connectionstyle": f"arc3,rad={bend}"}, zorder=1)
            middle = ((left + right) / 2, (top + bottom) / 2 + bend * (right - left) * WIDTH / HEIGHT / 2)
            shown = f"{derivatives.local[node, index]:.4g}"
            axes.text(*middle, shown, backgroundcolor="white", zorder=2, **{**_CENTRED, "color": canvas.GREY})
