"""Labels that may be meant otherwise than they are read."""

import numpy as np
import pytest

from nntrain.data.labels import few_different, names_that_look_equal, nearly_equal_names, note_on_numbers


def note(y: object) -> str:
    values = np.asarray(y, np.float32)
    return note_on_numbers(values if values.ndim == 2 else values[:, None], "`y`", "save an index")


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (
            [0, 1] * 5,
            "`y` holds only 0, 1, and is read as numbers to predict; `task: classification` makes them classes",
        ),
        ([1, 2, 3] * 3, "`y` holds only 1, 2, 3, and"),
        ([-1, 1] * 3, "`y` holds only -1, 1, and"),
        (
            np.eye(3)[[0, 1, 2, 2]],
            "the rows of `y` are one-hot, and are read as 3 numbers to predict; for classes save an index",
        ),
        (
            [[0.9, 0.1], [0.3, 0.7]],
            "the rows of `y` add up to 1, and are read as 2 numbers to predict; for classes save",
        ),
        (
            [[1, 1], [0, 1], [0, 0]],
            "the columns of `y` hold only 0 and 1, and are read as 2 numbers to predict; classes",
        ),
        (np.arange(10).repeat(2) / 255, "`y` holds only 10 multiples of 1/255, and is read as numbers to predict"),
    ],
)
def test_numbers_that_may_be_classes_are_noted(y: object, words: str) -> None:
    assert note(y).startswith(words)


@pytest.mark.parametrize(
    "y",
    [[0, 1], [0.5, 1.5] * 5, range(40), [np.nan, 1] * 5, np.eye(3)[[0, 1, 1]] * 2, np.ones((4, 2)), np.zeros((0, 1))],
)
def test_other_numbers_are_not(y: object) -> None:
    assert note(y) == ""


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (["caf\xe9", "cafe\u0301"], [("caf\\xe9", "cafe\\u0301")]),
        (["a b", "a\xa0b", "a  b"], [("a b", "a\\xa0b"), ("a b", "a  b")]),
        (["yes", "yes\u200b", "\ufeffyes"], [("yes", "yes\\u200b"), ("yes", "\\ufeffyes")]),
        (["a", "A", "b"], []),
    ],
)
def test_names_that_look_equal_are_shown_in_ascii(names: list[str], pairs: list[tuple[str, str]]) -> None:
    assert list(names_that_look_equal(names)) == pairs


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["Setosa", "setosa"], ["`Setosa` and `setosa` are two classes, which differ only by case"]),
        (["no show", "noshow"], ["`no show` and `noshow` are two classes, which differ only by case, spaces"]),
        (["１", "1"], ["`１` and `1` are two classes, which differ", "`１` and `1` are two classes, although"]),
        (["007", "7", "7.0"], ["`007` and `7` are two classes, although", "`007` and `7.0` are two classes, although"]),
        (["1e3", "a", "b", "-1", "none"], []),
        (["yes", "NA", "?"], ["`NA` is a class, although it mostly means that a value is missing", "`?` is a class, "]),
        (["a", "\u0430"], ["`a` and `\\u0430` are two classes, whose letters look equal"]),
        (["x-y", "x\u2013y"], ["`x-y` and `x\\u2013y` are two classes, whose letters look equal"]),
    ],
)
def test_names_that_are_nearly_equal_are_warnings(names: list[str], words: list[str]) -> None:
    found = list(nearly_equal_names(names))
    assert [text[: len(start)] for text, start in zip(found, words, strict=True)] == words


@pytest.mark.parametrize("rows", (0, 1, 2, 19, 20, 21, 5000))
@pytest.mark.parametrize("different", (1, 2, 10, 11, 2000))
def test_few_different_numbers_are_at_most_ten_and_each_twice_on_average(rows: int, different: int) -> None:
    values = np.sort(np.arange(rows) % different).astype(np.float32)  # the first thousand rows hold fewer than all
    every = np.unique(values)
    found = few_different(values)
    assert (found is not None) == (len(every) <= min(10, rows // 2))
    assert found is None or found.tolist() == every.tolist()
