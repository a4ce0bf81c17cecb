from functools import cache
from io import BytesIO

import pytest
from PIL import Image

from nntrain.data.profile.profile import ColumnProfile, Count, Histogram, Profile
from nntrain.plots import columns
from nntrain.plots.columns import Options, draw


@cache
def drawn(*every: ColumnProfile, classes: tuple[Count, ...] = ()) -> tuple[int, int]:
    profile = Profile("rows.csv", "a table", 100, every, classes=classes)
    return Image.open(BytesIO(draw(Options(profile)))).size


NUMBERS = ColumnProfile("age", "numeric", "", 5, 10, 0.0, 1.0, histogram=Histogram((3, 4), (0.0, 1.0, 2.0)))
WORDS = ColumnProfile("a $long$ name of a column", "category", "", 0, 30, categories=(Count("x", 3), Count("漢", 1)))


FIVE = [NUMBERS] * 5


def test_a_row_of_panels_is_added_for_every_five_columns() -> None:
    one, two = drawn(*FIVE), drawn(*[NUMBERS, WORDS] * 3)
    assert one[0] == two[0] and two[1] > one[1]


def test_what_is_left_out_is_not_drawn_and_classes_are_where_no_column_has_them() -> None:
    identifier = ColumnProfile("id", "identifier", "", 0, 100, histogram=NUMBERS.histogram)
    assert drawn(*FIVE, identifier) == drawn(*FIVE)
    assert drawn(*FIVE, classes=(Count("yes", 4),))[1] > drawn(*FIVE)[1]


def test_a_table_of_many_columns_is_one_page_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert columns._MOST == 60
    monkeypatch.setattr(columns, "_MOST", 5)
    assert drawn.__wrapped__(*FIVE, WORDS) == drawn(*FIVE)
