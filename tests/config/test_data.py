import re
from typing import Any

import pytest
from pydantic import ValidationError

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


@pytest.mark.parametrize(
    ("value", "help"),
    [
        ("cifar10", "save its arrays with `numpy.savez(FILE, x=..., y=...)`, and write `npz_file: {path: ...}`"),
        ("breast_cancer", "save it as a CSV file, and write `table: {path: ..., target: ...}`"),
        ({"table": {"path": "a.csv", "target": "y", "sep": ";"}}, "write `separator`"),
        ({"table": {"path": "a.csv", "target": "y", "test_size": 0.3}}, "write `test`"),
        ({"table": {"path": "a.csv", "target": "y", "normalize": True}}, "write `TableEncoding: {scaling: ...}` as"),
        ({"table": {"path": "a.csv", "target": "y", "batch_size": 32}}, "write `batch_size` below `train:`"),
        ({"image_folder": {"path": "a", "size": 64}}, "write `image_size`"),
        ({"image_folder": {"path": "a", "augment": True}}, "write layers such as `RandomFlip: horizontal` in `model`"),
        ({"npz_file": {"path": "a.npz", "random_state": 1}}, "write `split_seed`, or `seed` at the top of the config"),
        ({"mnist": {"scale": True}}, "write the layer that scales as the first one"),
    ],
    ids=str,
)
def test_what_other_programs_call_an_option_leads_to_ours(value: Any, help: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Source.parse(value)
    (error,) = caught.value.errors()
    assert error["ctx"]["help"].startswith(help)


def test_what_leads_to_another_option_is_no_option_itself() -> None:
    for source in Source.members().values():
        assert not set(source.elsewhere) & source.model_fields.keys()
        for help in source.elsewhere.values():
            named = re.fullmatch(r"write `(\w+)`", help)
            assert named is None or named[1] in source.model_fields, (source.called(), help)
