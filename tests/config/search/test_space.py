from typing import Any

import pytest

from nntrain.config.search.space import Condition, Parameter, Space

SGD, ADAM = {"SGD": {}}, {"Adam": {}}
OPTIMIZER = Parameter("train.optimizer", "choice", (SGD, ADAM, "Nadam"))
MOMENTUM = Parameter("train.optimizer.SGD.momentum", "choice", (0.5, 0.9), condition=Condition("train.optimizer", 0))
NESTEROV = Parameter("train.optimizer.SGD.nesterov", "bool", (False, True), condition=Condition("train.optimizer", 0))
BETA = Parameter(
    "train.optimizer.Adam.beta_1", "float", low=0.8, high=0.9, step=0.05, condition=Condition("train.optimizer", 1)
)
BATCH = Parameter("train.batch_size", "int", low=16, high=64, step=16)
RATE = Parameter("model.1.Dropout.rate", "float", low=0.1, high=0.5)
FINITE = Space((OPTIMIZER, BATCH, MOMENTUM, NESTEROV, BETA))


@pytest.mark.parametrize(
    ("parameter", "size"),
    [
        (OPTIMIZER, 3),
        (NESTEROV, 2),
        (BATCH, 4),
        (Parameter("x", "int", low=1, high=10), 10),
        (Parameter("x", "int", low=1, high=1000, log=True), 1000),
        (Parameter("x", "int", low=0, high=10, step=3), 4),
        (Parameter("x", "float", low=0.1, high=0.7, step=0.1), 7),
        (RATE, None),
        (Parameter("x", "float", low=0.1, high=0.7, log=True), None),
    ],
)
def test_a_parameter_knows_how_many_values_it_has(parameter: Parameter, size: int | None) -> None:
    assert parameter.size == size


@pytest.mark.parametrize(
    ("parameter", "value", "held"),
    [
        (OPTIMIZER, {"SGD": {}}, True),
        (OPTIMIZER, "Nadam", True),
        (OPTIMIZER, "SGD", False),
        (Parameter("x", "choice", (1, 2)), True, False),
        (Parameter("x", "choice", (1, 2)), 1.0, False),
        (Parameter("x", "choice", (None, 2)), None, True),
        (Parameter("x", "choice", ({"a": 1, "b": 2}, 2)), {"b": 2, "a": 1}, True),
        (NESTEROV, True, True),
        (NESTEROV, 1, False),
        (BATCH, 32, True),
        (BATCH, 33, False),
        (BATCH, 32.0, False),
        (BATCH, 80, False),
        (BATCH, True, False),
        (BETA, 0.8 + 0.05, True),
        (BETA, 0.9, True),
        (BETA, 0.86, False),
        (RATE, 0.1, True),
        (RATE, 0.5, True),
        (RATE, 0.51, False),
        (RATE, float("nan"), False),
        (RATE, "0.2", False),
        (RATE, None, False),
        (Parameter("x", "float", low=0, high=2), 1, True),
    ],
)
def test_a_parameter_holds_its_values_and_no_others(parameter: Parameter, value: Any, held: bool) -> None:
    assert parameter.holds(value) is held


def test_what_depends_on_an_option_counts_under_that_option_only() -> None:
    assert FINITE.size == 4 * (2 * 2 + 3 + 1)
    assert Space((OPTIMIZER, BATCH)).size == 12
    assert Space(()).size == 1


def test_a_choice_inside_an_option_of_a_choice_counts_within_it() -> None:
    inner = Parameter("a.x", "choice", (1, 2), condition=Condition("a", 0))
    innermost = Parameter("a.x.y", "int", low=1, high=5, condition=Condition("a.x", 1))
    assert Space((Parameter("a", "choice", ("x", "z")), inner, innermost)).size == (1 + 5) + 1


def test_one_path_under_two_options_counts_under_each() -> None:
    rates = [Parameter("a.r", "choice", (1, 2, 3), condition=Condition("a", index)) for index in (0, 1)]
    assert Space((Parameter("a", "choice", ("p", "q", "z")), *rates)).size == 3 + 3 + 1


def test_a_range_without_end_of_values_makes_the_space_infinite() -> None:
    assert Space((BATCH, RATE)).size is None
    inside = Parameter(
        "train.optimizer.Adam.epsilon", "float", low=1, high=2, condition=Condition("train.optimizer", 1)
    )
    assert Space((OPTIMIZER, inside)).size is None


def test_only_what_the_choice_brings_is_active_and_in_the_order_of_the_space() -> None:
    values = {
        "train.optimizer.Adam.beta_1": 0.9,
        "train.optimizer.SGD.momentum": 0.5,
        "train.optimizer.SGD.nesterov": True,
        "train.batch_size": 16,
        "train.optimizer": {"SGD": {}},
    }
    assert list(FINITE.active_parameters(values)) == [
        "train.optimizer",
        "train.batch_size",
        "train.optimizer.SGD.momentum",
        "train.optimizer.SGD.nesterov",
    ]
    with_adam = FINITE.active_parameters({**values, "train.optimizer": ADAM})
    assert list(with_adam) == ["train.optimizer", "train.batch_size", "train.optimizer.Adam.beta_1"]
    assert list(FINITE.active_parameters({**values, "train.optimizer": "Lion"})) == list(with_adam)[:2]


def test_a_choice_that_is_not_active_brings_nothing() -> None:
    inner = Parameter("a.x", "choice", (1, 2), condition=Condition("a", 0))
    innermost = Parameter("a.x.y", "int", low=1, high=5, condition=Condition("a.x", 1))
    space = Space((Parameter("a", "choice", ("x", "z")), inner, innermost))
    assert list(space.active_parameters({"a": "z", "a.x": 2, "a.x.y": 3})) == ["a"]
    assert list(space.active_parameters({"a": "x", "a.x": 2, "a.x.y": 3})) == ["a", "a.x", "a.x.y"]


def test_the_space_holds_values_when_each_active_parameter_holds_its_value() -> None:
    held = {"train.optimizer": "Nadam", "train.batch_size": 16}
    assert FINITE.holds(held)
    assert FINITE.holds({**held, "train.optimizer.SGD.momentum": 77})
    assert not FINITE.holds({**held, "train.batch_size": 17})
    assert not FINITE.holds({"train.batch_size": 16})
    assert not FINITE.holds({**held, "train.optimizer": {"SGD": {}}})
