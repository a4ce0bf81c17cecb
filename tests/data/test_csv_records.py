"""CSV files read record by record: every fault of a row with its line, its column and what to do."""

from pathlib import Path
from typing import Any

import pytest

from nntrain.data.csv_records import finite_numbers, read_records
from nntrain.data.csv_text import CsvTable
from nntrain.errors import DataError


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def text_of(text: str, **options: Any) -> str:
    Path("t.csv").write_text(text)
    with pytest.raises(DataError) as caught:
        read_records(CsvTable("t.csv", **({"label": "k"} | options)))
    return str(caught.value)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("", "is empty\n{}\n help: give a number, or remove the row"),
        ("NA", "is `NA`, which is not a number\n{}\n help: give a number, or remove the row"),
        ("None", "is `None`, which is not a number\n{}\n help: give a number, or remove the row"),
        ("nan", "is `nan`, which is not a finite number\n{}\n help: give a number, or remove the row"),
        ("-inf", "is `-inf`, which is not a finite number\n{}\n help: give a number, or remove the row"),
        ("1e999", "is `1e999`, which is too large for a 32-bit float\n{}\n help: measure the column in a larger unit"),
        ("-1e39", "is `-1e39`, which is too large for a 32-bit float\n{}\n help: measure the column in a larger unit"),
        ("red", "is `red`, which is not a number\n{}\n help: leave the column out with `ignore: [bb]`"),
        ("1_000", "is `1_000`, which is not a number\n{}\n help: write `1000`"),
        ('"1,5"', "is `1,5`, which is not a number\n{}\n help: write `1.5`"),
        ('"1,500"', "is `1,500`, which is not a number\n{}\n help: write `1500` or `1.500`"),
        ('"1,234.5"', "is `1,234.5`, which is not a number\n{}\n help: write `1234.5`"),
        ("$5", "is `$5`, which is not a number\n{}\n help: write `5`"),
        ("\N{ARABIC-INDIC DIGIT ONE}", "is `\N{ARABIC-INDIC DIGIT ONE}`, which is not a number\n{}\n help: write `1`"),
        ("\uff11\uff12", "is `\uff11\uff12`, which is not a number\n{}\n help: write `12`"),
        ("0x10", "is `0x10`, which is not a number\n{}\n help: leave the column out with `ignore: [bb]`"),
    ],
)
def test_a_cell_that_is_no_number(cell: str, expected: str) -> None:
    width = max(1, len(cell) + sum(char in "\uff11\uff12" for char in cell))  # two columns for a wide character
    place = f"  --> t.csv:3:3  (data.csv_table.path)\n  3 | 3,{cell},y\n    |   {'^' * width}"
    text = text_of(f"a,bb,k\n1,2,x\n3,{cell},y\n", place=("data", "csv_table", "path"))
    assert text == f"error: column `bb` {expected.format(place)}"


def test_a_target_that_is_no_number() -> None:
    assert text_of("a,b\n1,red\n", label=None, targets=("b",)) == (
        "error: column `b` is `red`, which is not a number\n"
        "  --> t.csv:2:3\n  2 | 1,red\n    |   ^^^\n help: give a number, or remove the row"
    )


def test_an_empty_label() -> None:
    assert text_of("a,k\n1,x\n2,\n") == (
        "error: column `k` is empty\n  --> t.csv:3:3\n  3 | 2,\n    |   ^\n help: give the class, or remove the row"
    )


def test_a_label_that_is_not_one_of_the_classes() -> None:
    options = {"classes": ("setosa", "virginica")}
    assert text_of("a,k\n1,setosa\n2,setossa\n", **options).endswith(
        "column `k` is `setossa`, which is not one of the classes\n"
        "  --> t.csv:3:3\n  3 | 2,setossa\n    |   ^^^^^^^\n help: write `setosa`"
    )
    assert text_of("a,k\n1,setosa\n2,oak\n", **options).endswith("help: the classes are `setosa`, `virginica`")


def test_cells_are_shown_before_labels() -> None:
    text = text_of("a,k\n1,oak\nred,x\n", classes=("x", "y"))
    assert text.startswith("error: column `a` is `red`") and text.count("error: ") == 1


def test_rows_of_another_length() -> None:
    assert text_of("a,b,k\n1,2\n1,2,x\n1,2,x,\n1,2,x\n7") == (
        "error: the row has 2 cells, the header has 3\n"
        "  --> t.csv:2:1\n  2 | 1,2\n    | ^^^\n help: give every row a cell for each column\n\n"
        "error: the row has 4 cells, the header has 3\n"
        "  --> t.csv:4:1\n  4 | 1,2,x,\n    | ^^^^^^\n help: remove the separator at the end of the row\n\n"
        "error: the row has 1 cell, the header has 3\n"
        "  --> t.csv:6:1\n  6 | 7\n    | ^\n help: give every row a cell for each column"
    )


def test_ten_faults_are_shown_and_the_others_counted() -> None:
    names = [f"c{index}" for index in range(25)]
    text = text_of(f"{','.join(names)},k\n" + f"{'red,' * 25}x\n" * 3)
    assert text.count("error: ") == 10
    assert text.endswith("note: 15 more such faults")


def test_numbers_of_python_that_are_none_elsewhere() -> None:
    assert finite_numbers(["1", "-2e3", " .5"]) == [1, -2000, 0.5]
    for text in ("1_0", "\N{ARABIC-INDIC DIGIT ONE}", "\uff11", "nan", "1e39"):
        assert finite_numbers(["1", text]) is None
