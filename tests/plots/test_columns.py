from io import BytesIO

from PIL import Image

from nntrain.data.profile.profile import Column, Count, Histogram, Profile
from nntrain.plots.columns import Options, draw


def drawn(*columns: Column, classes: tuple[Count, ...] = ()) -> tuple[int, int]:
    profile = Profile("rows.csv", "a table", 100, columns, classes=classes)
    return Image.open(BytesIO(draw(Options(profile)))).size


NUMBERS = Column("age", "numeric", "", 5, 10, 0.0, 1.0, histogram=Histogram((3, 4), (0.0, 1.0, 2.0)))
WORDS = Column("a $long$ name of a column", "category", "", 0, 30, categories=(Count("x", 3), Count("漢", 1)))


def test_a_row_of_panels_is_added_for_every_five_columns() -> None:
    one, two = drawn(*[NUMBERS] * 5), drawn(*[NUMBERS, WORDS] * 3)
    assert one[0] == two[0] and two[1] > one[1]


def test_what_is_left_out_is_not_drawn_and_classes_are_where_no_column_has_them() -> None:
    identifier = Column("id", "identifier", "", 0, 100, histogram=NUMBERS.histogram)
    assert drawn(*[NUMBERS] * 5, identifier) == drawn(*[NUMBERS] * 5)
    assert drawn(*[NUMBERS] * 5, classes=(Count("yes", 4),))[1] > drawn(*[NUMBERS] * 5)[1]


def test_a_table_of_many_columns_is_one_page_of_sixty() -> None:
    assert drawn(*[WORDS] * 61) == drawn(*[WORDS] * 60)
