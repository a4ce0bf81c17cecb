"""The kind of a column, inferred or given, and every fault of its cells."""

from pathlib import Path
from typing import Any

import pytest

from nntrain.data.csv_records import read_records
from nntrain.data.csv_text import CsvTable
from nntrain.data.raw_table import RawTable
from nntrain.data.table_kinds import FoundKind, as_numbers, kind_of
from nntrain.data.table_request import GivenColumn


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def raw(cells: list[Any], name: str = "x", words: bool = False) -> RawTable:
    Path("t.csv").write_text(f"{name}|other\n" + "".join(f"{cell}|1\n" for cell in cells))
    return read_records(CsvTable("t.csv", "|"), frozenset({name}) if words else frozenset())


def found(cells: list[Any], name: str = "x", given: GivenColumn | None = None) -> FoundKind:
    words = given is not None and given.kind != "numeric"
    return kind_of(raw(cells, name, words), name, given)


SENTENCES = [f"a sentence of words {index}" for index in range(20)]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([1, 2, "", 2.5], "numeric"),
        ([0, 1, 1], "numeric"),
        ([5, 5, 5], "constant"),
        (["a", "a"], "constant"),
        (["", ""], "constant"),
        (["a", "", "a"], "category"),
        ([5, "", 5], "numeric"),
        (["yes", "no", "", "No"], "boolean"),
        (["TRUE", "False"], "boolean"),
        (["yes", "no", "maybe"], "category"),
        (["007", "12", "007"], "category"),
        (["2024-01-31", "", "2023-12-01"], "date"),
        (["red", "green"] * 5, "category"),
        ([f"A{index}" for index in range(20)], "identifier"),
        ([f"{index:05}" for index in range(20)], "identifier"),
        (SENTENCES, "text"),
        (["red", "green", "blue"], "category"),
        (["1st", "2nd", "1st"], "category"),
        (["10-20", "20-30", "10-20"], "category"),
        (["C85", "12", "C86", "C87"] * 4, "category"),
    ],
)
def test_the_kind_follows_from_the_cells(cells: list[Any], kind: str) -> None:
    assert found(cells).kind == kind
    assert (found(cells).column is None) == (kind in ("constant", "identifier", "text"))
    assert not found(cells).problems


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("id", "identifier"),
        ("PassengerId", "identifier"),
        ("row_nr", "identifier"),
        ("Unnamed: 0", "identifier"),
        ("price", "numeric"),
        ("said", "numeric"),
        ("grid", "numeric"),
    ],
)
def test_another_whole_number_in_every_row_is_an_identifier_where_the_name_says_so(name: str, kind: str) -> None:
    assert found(list(range(20)), name).kind == kind
    assert found([index % 19 for index in range(20)], name).kind == "numeric"
    assert found([index + 0.5 for index in range(20)], name).kind == "numeric"


def test_large_numbers_in_every_row_are_an_identifier_by_their_exact_values() -> None:
    assert found([2_000_000_000 + index for index in range(20)], "id").kind == "identifier"
    assert [problem.message for problem in found([2_000_000_000 + index for index in range(20)], "t").problems] == [
        "column `t`: `2000000000` and `2000000001` become the same 32-bit float"
    ]


def test_more_categories_than_the_limit_are_left_out_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntrain.data.table_kinds.MOST_CATEGORIES", 30)
    cells = [f"c{index}" for index in range(40)] * 3
    assert (found(cells).kind, found(cells).why) == ("identifier", "40 different texts in 120 rows")
    column = found(cells, given=GivenColumn("category")).column
    assert column is not None and len(column.categories) == 40


@pytest.mark.parametrize(
    ("cells", "given", "message", "help"),
    [
        (
            ["1", "2", "?", "?", "4"],
            None,
            "column `x`: 2 of 5 cells are not numbers: `?`, the first in line 4",
            "write `missing: ['?']` for missing values, or `columns: {x: category}`",
        ),
        (
            ["1", "2", "high", "4"],
            None,
            "column `x` is `high`, which is not a number",
            "write `columns: {x: category}`, or `missing: [high]` for missing values",
        ),
        (
            ["1,5", "2", "3"],
            None,
            "column `x` is `1,5`, which is not a number",
            "write `1.5`",
        ),
        (["1", "x", "2"], None, "column `x` is `x`, which is not a number", "remove the line: it is the header again"),
        (
            ["1,5", "2,5", "3,25"],
            None,
            "column `x`: 3 of 3 cells are not numbers: `1,5`, `2,5`, `3,25`, the first in line 2",
            "write `1.5` for the first, and the others alike",
        ),
        (
            ["2024-01-31", "2024-02-01", "01.03.2024"],
            None,
            "column `x` is `01.03.2024`, which is not a date in the format `%Y-%m-%d`",
            "write all dates alike, or write `columns: {x: category}`",
        ),
        (
            ["2024-01-31", "31.01.2024", "2024-02-01", "01.02.2024"],
            None,
            "column `x`: 2 of 4 cells are not dates in the format `%Y-%m-%d`: `31.01.2024`, `01.02.2024`, "
            "the first in line 3",
            "write all dates alike, or write `columns: {x: category}`",
        ),
        (
            ["01/02/2024", "03/04/2024"],
            None,
            "the dates in column `x` may be `%d/%m/%Y` or `%m/%d/%Y`, for example `01/02/2024`",
            "write `columns: {x: {date: '%d/%m/%Y'}}` or `columns: {x: {date: '%m/%d/%Y'}}`",
        ),
        (
            ["1", "two", "three", "four"],
            GivenColumn("numeric"),
            "column `x`: 3 of 4 cells are not numbers: `two`, `three`, `four`, the first in line 3",
            "write `columns: {x: category}`, or `missing: [two, three, four]` for missing values",
        ),
        (
            ["red", "green"],
            GivenColumn("boolean"),
            "column `x` is not boolean, it holds `red`, `green`",
            "write `columns: {x: category}`, or words such as `yes` and `no`",
        ),
        (
            ["red", "green"],
            GivenColumn("date"),
            "column `x` holds no dates in a known format",
            "write `columns: {x: {date: '%d %b %Y'}}`, or `columns: {x: category}`",
        ),
    ],
)
def test_what_is_wrong_with_a_column(cells: list[str], given: GivenColumn | None, message: str, help: str) -> None:
    assert [(problem.message, problem.help) for problem in found(cells, given=given).problems] == [(message, help)]


def test_large_numbers_in_groups_of_digits_are_told_apart() -> None:
    words = raw(["9,007,199,254,740,993", "9,007,199,254,740,992", "1,000.5"]).words("x")
    assert as_numbers(words, ".", "1,234.5")[0].merged == (2**53, 2**53 + 1)


def test_a_given_kind_is_kept() -> None:
    column = found([3, 1, 1], given=GivenColumn("category")).column
    assert column is not None and (column.kind, column.categories) == ("category", ("1", "3"))
    column = found(["31 Jan 2024", "1 Feb 2024"], given=GivenColumn("date", "%d %b %Y")).column
    assert column is not None and (column.kind, column.format) == ("date", "%d %b %Y")
    column = found(["1", "0", "1"], given=GivenColumn("boolean")).column
    assert column is not None and column.categories == ("0", "1")
    assert found([1, 2], given=GivenColumn("drop")) == FoundKind("drop")
    assert found([5, 5], given=GivenColumn("numeric")).column is not None
    assert found(["2024-01-31", "2023-01-01"]).written == {"date": "%Y-%m-%d"}
