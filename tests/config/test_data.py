from typing import Any

import pytest

from nntrain.config.data import Fraction, Source, SplitRule
from nntrain.config.named import to_tree


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.25, {"fraction": {"share": 0.25, "stratify": True}}),
        (0, "none"),
        (None, "none"),
        ("none", "none"),
        ({"first": 10}, {"first": {"rows": 10}}),
        ({"last": {"rows": 3}}, {"last": {"rows": 3}}),
        ({"fraction": 0.5}, {"fraction": {"share": 0.5, "stratify": True}}),
    ],
)
def test_a_split_is_a_share_or_some_rows_or_nothing(value: Any, expected: Any) -> None:
    assert to_tree(SplitRule.parse(value)) == expected


@pytest.mark.parametrize("value", [1.0, -0.1, 10, -3, True, "10%", "half", {"first": 0}, {"fraction": 0}, [0.1]])
def test_a_split_is_nothing_else(value: Any) -> None:
    with pytest.raises(Exception) as caught:
        Fraction.model_validate({"share": 0.5})
        SplitRule.parse(value)
    assert type(caught.value).__name__ in ("ValidationError", "PydanticCustomError")


@pytest.mark.parametrize("source", ["iris", "mnist", "fashion_mnist", {"toy_2d": "moons"}, {"table": "people.csv"}])
@pytest.mark.parametrize("beside", [{}, {"hold_out_test": True}])
def test_hold_holds_out_the_test_split_of_every_source(source: Any, beside: dict[str, bool]) -> None:
    name, own = Source.split(source)
    own = {"toy_2d": {"kind": own}, "table": {"path": own, "target": "age"}}.get(name, {})
    held = Source.parse({name: {**own, **beside, "test": "hold"}})
    assert held == Source.parse({name: {**own, "hold_out_test": True}})
    assert held.hold_out_test
    assert Source.parse(to_tree(held)) == held
