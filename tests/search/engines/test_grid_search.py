"""KerasTuner's grid: all sets of values, each once."""

from typing import Any

from nntrain.config.search.space import Parameter, Space


def test_the_last_parameter_changes_fastest_and_own_values_come_first(begin: Any, branches: Space) -> None:
    space = Space(
        (Parameter("units", "int", low=10, high=30, step=10), Parameter("rate", "float", low=0.1, high=0.3, step=0.1)),
        {"units": 20, "rate": 0.3},
    )
    search = begin("GridSearch", space, score=lambda p: None).run()
    assert [tuple(values.values()) for values in search.values] == [
        (20, 0.3),
        (20, 0.1),
        (20, 0.2),
        (10, 0.3),
        (10, 0.1),
        (10, 0.2),
        (30, 0.3),
        (30, 0.1),
        (30, 0.2),
    ]
    assert search.engine.ended == "the space is exhausted"


def test_own_values_outside_the_space_are_one_more(begin: Any, branches: Space) -> None:
    search = begin("GridSearch", Space(branches.parameters, {"optimizer": "Nadam"}), score=lambda p: 1.0).run()
    assert search.values[0] == {"optimizer": "Nadam"}
    assert len(search.proposals) == len(set(search.keys)) == 15


def test_whole_numbers_on_a_logarithmic_scale_are_all_tried(begin: Any, branches: Space) -> None:
    space = Space((Parameter("units", "int", low=1, high=40, step=1, log=True),), {"units": 7})
    search = begin("GridSearch", space, score=lambda p: 1.0).run()
    assert sorted(values["units"] for values in search.values) == list(range(1, 41))


def test_a_continuous_range_is_tried_in_ten_places_and_at_the_own_value(begin: Any, smooth: Space) -> None:
    space = Space((smooth.parameters[1],), {"rate": 0.5})
    rates = [values["rate"] for values in begin("GridSearch", space, score=lambda p: 1.0).run().values]
    assert rates[0] == 0.5
    assert rates[1:3] == [0.000158489, 0.000398107]
    assert len(rates) == len(set(rates)) == 11
