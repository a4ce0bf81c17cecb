"""What the grammar takes, and the column of what it does not."""

import pytest

from nntrain.errors import ConfigError
from nntrain.explain.expression.derivatives import Derivatives
from nntrain.explain.expression.reader import read


def value(text: str, **at: float) -> float:
    graph = read([text])
    return Derivatives(graph, at).values[graph.outputs[0]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", 3.0),
        ("1 + 2*x", 7.0),
        ("(1 + 2)*x", 9.0),
        ("x - 1 - 1", 1.0),
        ("12 / x / 2", 2.0),
        ("-x**2", -9.0),
        ("2**x**2", 512.0),
        ("x**-1", 1 / 3),
        ("--x", 3.0),
        ("+x", 3.0),
        ("1.5e1*x", 45.0),
        (".5*x", 1.5),
        ("sqrt(x*x)", 3.0),
        ("pi*x", 9.42477796076938),
    ],
)
def test_expressions_have_the_value_of_mathematics(text: str, expected: float) -> None:
    assert value(text, x=3.0) == pytest.approx(expected, rel=1e-15)


def test_equal_operations_are_one_node_also_between_expressions() -> None:
    graph = read(["sin(x*y)", "x*y + sin(x*y)"])
    assert [str(node) for node in graph.operations] == ["x * y", "sin(a)", "a + b"]


def test_names_of_inputs_are_no_names_of_operations() -> None:
    graph = read(["sin(a) * b"])
    assert [f"{node.name} = {node}" for node in graph.operations] == ["c = sin(a)", "d = c * b"]


def test_many_operations_have_many_names() -> None:
    names = [node.name for node in read(["+".join(f"{number}*x" for number in range(2, 30))]).operations]
    assert len(set(names)) == len(names) == 55
    assert names[22:27] == ["w", "y", "z", "a1", "b1"]  # x is the input


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("__import__('os')", "unknown function `__import__`", 1),
        ("x.__class__", "`.` has no meaning", 2),
        ("(x", "never closed", 1),
        ("x + (x*(x)", "never closed", 5),
        ("x)", "closes nothing", 2),
        (10_000 * "(" + "x" + 10_000 * ")", "more than 100 brackets", 101),
        (10_000 * "-" + "x", "more than 100 brackets", 101),
        ("x" + 200 * "**x", "more than 100 brackets", 302),
        (200_000 * "x", "200,000 characters", 1),
        ("x^2", r"`\^` has no meaning", 2),
        ("", "empty", 1),
        ("x +", "ends here", 4),
        ("x + * x", r"`\*` stands here", 5),
        ("2 x", "follows a whole expression", 3),
        ("(x x)", r"stands where a `\)` must be", 4),
        ("exp x", "function without brackets", 1),
        ("expp(x)", "unknown function `expp`", 1),
        ("1e999 * x", "too large", 1),
        ("1/(2 - 2) * x", "divides by 0", 2),
        ("2 + 3", "constant 5", 1),
    ],
)
def test_a_fault_is_named_with_its_column(text: str, message: str, column: int) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        read([text])
    (problem,) = caught.value.problems
    assert problem.span is not None and problem.span.column == column
    assert problem.help


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("sigmoidd(x)", "write `sigmoid`"),
        ("ln(x)", "write `log`"),
        ("2·x", "write `*` between two factors"),
        ("x−1", "write `-`"),
        ("x²", "write `**2`"),
        ("2*π*x", "write `pi`"),
        ("√x", "write `sqrt(x)`"),
        ("[x+1]*2", "write `(`"),
        ("x=2", "write values with `--at x=1`, not in the expression"),
    ],
)
def test_the_help_says_what_is_meant(text: str, help: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read([text])
    assert caught.value.problems[0].help == help
