"""Where the nodes of a graph are drawn: in columns, with lanes between them for edges that pass a column.

After Sugiyama, Tagawa and Toda 1981, with one lane for all edges of a node.
"""

from dataclasses import dataclass
from itertools import pairwise

from nntrain.explain.expression.graph import Graph, Node

LANE = 0.5  # the height of a lane, where that of a node is 1

Spot = tuple[float, float]  # column, row
_Item = tuple[Node, int]  # a node in its own column, or its lane in a later one


@dataclass(frozen=True)
class Layout:
    """The spot of each node, and those of its lane by column."""

    spots: dict[Node, Spot]
    lanes: dict[_Item, Spot]

    @property
    def size(self) -> Spot:
        """The last column, and the row of the lowest node or lane."""
        every = [*self.spots.values(), *self.lanes.values()]
        return max(column for column, _ in every), max(row for _, row in every)

    def route(self, parent: Node, child: Node) -> list[Spot]:
        """Return the spots that an edge passes between its two nodes, from left to right."""
        first, last = (int(self.spots[node][0]) for node in (parent, child))
        return [self.lanes[parent, column] for column in range(first + 1, last)]


def layout(graph: Graph) -> Layout:
    """Return the layout; the column of a node is its longest path from an input."""
    column = _columns(graph)
    items = _items(graph, column)
    rows: dict[_Item, float] = {}
    for level, members in enumerate(items):
        members.sort(key=lambda item: _wanted(item, level, column, rows))
        rows.update(zip(members, _stacked(members, column), strict=True))
    top = min(rows.values())
    spots = {item: (float(item[1]), row - top) for item, row in rows.items()}
    return Layout(
        {node: spot for (node, level), spot in spots.items() if level == column[node]},
        {item: spot for item, spot in spots.items() if item[1] != column[item[0]]},
    )


def _columns(graph: Graph) -> dict[Node, int]:
    column: dict[Node, int] = {}
    for node in graph.nodes:
        column[node] = max((column[parent] + 1 for _, parent in node.parents), default=0)
    return column


def _items(graph: Graph, column: dict[Node, int]) -> list[list[_Item]]:
    """Return the nodes and lanes of each column."""
    end = dict(column)  # where the last edge of a node arrives
    for node in graph.operations:
        for _, parent in node.parents:
            end[parent] = max(end[parent], column[node])
    found: list[list[_Item]] = [[] for _ in range(max(column.values()) + 1)]
    for node in graph.nodes:
        for level in range(column[node], max(end[node], column[node] + 1)):
            found[level].append((node, level))
    return found


def _wanted(item: _Item, level: int, column: dict[Node, int], rows: dict[_Item, float]) -> float:
    """Return the mean row of what leads to a node or lane from the column before."""
    node = item[0]
    before = [node] if level > column[node] else [parent for _, parent in node.parents]
    found = [rows[each, level - 1] for each in before if (each, level - 1) in rows]
    return sum(found) / max(len(found), 1)


def _stacked(members: list[_Item], column: dict[Node, int]) -> list[float]:
    """Return the row of each member of a column, one below the other, around 0."""
    heights = [1.0 if level == column[node] else LANE for node, level in members]
    rows = [0.0]
    for upper, lower in pairwise(heights):
        rows.append(rows[-1] + (upper + lower) / 2)
    middle = (rows[0] - heights[0] / 2 + rows[-1] + heights[-1] / 2) / 2 if rows else 0.0
    return [row - middle for row in rows]
