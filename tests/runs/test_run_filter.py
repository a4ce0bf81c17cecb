import pytest

from nntrain.errors import ConfigError
from nntrain.runs.run_filter import Condition, parse, unknown


def test_conditions_are_joined_by_and() -> None:
    assert parse("data=iris AND val_accuracy >= 0.9 and note!='a b'") == [
        Condition("data", "=", "iris"),
        Condition("val_accuracy", ">=", "0.9"),
        Condition("note", "!=", "a b"),
    ]


@pytest.mark.parametrize("text", ["", "data", "data=", "=iris", "a=b or c=d e", "val_loss<0.1 and", "x ~ 3"])
def test_anything_else_is_an_error_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match="`--where` cannot read") as caught:
        parse(text)
    assert "val_accuracy>0.9" in caught.value.problems[0].help


@pytest.mark.parametrize("text", ["val_loss>x", "started <= 2026-01-01", "epochs<nan"])
def test_texts_have_no_order(text: str) -> None:
    with pytest.raises(ConfigError, match="`--where` compares numbers with"):
        parse(text)


@pytest.mark.parametrize(
    ("comparison", "value", "found", "holds"),
    [
        ("=", "16", 16, True),
        ("=", "1e-3", 0.001, True),
        ("=", "iris", "iris", True),
        ("!=", "iris", "moons", True),
        ("<", "0.5", 0.5, False),
        ("<=", "0.5", 0.5, True),
        (">", "b", "c", False),  # words have no order
        (">", "0.9", "", False),
    ],
)
def test_numbers_are_compared_as_numbers(comparison: str, value: str, found: object, holds: bool) -> None:
    assert Condition("x", comparison, value).holds(found) is holds


def test_the_nearest_name_may_be_one_of_kerass() -> None:
    help = unknown("val_acuracy", ["validation.accuracy", "train.accuracy"]).problems[0].help
    assert help == "write `val_accuracy`"


@pytest.mark.parametrize(
    ("value", "found", "holds"),
    [
        ("failed", "failed: the training diverged in epoch 1: the loss is NaN", True),
        ("failed", "failed with exit code 4", True),
        ("stopped", "stopped by SIGINT", True),
        ("done", "mean of 3 runs over seeds; done", True),
        ("done", "3 runs over seeds; 2 done", False),
        ("done", "failed: it is not done", False),
    ],
)
def test_a_state_is_named_by_a_word(value: str, found: str, holds: bool) -> None:
    assert Condition("state", "=", value).holds(found) is holds
    assert Condition("state", "!=", value).holds(found) is not holds
