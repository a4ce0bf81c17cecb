"""The derivatives of every operation, against central differences."""

import math

import pytest

from nntrain.explain.expression.operations import BINARY, FUNCTIONS, NEGATE, Operation

EACH = [*FUNCTIONS.values(), *BINARY.values(), NEGATE]
STEP = 1e-5


def slope(function: object, point: list[float], index: int) -> float:
    """The central difference of a function by one argument."""
    moved = [[x + sign * STEP * (each == index) for each, x in enumerate(point)] for sign in (1, -1)]
    high, low = (function(*arguments) for arguments in moved)  # type: ignore[operator]
    return float(high - low) / (2 * STEP)


@pytest.mark.parametrize("point", [[0.7, 1.3], [2.1, 3.0]], ids=str)
@pytest.mark.parametrize("operation", EACH, ids=lambda each: each.symbol)
def test_both_derivatives_are_those_of_central_differences(operation: Operation, point: list[float]) -> None:
    point = point[: len(operation.first)]
    for index, first in enumerate(operation.first):
        assert first(*point) == pytest.approx(slope(operation.value, point, index), rel=1e-7, abs=1e-9)
        for other, second in enumerate(operation.second[index]):
            assert second(*point) == pytest.approx(slope(first, point, other), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "tanh", "relu", "abs"])
@pytest.mark.parametrize("x", [-1000.0, 0.0, 1000.0])
def test_nothing_overflows_far_from_zero(name: str, x: float) -> None:
    operation = FUNCTIONS[name]
    for function in (operation.value, operation.first[0], operation.second[0][0]):
        assert math.isfinite(function(x))


def test_the_derivatives_of_the_lectures_at_zero() -> None:
    found = {name: FUNCTIONS[name].first[0](0.0) for name in ("sigmoid", "tanh", "relu")}
    assert found == {"sigmoid": 0.25, "tanh": 1.0, "relu": 0.0}


@pytest.mark.parametrize(("power", "slopes"), [(0.0, (0, 0)), (1.0, (1, 0)), (2.0, (0, 2)), (3.0, (0, 0))])
def test_powers_have_derivatives_at_zero(power: float, slopes: tuple[float, float]) -> None:
    assert (BINARY["**"].first[0](0.0, power), BINARY["**"].second[0][0](0.0, power)) == slopes
