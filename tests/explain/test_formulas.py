"""The formulas of the lectures, on the gradients 1, 0.5 and -0.2 from the weight 1."""

from types import SimpleNamespace
from typing import Any

import pytest

from nntrain.explain.formulas import Lecture, formula_of

GRADIENTS = (1.0, 0.5, -0.2)
OPTIONS = {"weight_decay": None, "centered": False, "amsgrad": False, "nesterov": False, "momentum": 0.0}


def weights(name: str, rate: float = 0.1, gradients: tuple[float, ...] = GRADIENTS, **options: Any) -> list[float]:
    given = SimpleNamespace(**{**OPTIONS, **options})
    formula = formula_of(name, given)
    assert formula is not None
    lecture, found = Lecture(formula, given, 1.0), []
    for gradient in gradients:
        lecture.move(gradient, rate)
        found.append(lecture.weight)
    return found


# Payberah, Training Deep Feedforward Networks (2018), to half of the last printed digit.
LECTURE = [
    ("SGD", {"momentum": 0.9}, (0.9, 0.76, 0.654)),
    ("Adagrad", {"epsilon": 1e-10}, (0.900000000005, 0.855278640457, 0.872887658583)),
    ("RMSprop", {"rho": 0.9, "momentum": 0.9, "epsilon": 1e-10}, (0.683772234141, 0.251725288778, -0.076117533945)),
    ("Adam", {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}, (0.9000000005, 0.806782037365, 0.747110934412)),
]


@pytest.mark.parametrize(("name", "options", "expected"), LECTURE, ids=[each[0] for each in LECTURE])
def test_the_numbers_of_the_lectures(name: str, options: dict[str, Any], expected: tuple[float, ...]) -> None:
    assert weights(name, **options) == pytest.approx(expected, rel=0, abs=0.5e-12 * 1.01)


def test_gradient_descent_and_weight_decay() -> None:
    assert weights("SGD") == pytest.approx([0.9, 0.85, 0.87])
    assert weights("SGD", weight_decay=0.5) == pytest.approx([0.85, 0.7575, 0.739625])


def test_nesterov_looks_ahead() -> None:
    """On J = w²/2 with the gradient at w - β m, as the corrected sequence of the lectures."""
    given = SimpleNamespace(**{**OPTIONS, "nesterov": True, "momentum": 0.9})
    formula = formula_of("SGD", given)
    assert formula is not None and "look-ahead" in formula.keras
    lecture, found = Lecture(formula, given, 1.0), []
    for _ in range(5):
        lecture.move(lecture.weight - 0.9 * lecture.state.get("m", 0.0), 0.1)
        found.append(lecture.weight)
    assert found == pytest.approx([0.9, 0.729, 0.51759, 0.2945889, 0.0844991], abs=5e-8)


def test_nadam_by_hand() -> None:
    """Dozat 2016, the first step from a gradient of 1, where s / (1 - β2) is 1."""
    now, then = 0.9 * (1 - 0.96 / 2), 0.9 * (1 - 0.96**2 / 2)
    moved = then * 0.1 / (1 - now * then) + (1 - now) / (1 - now)
    assert weights("Nadam", epsilon=0.0, beta_1=0.9, beta_2=0.999)[0] == pytest.approx(1 - 0.1 * moved, rel=1e-14)


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "RMSprop", "Adam", "AdamW", "Nadam", "Adadelta", "Adamax", "Lion"])
def test_a_gradient_of_zero_divides_by_nothing(name: str) -> None:
    options = {"epsilon": 0.0, "rho": 0.9, "beta_1": 0.9, "beta_2": 0.999}
    assert weights(name, gradients=(0.0, 0.0), **options) == [1.0, 1.0]


def test_some_have_no_formula() -> None:
    assert formula_of("RMSprop", SimpleNamespace(**{**OPTIONS, "centered": True})) is None
    assert formula_of("Adam", SimpleNamespace(**{**OPTIONS, "amsgrad": True})) is None
