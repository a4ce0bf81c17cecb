"""Values and derivatives of a graph: forward mode, reverse mode, and second derivatives (forward over reverse).

Each local derivative is computed once, so there are as many as the graph has edges. The algorithms are those of
Goodfellow et al. 2016, section 6.5, and Griewank and Walther 2008, chapters 3 and 5.
"""

from dataclasses import dataclass
from functools import cached_property

from nntrain.errors import ConfigError
from nntrain.explain.expression.graph import Graph, Node, computed

ByNode = dict[Node, float]


@dataclass(frozen=True)
class Derivatives:
    """The derivatives of a graph at a point; `at` has a number for each input."""

    graph: Graph
    at: dict[str, float]

    @cached_property
    def values(self) -> ByNode:
        """The value of every node; raises ConfigError at an operation that has none."""
        found: ByNode = {node: self.at[name] for name, node in self.graph.inputs.items()}
        for node in self.graph.operations:
            found[node] = computed(
                node.place, f"`{node.operation.symbol}`", node.operation.value, *_arguments(node, found)
            )
        return found

    @cached_property
    def local(self) -> dict[tuple[Node, int], float]:
        """The derivative of every operation by each argument that is a node; raises ConfigError where it has none."""
        return {
            (node, index): computed(
                node.place,
                f"the derivative of `{node.operation.symbol}`",
                node.operation.first[index],
                *_arguments(node, self.values),
            )
            for node in self.graph.operations
            for index, _ in node.parents
        }

    def forward(self, input: Node) -> ByNode:
        """Return the derivative of every node by one input: JVP, from the inputs to the outputs."""
        tangents = {node: float(node is input) for node in self.graph.inputs.values()}
        for node in self.graph.operations:
            tangents[node] = sum(self.local[node, index] * tangents[parent] for index, parent in node.parents)
        return tangents

    def reverse(self, output: Node) -> ByNode:
        """Return the adjoints, the derivatives of one output by every node: VJP, from the output to the inputs."""
        adjoints = {node: float(node is output) for node in self.graph.nodes}
        for node in reversed(self.graph.operations):
            for index, parent in node.parents:
                adjoints[parent] += adjoints[node] * self.local[node, index]
        return adjoints

    def hessian(self, output: Node) -> list[list[float]] | None:
        """Return the second derivatives of one output by the inputs, or None where an operation has none."""
        adjoints = self.reverse(output)
        try:
            return [self._row(adjoints, input) for input in self.graph.inputs.values()]
        except ConfigError:
            return None

    def _row(self, adjoints: ByNode, input: Node) -> list[float]:
        """Return the derivatives of the adjoints of all inputs by one input: the tangents of the reverse pass."""
        tangents = self.forward(input)
        changes = dict.fromkeys(self.graph.nodes, 0.0)
        for node in reversed(self.graph.operations):
            for index, parent in node.parents:
                bend = sum(self._second(node, index, other) * tangents[each] for other, each in node.parents)
                changes[parent] += changes[node] * self.local[node, index] + adjoints[node] * bend
        return [changes[node] for node in self.graph.inputs.values()]

    def _second(self, node: Node, index: int, other: int) -> float:
        function = node.operation.second[index][other]
        return computed(
            node.place, f"the second derivative of `{node.operation.symbol}`", function, *_arguments(node, self.values)
        )


def _arguments(node: Node, values: ByNode) -> list[float]:
    return [values[each] if isinstance(each, Node) else each for each in node.arguments]


@dataclass(frozen=True)
class Work:
    """How often something is computed: operations for the values, local derivatives for all adjoints."""

    operations: int
    derivatives: int


def with_memory(graph: Graph) -> Work:
    """Return the work when every node is computed once and kept."""
    return Work(len(graph.operations), sum(len(node.parents) for node in graph.operations))


def without_memory(graph: Graph) -> Work:
    """Return the work when a node is computed anew each time it is used: once a path from the output to it."""
    uses = {node: graph.outputs.count(node) for node in graph.nodes}
    for node in reversed(graph.operations):
        for _, parent in node.parents:
            uses[parent] += uses[node]
    derivatives = sum(uses[node] * len(node.parents) for node in graph.operations)
    return Work(sum(uses[node] for node in graph.operations), derivatives)
