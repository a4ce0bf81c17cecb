"""What the columns of a table are."""

import pytest
from pydantic import ValidationError

from nntrain.config.data_schema import Schema
from nntrain.config.table import Column, Table

DATE = Column(name="t", kind="date", format="%Y-%m-%d")


def test_the_columns_of_the_matrix() -> None:
    columns = (Column(name="c", kind="category", categories=("x", "y")), DATE, Column(name="n", kind="numeric"))
    table = Table(columns=columns, left_out=("id",), missing=("?",), separator=";")
    cycles = ("t.month", "t.month_sin", "t.month_cos", "t.weekday", "t.weekday_sin", "t.weekday_cos")
    assert table.names == ("c", "t.year", *cycles, "n")
    assert table.sizes == (2, *[0] * 8)
    assert Table.model_validate_json(table.model_dump_json()) == table


def test_only_a_date_with_hours_has_hours() -> None:
    hours = Column(name="t", kind="date", format="%Y-%m-%d %H:%M")
    assert hours.names[-3:] == ("t.hour", "t.hour_sin", "t.hour_cos")
    assert not any("hour" in name for name in DATE.names)
    assert len(hours.sizes) == len(hours.names) == 10


@pytest.mark.parametrize(
    "text",
    [
        '{"columns": [{"name": "a", "kind": "text"}]}',
        '{"columns": [], "separator": "ab"}',
        '{"columns": [], "more": 1}',
    ],
)
def test_a_file_of_a_stranger_is_checked(text: str) -> None:
    with pytest.raises(ValidationError):
        Table.model_validate_json(text)


def test_the_table_of_an_old_run() -> None:
    table = Table.of_numbers(Schema((2,), ("x", "y"), ("a", "b")), ";")
    assert (table.names, table.sizes, table.separator) == (("a", "b"), (0, 0), ";")
