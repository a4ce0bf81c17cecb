"""Forward mode, reverse mode, second derivatives and the work, on the function of the Tor Vergata lectures."""

import pytest

from nntrain.errors import ConfigError
from nntrain.explain.expression.derivatives import Derivatives, Work, with_memory, without_memory
from nntrain.explain.expression.reader import read

LECTURE = "sqrt(x**2 + exp(x**2)) + cos(x**2 + exp(x**2))"

# x; the nodes a = x², b = exp(a), c = a + b, d = √c, e = cos c, f = d + e; df/dx.
TABLE = [
    (0.0, (0, 1, 1, 1, 0.5403023058681398, 1.5403023058681398), 0.0),
    (
        0.5,
        (0.25, 1.2840254166877414, 1.5340254166877414, 1.238557797071958, 0.03676262434378255, 1.2753204214157405),
        -1.3604310785982792,
    ),
    (
        1.0,
        (1, 2.718281828459045, 3.718281828459045, 1.928284685532467, -0.8382724735577245, 1.0900122119747424),
        5.983082595908695,
    ),
    (
        1.5,
        (2.25, 9.487735836358526, 11.737735836358526, 3.426037921033351, 0.6758825709730497, 4.101920492006401),
        27.780454912911722,
    ),
    (
        2.0,
        (4, 54.598150033144236, 58.598150033144236, 7.654942849763429, -0.46061321417757406, 7.194329635585855),
        -182.86980730598307,
    ),
    (
        -1.0,
        (1, 2.718281828459045, 3.718281828459045, 1.928284685532467, -0.8382724735577245, 1.0900122119747424),
        -5.983082595908695,
    ),
]


def at(texts: list[str], **point: float) -> Derivatives:
    return Derivatives(read(texts), point)


@pytest.mark.parametrize(("x", "nodes", "slope"), TABLE, ids=lambda each: str(each) if isinstance(each, float) else "")
def test_the_function_of_the_lectures(x: float, nodes: tuple[float, ...], slope: float) -> None:
    derivatives = at([LECTURE], x=x)
    graph = derivatives.graph
    assert [node.name for node in graph.operations] == list("abcdef")
    assert [derivatives.values[node] for node in graph.operations] == pytest.approx(nodes, rel=1e-15)
    (output,), input = graph.outputs, graph.inputs["x"]
    assert derivatives.reverse(output)[input] == pytest.approx(slope, rel=1e-14)
    assert derivatives.forward(input)[output] == pytest.approx(slope, rel=1e-14)


@pytest.mark.parametrize("x", [0.0, 0.5, 1.0, 1.5])
def test_its_second_derivative_is_the_slope_of_the_first(x: float) -> None:
    def first(point: float) -> float:
        derivatives = at([LECTURE], x=point)
        return derivatives.reverse(derivatives.graph.outputs[0])[derivatives.graph.inputs["x"]]

    derivatives = at([LECTURE], x=x)
    hessian = derivatives.hessian(derivatives.graph.outputs[0])
    assert hessian is not None
    assert hessian[0][0] == pytest.approx((first(x + 1e-6) - first(x - 1e-6)) / 2e-6, rel=1e-6)


def test_each_local_derivative_is_needed_once() -> None:
    graph = read([LECTURE])
    assert with_memory(graph) == Work(operations=6, derivatives=8)
    assert without_memory(graph) == Work(operations=11, derivatives=14)


def test_without_memory_the_work_doubles_with_every_sharing() -> None:
    text = "x"
    for _ in range(10):
        text = f"({text})*({text})"
    graph = read([text])
    assert with_memory(graph).operations == 10
    assert without_memory(graph).operations == 2**10 - 1


def test_a_jacobian_and_its_hessians() -> None:
    derivatives = at(["x**2*y", "x*y**3"], x=2.0, y=3.0)
    x, y = derivatives.graph.inputs.values()
    first, second = derivatives.graph.outputs
    assert [[derivatives.forward(z)[f] for z in (x, y)] for f in (first, second)] == [[12, 4], [27, 54]]
    assert [[derivatives.reverse(f)[z] for z in (x, y)] for f in (first, second)] == [[12, 4], [27, 54]]
    assert derivatives.hessian(first) == [[6, 4], [4, 0]]
    assert derivatives.hessian(second) == [[0, 27], [27, 36]]


def test_a_variable_exponent_has_a_derivative() -> None:
    derivatives = at(["x**y"], x=2.0, y=3.0)
    x, y = derivatives.graph.inputs.values()
    adjoints = derivatives.reverse(derivatives.graph.outputs[0])
    assert (adjoints[x], adjoints[y]) == (12.0, pytest.approx(5.545177444479562, rel=1e-15))


def test_an_output_may_be_an_input() -> None:
    derivatives = at(["x", "x*x"], x=2.0)
    assert [derivatives.reverse(f)[derivatives.graph.inputs["x"]] for f in derivatives.graph.outputs] == [1, 4]


@pytest.mark.parametrize(
    ("text", "x", "message", "column"),
    [
        ("1/x", 0.0, "`/` divides by 0 here", 2),
        ("2 + log(x)", 0.0, "`log` is not defined here", 5),
        ("sqrt(x)", -1.0, "`sqrt` is not defined here", 1),
        ("x**0.5", -1.0, r"`\*\*` is not defined here", 2),
        ("x**(10**9)", 2.0, r"`\*\*` is too large", 2),
        ("exp(exp(x))", 10.0, "`exp` is too large", 1),
        ("1e308*x", 10.0, "not a finite number", 6),
    ],
)
def test_a_value_that_does_not_exist_has_a_place(text: str, x: float, message: str, column: int) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        assert at([text], x=x).values
    span = caught.value.problems[0].span
    assert span is not None and span.column == column


def test_a_derivative_that_does_not_exist_has_a_place() -> None:
    derivatives = at(["1 + sqrt(x)"], x=0.0)
    assert derivatives.values
    with pytest.raises(ConfigError, match="the derivative of `sqrt` divides by 0"):
        derivatives.reverse(derivatives.graph.outputs[0])


def test_a_second_derivative_may_not_exist() -> None:
    derivatives = at(["x**1.5"], x=0.0)
    assert derivatives.hessian(derivatives.graph.outputs[0]) is None


def test_ten_thousand_terms_are_no_recursion() -> None:
    derivatives = at(["+".join(10_000 * ["x"])], x=1.0)
    assert derivatives.reverse(derivatives.graph.outputs[0])[derivatives.graph.inputs["x"]] == 10_000
