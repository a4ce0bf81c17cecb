"""What the entries of weights on a table stand for, and how two tables differ in words."""

import pytest

from nntrain.config.table import Column, Table
from nntrain.model.table_entries import Along, difference, order_of


def table(*columns: Column) -> Table:
    return Table(columns=columns)


def of(*categories: str) -> Column:
    return Column(name="k", kind="category", categories=categories)


N = Column(name="n", kind="numeric")
K = of("a", "b", "c")


@pytest.mark.parametrize(
    ("theirs", "ours", "words"),
    [
        ((N, K), (K,), "other columns: on `n`"),
        ((Column(name="k", kind="numeric"),), (K,), "other columns: `k` was a number, and is a category"),
        ((K,), (of("a", "b"),), "other categories of `k`: on `c`"),
        ((K,), (of("a", "b", "c", "d"),), "other categories of `k`: without `d`"),
        ((K,), (of("a", "b", "x"),), "other categories of `k`: on `c` in place of `x`"),
        ((K,), (of("c", "b", "a"),), "the categories of `k` in another order, `a`, `b`, `c`"),
        ((N, K), (N, K), "empty cells in other columns: on `n` in place of `k`"),
    ],
)  # fmt: skip
def test_a_difference_is_said_in_words(theirs: tuple[Column, ...], ours: tuple[Column, ...], words: str) -> None:
    assert difference(table(*theirs), table(*ours), (["n"], ["k"])) == words


def test_the_order_is_that_of_the_entries_and_there_is_none_for_others() -> None:
    theirs = Along(0, [("n",), ("k", "a"), ("k", "b")])
    assert order_of(theirs, Along(0, [("k", "b"), ("n",), ("k", "a")])) == [2, 0, 1]
    assert order_of(theirs, Along(0, [("k", "b"), ("n",), ("k", "c")])) is None
    assert order_of(theirs, Along(-1, theirs.entries)) is None
