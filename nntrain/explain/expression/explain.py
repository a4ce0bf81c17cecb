"""The explanation of one or more expressions at a point."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from nntrain.explain.explanation import Explanation, Table, digits
from nntrain.explain.expression import picture
from nntrain.explain.expression.derivatives import Derivatives, with_memory, without_memory
from nntrain.explain.expression.graph import Node
from nntrain.explain.expression.point import read_point
from nntrain.explain.expression.reader import read


def explain(texts: Sequence[str], at: Sequence[str]) -> Explanation:
    """Return values and derivatives of expressions; raises ConfigError at the column of what is wrong in them."""
    graph = read(texts)
    trace = Trace(Derivatives(graph, read_point(graph, at)), texts)
    draw = partial(picture.draw, ", ".join(texts), trace.derivatives)
    return Explanation(trace.content(), trace.tables(), draw)


class Trace:
    """All passes over one graph at one point."""

    def __init__(self, derivatives: Derivatives, texts: Sequence[str]) -> None:
        graph = derivatives.graph
        self.derivatives, self.graph, self.texts = derivatives, graph, texts
        self.inputs, self.outputs = list(graph.inputs.values()), graph.outputs
        self.values = derivatives.values
        self.tangents = {node: derivatives.forward(node) for node in self.inputs}
        self.adjoints = [derivatives.reverse(node) for node in self.outputs]
        self.hessians = [derivatives.hessian(node) for node in self.outputs]

    def tables(self) -> list[Table]:
        """Return the tables to print."""
        return [self._nodes(), self._edges(), self._jacobian(), *self._second(), self._work()]

    def content(self) -> dict[str, Any]:
        """Return all numbers for `--json`."""
        return {
            "expressions": list(self.texts),
            "at": self.derivatives.at,
            "nodes": [self._node(node) for node in self.graph.nodes],
            "edges": [
                {"from": parent.name, "to": node.name, "derivative": self.derivatives.local[node, index]}
                for node in self.graph.operations
                for index, parent in node.parents
            ],
            "outputs": [node.name for node in self.outputs],
            "jacobian": {
                "forward": [[self.tangents[x][f] for x in self.inputs] for f in self.outputs],
                "reverse": [[adjoints[x] for x in self.inputs] for adjoints in self.adjoints],
            },
            "hessians": self.hessians,
            "work": {"memoized": vars(with_memory(self.graph)), "recomputed": vars(without_memory(self.graph))},
        }

    def _node(self, node: Node) -> dict[str, Any]:
        return {
            "name": node.name,
            "operation": str(node),
            "value": self.values[node],
            "tangents": {x.name: tangents[node] for x, tangents in self.tangents.items()},
            "adjoints": [adjoints[node] for adjoints in self.adjoints],
        }

    def _nodes(self) -> Table:
        forward = [f"forward: d node/d {x.name}" for x in self.inputs]
        reverse = [f"reverse: d {f.name}/d node" for f in self.outputs]
        rows = [
            [
                node.name,
                str(node),
                digits(self.values[node]),
                *(digits(tangents[node]) for tangents in self.tangents.values()),
                *(digits(adjoints[node]) for adjoints in self.adjoints),
            ]
            for node in self.graph.nodes
        ]
        return "graph", ("node", "operation", "value", *forward, *reverse), rows

    def _edges(self) -> Table:
        rows = [
            [f"{parent.name} -> {node.name}", digits(self.derivatives.local[node, index])]
            for node in self.graph.operations
            for index, parent in node.parents
        ]
        return "\nedges, each with its local derivative", ("edge", "d to/d from"), rows

    def _jacobian(self) -> Table:
        rows = [
            [f"d {f.name}/d {x.name}", digits(self.tangents[x][f]), digits(adjoints[x]), self._text(index)]
            for index, (f, adjoints) in enumerate(zip(self.outputs, self.adjoints, strict=True))
            for x in self.inputs
        ]
        title = "\nJacobian" if len(rows) > 1 else "\nderivative"
        return title, ("", "forward mode", "reverse mode", "of"), rows

    def _second(self) -> list[Table]:
        rows = [
            [f"d² {f.name}/d {x.name} d {z.name}", digits(hessian[i][j]) if hessian else "not defined here"]
            for f, hessian in zip(self.outputs, self.hessians, strict=True)
            for i, x in enumerate(self.inputs)
            for j, z in enumerate(self.inputs[i:], start=i)
        ]
        return [("\nsecond derivatives (forward mode over reverse mode)", ("", "value"), rows)]

    def _text(self, index: int) -> str:
        text = self.texts[index]
        return text if len(text) <= 60 else f"{text[:40]} … {text[-15:]}"

    def _work(self) -> Table:
        kept, anew = with_memory(self.graph), without_memory(self.graph)
        rows = [
            ["operations", f"{kept.operations:,}", _count(anew.operations)],
            ["local derivatives", f"{kept.derivatives:,}", _count(anew.derivatives)],
        ]
        return "\nwork", ("", "with memoization", "without"), rows


def _count(number: int) -> str:
    return f"{number:,}" if number < 10**12 else f"about 10^{len(str(number)) - 1}"
