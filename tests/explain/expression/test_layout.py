"""The layout of a graph."""

from itertools import combinations

import pytest

from nntrain.explain.expression.layout import LANE, layout
from nntrain.explain.expression.reader import read

TEXTS = [["sqrt(x**2 + exp(x**2)) + cos(y)*y"], ["x*y", "x + y**2"], ["x"], ["x*x + sin(x*y)*x - y*z/(x + z)*x"]]


@pytest.mark.parametrize("texts", TEXTS, ids=str)
def test_a_node_stands_right_of_its_arguments_and_on_no_other(texts: list[str]) -> None:
    graph = read(texts)
    spots = layout(graph).spots
    assert len(set(spots.values())) == len(graph.nodes)
    for node in graph.operations:
        assert all(spots[parent][0] < spots[node][0] for _, parent in node.parents)


@pytest.mark.parametrize("texts", TEXTS, ids=str)
def test_an_edge_passes_a_column_beside_its_nodes(texts: list[str]) -> None:
    graph = read(texts)
    found = layout(graph)
    for node in graph.operations:
        for _, parent in node.parents:
            columns = [column for column, _ in found.route(parent, node)]
            assert columns == list(range(int(found.spots[parent][0]) + 1, int(found.spots[node][0])))
    for lane in found.lanes.values():
        assert all(abs(lane[1] - row) >= (1 + LANE) / 2 for column, row in found.spots.values() if column == lane[0])
    for first, second in combinations(found.lanes.values(), 2):
        assert first[0] != second[0] or abs(first[1] - second[1]) >= LANE


def test_the_node_of_the_highest_row_begins_at_0() -> None:
    found = layout(read(["x*y", "x + y**2"]))
    rows = [row for _, row in [*found.spots.values(), *found.lanes.values()]]
    assert (min(rows), max(rows)) == (0, found.size[1])
