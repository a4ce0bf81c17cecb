"""Different cells that would become one number are refused, by both ways to read a file."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.data import csv_part
from nntrain.data.csv_reader import read_rows
from nntrain.data.csv_records import read_records
from nntrain.data.csv_text import CsvTable
from nntrain.errors import DataError


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(csv_part, "LEAST_BYTES", 8)
    monkeypatch.setattr(csv_part, "READ_BYTES", 5)


def text_of(text: str, **options: Any) -> str:
    Path("t.csv").write_text(text)
    table = CsvTable("t.csv", **({"label": "k"} | options))
    found = []
    for read in (read_rows, read_records):
        with pytest.raises(DataError) as caught:
            read(table)
        found.append(str(caught.value))
    assert found[0] == found[1]
    return found[0]


def column(text: str, **options: Any) -> list[float]:
    Path("t.csv").write_text(text)
    rows = read_rows(CsvTable("t.csv", **({"label": "k"} | options)))
    return np.asarray(rows.remaining.x)[:, 0].tolist()


def test_whole_numbers_that_merge_as_floats() -> None:
    assert text_of("t,k\n1,x\n16777217,y\n5,x\n16777216,y\n") == (
        "error: column `t`: `16777217` and `16777216` become the same 32-bit float\n"
        "  --> t.csv:5:1\n  5 | 16777216,y\n    | ^^^^^^^^\n"
        " help: subtract the lowest value from the column, or leave the column out with `ignore: [t]`"
    )
    text = text_of("a,t\n1,1700000001\n2,1700000002\n", label=None, targets=("t",))
    assert text.endswith("help: subtract the lowest value from the column")


@pytest.mark.parametrize(
    "cells",
    [
        ["16777217", "16777216.0"],
        ["20000000", "2.0000001e7"],
        ["9007199254740993", "9007199254740992"],
        ["-16777217", "-16777216"],
        ["123456789012345678901234567890", "123456789012345678901234567891"],
    ],
)
def test_large_numbers_however_they_are_written(cells: list[str]) -> None:
    assert "become the same 32-bit float" in text_of("t,k\n" + "".join(f"{cell},x\n" for cell in cells))


def test_codes_that_are_the_same_number() -> None:
    assert text_of("b,zip,k\n1,123,x\n1,00123,y\n") == (
        "error: column `zip`: `123` and `00123` become the same number\n"
        "  --> t.csv:3:3\n  3 | 1,00123,y\n    |   ^^^^^\n"
        " help: leave the column out with `ignore: [zip]` if these are codes"
    )
    assert "`01` and `001`" in text_of("zip,k\n01,x\n2,y\n001,y\n")
    assert '`"' not in text_of('zip,k\n"1","x"\n"01","y"\n')


def test_other_numbers_are_read() -> None:
    assert column("a,k\n007,x\n1,y\n007,x\n") == [7, 1, 7]
    assert column(f"a,k\n+{'0' * 5000},x\n007,y\n") == [0, 7]
    assert column("a,k\n16777216,x\n16777218,y\n16777218.0,y\n") == [16777216, 16777218, 16777218]
    assert column("a,k\n20000000.25,x\n20000000.5,y\n1e30,x\n1e30,y\n")[0] == 20000000
    assert column("a,id,k\n1,001,x\n2,1,y\n", ignore=("id",)) == [1, 2]
    assert column("a,k\n1,001\n2,1\n3,16777216\n4,16777217\n") == [1, 2, 3, 4]


def test_a_column_that_becomes_constant() -> None:
    text = text_of("b,t,k\n1,1700000000.1,x\n2,1700000000.2,y\n3,1700000000.1,y\n")
    assert text.startswith("error: column `t`: `1700000000.1` and `1700000000.2` become the same 32-bit float\n")
    assert "`1` and `1.00000001`" in text_of("t,k\n1,x\n1.00000001,y\n")
    assert column("a,k\n5,x\n5.0,y\n5e0,x\n") == [5, 5, 5]


def test_only_the_training_rows_must_not_merge() -> None:
    assert column("a,k\n5,x\n5.0000000001,y\n", features=("a",)) == [5, 5]
