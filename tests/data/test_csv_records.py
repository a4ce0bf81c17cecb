"""CSV files read record by record: every row of another length, and what is a number."""

from pathlib import Path

import numpy as np
import pytest

from nntrain.data.csv_records import finite_numbers, numbers_of, read_records
from nntrain.data.csv_text import CsvTable
from nntrain.errors import DataError


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(text: str, **options: object) -> CsvTable:
    Path("t.csv").write_text(text)
    return CsvTable("t.csv", **options)  # type: ignore[arg-type]


def text_of(text: str) -> str:
    with pytest.raises(DataError) as caught:
        read_records(table(text))
    return str(caught.value)


def test_numbers_words_and_missing_cells() -> None:
    raw = read_records(table('a,b,c\n1,x,\n ,"y",3\n2.5,x,NA\n', missing=frozenset({"NA"})))
    assert np.array_equal(raw.numbers("a").values, [1, np.nan, 2.5], equal_nan=True)
    assert (raw.words("b").names, raw.words("b").codes.tolist()) == (("x", "y"), [0, 1, 0])
    assert np.array_equal(raw.numbers("c").values, [np.nan, 3, np.nan], equal_nan=True)
    assert len(raw) == 3


def test_codes_and_asked_words_stay_as_they_are_written() -> None:
    raw = read_records(table("zip,n\n007,1\n7,01.5\n"), frozenset({"n"}))
    assert (raw.words("zip").names, raw.words("n").names) == (("007", "7"), ("1", "01.5"))


def test_a_decimal_comma() -> None:
    raw = read_records(table("a;b\n1,5;1.5\n-2;2\n", separator=";", decimal=","))
    assert raw.numbers("a").values.tolist() == [1.5, -2]
    assert raw.words("b").names == ("1.5", "2")


def test_a_cell_is_found_again_for_messages() -> None:
    span = read_records(table('a,b\n1,"x\ny"\n3,4\n')).span(1, "b")
    assert span is not None and (span.line, span.column, span.source) == (4, 3, "3,4")


def test_rows_of_another_length() -> None:
    assert text_of("a,b,k\n1,2\n1,2,x\n1,2,x,\n1,2,x\n7") == (
        "error: the row has 2 cells, the header has 3\n"
        "  --> t.csv:2:1\n  2 | 1,2\n    | ^^^\n help: give every row a cell for each column\n\n"
        "error: the row has 4 cells, the header has 3\n"
        "  --> t.csv:4:1\n  4 | 1,2,x,\n    | ^^^^^^\n help: remove the separator at the end of the row\n\n"
        "error: the row has 1 cell, the header has 3\n"
        "  --> t.csv:6:1\n  6 | 7\n    | ^\n help: give every row a cell for each column"
    )


def test_numbers_of_python_that_are_none_elsewhere() -> None:
    assert finite_numbers(["1", "-2e3", " .5"]) == [1, -2000, 0.5]
    for text in ("1_0", "\N{ARABIC-INDIC DIGIT ONE}", "\uff11", "nan", "1e39"):
        assert finite_numbers(["1", text]) is None


@pytest.mark.parametrize(
    ("values", "merged"),
    [
        ([16777217, 5, 16777216], (16777216, 16777217)),
        ([1700000000.1, np.nan, 1700000000.2], (1700000000.1, 1700000000.2)),
        ([16777216, 16777218, np.nan], None),
        ([np.nan, np.nan], None),
        ([1, 1.00000001], (1, 1.00000001)),
    ],
)
def test_numbers_that_become_one_are_noticed(values: list[float], merged: object) -> None:
    assert numbers_of(np.array(values)).merged == merged
