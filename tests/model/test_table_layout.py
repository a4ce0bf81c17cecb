import pytest

from nntrain.model.table_layout import TableLayout

pytestmark = pytest.mark.quick

LAYOUT = TableLayout(sizes=(0, 2, 5, 0, 20, 3, 30), onehot=5, marked=(0, 2, 4))


def test_every_column_has_its_place() -> None:
    assert LAYOUT.numbers == [0, 3]
    assert LAYOUT.indicators == [0, 2]
    assert LAYOUT.pairs == [1]
    assert LAYOUT.expanded == [2] * 5 + [5] * 3
    assert LAYOUT.embedded == [4, 6]
    assert LAYOUT.width(embedding_dim=4) == 2 + 2 + 1 + 8 + 8


def test_an_embedded_category_has_a_row_for_a_missing_value_where_it_is_marked() -> None:
    assert LAYOUT.starts == [0, 21, 51]


def test_the_values_of_a_category_stand_behind_those_of_the_columns_before_it() -> None:
    assert LAYOUT.codes([1, 5]).tolist() == [0, 1, 27, 28, 29]
    assert LAYOUT.sizes_of([4, 2]).tolist() == [20, 5]


@pytest.mark.parametrize("onehot", [0, 1])
def test_without_one_hot_a_category_of_two_values_is_embedded(onehot: int) -> None:
    layout = TableLayout((2, 1), onehot, ())
    assert (layout.pairs, layout.embedded) == ([], [0] if onehot else [0, 1])
