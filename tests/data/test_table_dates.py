"""Formats of dates, and what a date becomes."""

import numpy as np
import pytest

from nntrain.config.table import Column
from nntrain.data.table_dates import find_format, is_date, parsed, parts_of


@pytest.mark.parametrize(
    ("texts", "format"),
    [
        (["2024-01-31", "1999-12-01"], "%Y-%m-%d"),
        (["31.01.2024", "01.12.1999"], "%d.%m.%Y"),
        (["01/31/2024", "12/01/1999"], "%m/%d/%Y"),
        (["31/01/2024", "12/01/1999"], "%d/%m/%Y"),
        (["2024-01-31 13:45", "1999-12-01 00:00"], "%Y-%m-%d %H:%M"),
        (["2024-01-31T13:45:10Z", "1999-12-01T00:00:00Z"], "%Y-%m-%dT%H:%M:%SZ"),
        (["2024-01-31", "1999-12-01", "soon"], "%Y-%m-%d"),
        (["20240131", "19991201"], ""),
        (["10.0.0.1", "1-2"], ""),
        ([], ""),
    ],
)
def test_the_format_is_found(texts: list[str], format: str) -> None:
    assert find_format(texts) == (format, "")


def test_a_day_and_a_month_that_may_be_swapped() -> None:
    assert set(find_format(["01/02/2024", "05/06/2023"])) == {"%d/%m/%Y", "%m/%d/%Y"}
    late = ["01/02/2024"] * 2000 + ["31/02/2024", "31/01/2024"]
    assert find_format(late) == ("%d/%m/%Y", "")


def test_texts_of_another_format_that_come_first_do_not_hide_the_usual_one() -> None:
    usual = [f"20{year}-03-{day:02}" for year in range(10, 24) for day in range(1, 29)]
    assert find_format([*(f"{day:02}.01.2024" for day in range(13, 29)), *usual]) == ("%Y-%m-%d", "")


def test_texts_of_another_format_are_no_dates() -> None:
    assert is_date(["2024-02-29", "2023-02-29", "2024-2", "x"], "%Y-%m-%d").tolist() == [True, False, False, False]


def test_the_parts_of_a_date() -> None:
    column = Column(name="t", kind="date", format="%Y-%m-%d %H:%M")
    parts = parts_of(parsed(["2024-12-31 18:00", "nothing"], column.format), column)
    first = dict(zip(column.parts, [float(part[0]) for part in parts], strict=True))
    assert (first["year"], first["month"], first["weekday"], first["hour"]) == (2024, 12, 1, 18)
    assert first["month_sin"] == pytest.approx(np.sin(2 * np.pi * 11 / 12))
    assert (first["hour_sin"], first["hour_cos"]) == (pytest.approx(-1), pytest.approx(0, abs=1e-6))
    assert first["weekday_cos"] == pytest.approx(np.cos(2 * np.pi / 7))
    assert all(np.isnan(part[1]) and part.dtype == np.float32 for part in parts)
