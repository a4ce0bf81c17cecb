"""Columns as numbers or as codes of texts."""

import numpy as np
import pytest

from nntrain.data.raw_table import Numbers, RawTable, Words, without, words_of


def test_texts_become_codes_in_the_order_of_the_rows() -> None:
    words = words_of(["b", "", "a", "?", "b"], frozenset({"?"}))
    assert (words.names, words.codes.tolist()) == (("b", "a"), [0, -1, 1, -1, 0])
    assert (words.counts.tolist(), words.is_missing.tolist()) == ([2, 1], [False, True, False, True, False])
    assert np.array_equal(words.spread(np.array([5, 7])), [5, np.nan, 7, np.nan, 5], equal_nan=True)


def test_spaces_around_a_text_are_none_of_it() -> None:
    words = without(Words(np.array([0, 1, 2, -1], np.int32), ("x", " x", " ")), frozenset())
    assert (words.names, words.codes.tolist()) == (("x",), [0, 0, -1, -1])


def test_a_column_has_one_kind() -> None:
    numbers, words = Numbers(np.array([1, np.nan], np.float32)), words_of(["x", "y"], frozenset())
    raw = RawTable({"a": numbers, "b": words}, "t.csv", (), lambda row, column: None)
    assert (len(raw), raw.numbers("a"), raw.words("b")) == (2, numbers, words)
    for read in (lambda: raw.numbers("b"), lambda: raw.words("a")):
        with pytest.raises(TypeError):
            read()


def test_some_rows_keep_their_texts_and_their_places() -> None:
    words = Words(np.array([0, -1, 1, 2, 0], np.int32), ("a", "b", "c"))
    raw = RawTable({"x": Numbers(np.arange(5, dtype=np.float32)), "y": words}, "f", (), lambda row, name: (row, name))  # type: ignore[arg-type, return-value]
    some = raw.take(np.array([1, 3, 4]))
    assert some.numbers("x").values.tolist() == [1, 3, 4] and some.span(2, "y") == (4, "y")
    assert some.words("y").names == ("a", "c") and some.words("y").codes.tolist() == [-1, 1, 0]
    assert raw.take(np.array([0, 4])).words("y").codes.tolist() == [0, 0]
