"""Faults of a table are grouped: one for all cells of a column that are wrong in the same way."""

from pathlib import Path
from typing import Any

import pytest

from nntrain.data.csv_faults import spelled_numbers
from nntrain.data.csv_records import read_records
from nntrain.data.csv_text import CsvTable
from nntrain.errors import DataError


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def faults(text: str, **options: Any) -> list[tuple[str, str]]:
    """The message and the help of each fault."""
    Path("t.csv").write_text(text)
    with pytest.raises(DataError) as caught:
        read_records(CsvTable("t.csv", **({"label": "k"} | options)))
    return [(problem.message, problem.help) for problem in caught.value.problems]


def test_cells_of_a_column_that_are_wrong_alike_are_one_fault() -> None:
    rows = [("", "1"), ("2", "NA"), ("", ""), ("x", "3"), ("", "?")]
    assert faults("age,b,k\n" + "".join(f"{age},{b},y\n" for age, b in rows)) == [
        (
            "column `age`: 3 of 5 cells are empty, the first in line 2",
            "give numbers, or remove the rows, or leave the column out with `ignore: [age]`",
        ),
        (
            "column `b`: 2 of 5 cells are not numbers, the first in line 3",
            "give numbers, or remove the rows, or leave the column out with `ignore: [b]`",
        ),
        ("column `b` is empty", "give a number, or remove the row"),
        ("column `age` is `x`, which is not a number", "give a number, or remove the row"),
    ]


def test_a_million_faults_are_as_few() -> None:
    header = ",".join(f"c{index}" for index in range(5))
    found = faults(f"{header},k\n" + ",nan,,,x,y\n" * 20000)
    assert [message for message, _ in found] == [
        "column `c0`: 20,000 of 20,000 cells are empty, the first in line 2",
        "column `c1`: 20,000 of 20,000 cells are not finite numbers, the first in line 2",
        "column `c2`: 20,000 of 20,000 cells are empty, the first in line 2",
        "column `c3`: 20,000 of 20,000 cells are empty, the first in line 2",
        "column `c4`: 20,000 of 20,000 cells are not numbers, the first in line 2",
    ]


def test_a_column_of_words_is_a_label_or_left_out() -> None:
    text = "a,species,k\n1,red,x\n2,green,y\n"
    message = "column `species`: 2 of 2 cells are not numbers, the first in line 2"
    assert faults(text) == [(message, "leave the column out with `ignore: [species]`")]
    help = "write `label: species` for a column of classes"
    assert faults(text, label=None, targets=("species",), ignore=("k",)) == [(message, help)]


@pytest.mark.parametrize(
    ("cells", "help"),
    [
        (["5,1", "4,9"], "write `5.1` for the first, and the others alike"),
        (["1,234.5", "2,000.0"], "write `1234.5` for the first, and the others alike"),
        (["$5", "$6"], "write `5` for the first, and the others alike"),
    ],
)
def test_numbers_that_are_spelled_otherwise(cells: list[str], help: str) -> None:
    found = faults("a;k\n" + "".join(f"{cell};x\n" for cell in cells), separator=";")
    assert found == [("column `a`: 2 of 2 cells are not numbers, the first in line 2", help)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,234.5", ["1234.5"]),
        ("1.234,5", ["1234.5"]),
        ("1,234,567", ["1234567"]),
        ("1.234.567", ["1234567"]),
        ("1,5", ["1.5"]),
        ("-0,25", ["-0.25"]),
        ("1,500", ["1500", "1.500"]),
        ("1'234.5", ["1234.5"]),
        ("1 000", ["1000"]),
        ("1\xa0000,5", ["1000.5"]),
        ("$5", ["5"]),
        ("-$5.25", ["-5.25"]),
        ("5 \N{EURO SIGN}", ["5"]),
        ("45%", ["45"]),
        ("5 kg", ["5"]),
        ("\N{MINUS SIGN}3", ["-3"]),
        ("\N{ARABIC-INDIC DIGIT ONE}\N{ARABIC-INDIC DIGIT TWO}", ["12"]),
        ("\ufeff5", ["5"]),
        ("\uff11e3", ["1e3"]),
        *((text, []) for text in ("red", "2020-01-05", "05.01.2020", "12:30", "0x10", "1e", "a1", "10.0.0.1", "1,2,3")),
    ],
)
def test_what_a_text_may_mean(text: str, numbers: list[str]) -> None:
    assert spelled_numbers(text) == numbers


def test_rows_of_another_length_are_grouped() -> None:
    text = "a,b,k\n" + "1,2\n" * 3 + "1,2,x\n"
    assert faults(text) == [
        (
            "3 of 4 rows have 2 cells, the header has 3, the first in line 2",
            "give every row a cell for each column",
        )
    ]
    named = "begin the header with a name for the first column, and leave it out with `ignore: [that name]`"
    assert faults("a,b,k\n" + "0,1,2,x\n" * 3)[0][1] == named
    assert faults("a,b,k\n5,1,4,9,x\n")[0][1] == (
        "give every row a cell for each column; for `1,234.5` or `1,5` write `1234.5` or `1.5`"
    )


def test_labels_that_are_no_classes_are_grouped_by_label() -> None:
    classes = ("caf\xe9", "tea")
    assert faults("a,k\n1,teas\n2,oak\n3,teas\n4,cafe\u0301\n", classes=classes) == [
        (
            "column `k`: 2 of 4 cells are `teas`, which is not one of the classes, the first in line 2",
            "write `tea`",
        ),
        ("column `k` is `oak`, which is not one of the classes", "the classes are `caf\xe9`, `tea`"),
        (
            "column `k` is `cafe\\u0301`, which looks like the class `caf\\xe9`, and is not the same",
            "write `caf\\xe9`",
        ),
    ]
    many = faults("a,k\n" + "".join(f"1,x{row}\n" for row in range(30)), classes=classes)
    assert len(many) == 11 and many[-1][0] == "20 more such faults"


def test_empty_labels_are_grouped() -> None:
    assert faults("a,k\n1,\n2,\n3,x\n") == [
        ("column `k`: 2 of 3 cells are empty, the first in line 2", "give the class, or remove the rows")
    ]
