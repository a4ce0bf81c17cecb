import pytest

from nntrain.config.search.space import Condition, Parameter
from nntrain.search.parameter_axis import BESIDE, axis, label, short_number

RATE = Parameter("rate", "float", low=1e-4, high=1e-1, log=True)


def test_a_logarithmic_range():
    found = axis(RATE, [{"rate": 1e-3}])
    assert [label for _, label in found.ticks] == ["0.0001", "0.001", "0.01", "0.1"]
    assert [found.place({"rate": value}) for value in (1e-4, 1e-3, 1e-1)] == pytest.approx([0, 1 / 3, 1])


def test_the_range_takes_in_what_was_tried():
    found = axis(RATE, [{"rate": 1.0}])
    assert found.place({"rate": 1.0}) == 1
    assert axis(Parameter("n", "int", low=1, high=4), [{"n": 0}]).place({"n": 1}) == 0.25


@pytest.mark.parametrize(("odd", "name"), [({"CosineDecay": {"steps": 9}}, "CosineDecay steps=9"), (0, "0")])
def test_a_value_of_the_config_that_is_not_on_the_axis_is_beside_it(odd, name):
    found = axis(RATE, [{"rate": odd}, {"rate": 1e-2}])
    assert found.ticks[0] == (BESIDE, name)
    assert found.place({"rate": odd}) == BESIDE


def test_a_parameter_that_is_not_active_and_one_that_is_not_set():
    dependent = Parameter("momentum", "float", low=0, high=1, condition=Condition("optimizer", 0))
    assert axis(dependent, [{}, {"momentum": 0.5}]).beside == "not active"
    assert axis(RATE, [{}, {"rate": 0.01}]).beside == "not set"
    assert axis(RATE, [{}, {"rate": 0}]).beside == "other"
    assert axis(RATE, [{"rate": 0.01}]).beside == ""
    assert axis(dependent, [{}]).place({}) == BESIDE


def test_options_have_unique_labels_and_numbers_are_in_order():
    found = axis(Parameter("x", "choice", (300, 100)), [{"x": 200}])
    assert found.labels == ("100", "200", "300")
    assert [found.place({"x": value}) for value in (100, 200, 300)] == [0, 0.5, 1]
    assert axis(Parameter("x", "choice", ("Adam", {"Adam": {}}, None)), []).labels == ("Adam (1)", "Adam (2)", "null")
    assert axis(Parameter("x", "choice", (1, True)), []).levels == ("1", "true")
    assert axis(Parameter("x", "bool", (False, True)), []).ticks == [(0, "false"), (1, "true")]
    assert axis(Parameter("x", "choice", ("only",)), []).ticks == [(0.5, "only")]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("relu", "relu"),
        (None, "null"),
        (0.5, "0.5"),
        ([1, 2], "[1, 2]"),
        ({"Adam": {}}, "Adam"),
        ({"SGD": {"momentum": 0.9, "nesterov": True}}, "SGD momentum=0.9 nesterov=true"),
        ({"LeakyReLU": 0.1}, "LeakyReLU 0.1"),
        ({"a": 1, "b": 2}, '{"a": 1, "b": 2}'),
    ],
)
def test_labels(value, shown):
    assert label(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(1e-5, "1e-5"), (100000.0, "100000"), (1e10, "1e10"), (0.25, "0.25")])
def test_numbers(value, shown):
    assert short_number(value) == shown


@pytest.mark.parametrize(
    ("kind", "low", "high", "log", "labels"),
    [
        ("int", 1, 4, False, ["1", "2", "3", "4"]),
        ("int", 0, 1, False, ["0", "1"]),
        ("int", 3, 3, False, ["3"]),
        ("int", 16, 1024, True, ["20", "50", "100", "200", "500", "1000"]),
        ("float", -0.3, 0.6, False, ["-0.2", "0", "0.2", "0.4", "0.6"]),
        ("float", 0.011, 0.012, True, ["0.011", "0.0115", "0.012"]),
        ("float", 1e-12, 1.0, True, ["1e-12", "1e-9", "1e-6", "0.001", "1"]),
        ("float", 1e-4, 1.2e-3, True, ["0.0001", "0.0002", "0.0005", "0.001"]),
    ],
)
def test_ticks_are_round(kind, low, high, log, labels):
    parameter = Parameter("x", kind, low=low, high=high, log=log)
    ticks = axis(parameter, []).ticks
    assert [text for _, text in ticks] == labels
    assert all(-1e-9 <= place <= 1 + 1e-9 for place, _ in ticks)
