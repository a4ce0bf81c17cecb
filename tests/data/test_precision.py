"""Which numbers merge when they are rounded to float32."""

from typing import Any

import numpy as np
import pytest

from nntrain.data.precision import MOST_KNOWN, ColumnNumbers, is_suspect, may_have_merged, merged


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2**24, 5, 2**24 + 1], (2**24, 2**24 + 1)),
        ([2**53 + 1, 2**53], (2**53, 2**53 + 1)),
        ([2.0**24 + 1, 2.0**24, 0.5], (2.0**24, 2.0**24 + 1)),
        ([-(2**24) - 1, -(2**24)], (-(2**24) - 1, -(2**24))),
        ([1.0, 1.00000001], (1.0, 1.00000001)),
        ([1e9 + 0.25, 1e9 + 0.5], (1e9 + 0.25, 1e9 + 0.5)),
        ([2**24, 2**24 + 2, 2**24], None),
        ([1e9 + 0.25, 1e9 + 0.5, 1], None),
        ([3, 3, 3], None),
        ([7.5], None),
    ],
)
def test_whole_numbers_and_columns_that_merge(values: list[Any], expected: Any) -> None:
    found = merged(np.array(values))
    assert found == expected
    assert found is None or is_suspect(np.array(values, np.float32))


def test_small_numbers_that_differ_are_not_suspect() -> None:
    assert not is_suspect(np.array([0.5, 2**24 - 1], np.float32))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([[1, 2**24], [2**24 + 1, 5]], (2**24, 2**24 + 1)),
        ([[7.0, 7.0], [7.00000001]], (7.0, 7.00000001)),
        ([[2**24, 1], [2**24, 2**24 + 2]], None),
        ([[0.1, np.nan], [np.nan, 0.1]], None),
        ([[2**53 + 1], [2.0**60, 0.5], [2**53]], (2**53, 2**53 + 1)),
        ([[2**62 + 1], np.array([2**63 + 1], np.uint64), [2**62]], (2**62, 2**62 + 1)),
    ],
)
def test_numbers_of_different_parts_merge_too(parts: list[list[Any]], expected: Any) -> None:
    column = ColumnNumbers()
    for part in parts:
        column.add(np.array(part))
    assert column.merged() == expected


def test_no_more_numbers_are_kept_than_fit_into_memory() -> None:
    column = ColumnNumbers()
    column.add(np.arange(2**23, 2**23 + MOST_KNOWN + 1) * 2)
    assert column.known is None
    column.add(np.array([2**24 + 2**20, 2**24 + 2**20 + 1]))
    assert column.merged() == (2**24 + 2**20, 2**24 + 2**20 + 1)


@pytest.mark.parametrize(
    ("large", "expected"),
    [
        ([1e16, 3e16], False),  # all are different, so no two have become one
        ([1e16, 3e16, 1e16], True),  # 10,000,000,000,000,001 is the third in float64
        ([1e16, 1e16, 1e16 + 2], False),  # two that are seen to merge
    ],
)
def test_texts_are_asked_only_where_numbers_hide_that_they_have_merged(large: list[float], expected: bool) -> None:
    assert may_have_merged(np.array(large)) is expected
