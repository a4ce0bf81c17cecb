"""Each key of `train.class_weight` names one class, by its name or its index."""

import pytest

from nntrain.config.class_weight import class_index, problems

PATH = ("train", "class_weight")


def found(weights: list[str], classes: list[str]) -> list[str]:
    return [f"{fault.message}: {fault.help}" for fault in problems(dict.fromkeys(weights, 1.0), classes, PATH)]


@pytest.mark.parametrize(
    ("keys", "classes", "indices"),
    [
        (["c", "a"], ["a", "b", "c"], [2, 0]),
        (["1", "c"], ["a", "b", "c"], [1, 2]),
        (["1", "2", "3"], ["1", "2", "3"], [0, 1, 2]),
        (["0", "1"], ["1", "0"], [1, 0]),
        (["0", "-1"], ["-1", "7"], [0, 0]),
        (["-1", "1"], ["-1", "1"], [0, 1]),
        (["0"], ["-1", "1"], [None]),
        (["3", "d", "01", "\N{ARABIC-INDIC DIGIT ONE}"], ["a", "b", "c"], [None] * 4),
    ],
)
def test_a_key_is_a_name_or_an_index(keys: list[str], classes: list[str], indices: list[int | None]) -> None:
    assert [class_index(key, classes) for key in keys] == indices


def test_indices_of_classes_that_are_numbers_themselves_are_refused() -> None:
    help = "the classes are `1`, `2`, `3`, and a number is the name of a class, not its index"
    assert found(["0", "1", "2"], ["1", "2", "3"]) == [f"unknown class `0`: {help}"]
    assert found(["1", "2", "3"], ["1", "2", "3"]) == []


def test_two_keys_for_one_class_are_refused() -> None:
    assert found(["b", "1", "2"], ["a", "b", "c"]) == ["`b` and `1` are the same class: remove one of the two"]
