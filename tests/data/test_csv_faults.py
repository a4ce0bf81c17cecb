"""Faults of a table are grouped: one for all cells of a column that are wrong in the same way."""

from pathlib import Path

import pytest

from nntrain.data.csv_faults import cell_fault, cell_problems, class_fault, spelled_numbers
from nntrain.data.csv_records import read_records
from nntrain.data.csv_text import CsvTable
from nntrain.errors import DataError


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def problems(cells: list[str], help: str = "help") -> list[tuple[str, str]]:
    """The message and the help of each problem of a column in which every cell should be a number."""
    Path("t.csv").write_text("b;a\n" + "".join(f"1;{cell}\n" for cell in cells))
    raw = read_records(CsvTable("t.csv", ";"), frozenset({"a"}))
    wrong = {text: cell_fault(text) for text in raw.words("a").names}
    return [(found.message, found.help) for found in cell_problems(raw, "a", wrong, help)]


def test_cells_that_are_wrong_alike_are_one_problem() -> None:
    assert problems(["NA", "x", "y", "NA", "nan"]) == [
        ("column `a`: 2 of 5 cells are not numbers: `NA`, the first in line 2", "help"),
        ("column `a`: 2 of 5 cells are not numbers: `x`, `y`, the first in line 3", "help"),
        ("column `a` is `nan`, which is not a finite number", "help"),
    ]


def test_a_million_faults_are_as_few() -> None:
    (found,) = problems([f"x{index % 7}" for index in range(20000)])
    assert found[0] == "column `a`: 20,000 of 20,000 cells are not numbers: `x0`, `x1`, `x2`, the first in line 2"


@pytest.mark.parametrize(
    ("cells", "help"),
    [
        (["5,1", "4,9"], "write `5.1` for the first, and the others alike"),
        (["1,234.5", "2,000.0"], "write `1234.5` for the first, and the others alike"),
        (["$5"], "write `5`"),
        (["1e999"], "measure the column in a larger unit"),
    ],
)
def test_numbers_that_are_spelled_otherwise(cells: list[str], help: str) -> None:
    assert [found for _, found in problems(cells)] == [help]


def test_the_place_of_the_first_cell() -> None:
    Path("t.csv").write_text("b,a\n1,2\n3,red\n")
    raw = read_records(CsvTable("t.csv", place=("data", "table", "path")), frozenset({"a"}))
    (found,) = cell_problems(raw, "a", {"red": cell_fault("red")}, "help")
    assert str(found) == (
        "error: column `a` is `red`, which is not a number\n"
        "  --> t.csv:3:3  (data.table.path)\n  3 | 3,red\n    |   ^^^\n help: help"
    )


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
        *((text, []) for text in ("5\N{SUPERSCRIPT TWO}", "x\N{SUBSCRIPT TWO}", "10\N{SUPERSCRIPT THREE}")),
    ],
)
def test_what_a_text_may_mean(text: str, numbers: list[str]) -> None:
    assert spelled_numbers(text) == numbers


def rows_fault(text: str) -> list[tuple[str, str]]:
    Path("t.csv").write_text(text)
    with pytest.raises(DataError) as caught:
        read_records(CsvTable("t.csv"))
    return [(problem.message, problem.help) for problem in caught.value.problems]


def test_rows_of_another_length_are_grouped() -> None:
    assert rows_fault("a,b,k\n" + "1,2\n" * 3 + "1,2,x\n") == [
        (
            "3 of 4 rows have 2 cells, the header has 3, the first in line 2",
            "give every row a cell for each column",
        )
    ]
    named = "begin the header with a name for the first column, and leave it out with `ignore: [that name]`"
    assert rows_fault("a,b,k\n" + "0,1,2,x\n" * 3)[0][1] == named
    assert rows_fault("a,b,k\n5,1,4,9,x\n")[0][1] == (
        "give every row a cell for each column; for `1,234.5` or `1,5` write `1234.5` or `1.5`"
    )


def test_a_label_that_is_no_class() -> None:
    classes = ("caf\xe9", "tea")
    assert (class_fault("teas", classes).written, class_fault("oak", classes).written) == (
        "write `tea`",
        "the classes are `caf\xe9`, `tea`",
    )
    assert class_fault("cafe\u0301", classes).one == (
        "is `cafe\\u0301`, which looks like the class `caf\\xe9`, and is not the same"
    )
