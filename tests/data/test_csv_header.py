"""The header of a CSV file: every fault of it."""

from pathlib import Path

import pytest

from nntrain.data.csv_header import is_number, read_header
from nntrain.data.csv_text import CsvTable, CsvText
from nntrain.errors import DataError


def text_of(text: str, *wanted: str) -> str:
    with pytest.raises(DataError) as caught:
        read_header(CsvText(CsvTable("t.csv"), text.encode()), wanted or ("k",))
    return str(caught.value)


def test_the_names_of_the_columns() -> None:
    assert read_header(CsvText(CsvTable("t.csv"), b'a, "b",,c\n1,2,3,4\n')) == ("a", "b", "", "c")
    assert read_header(CsvText(CsvTable("t.csv"), b"a\n1\n"), ("a",)) == ("a",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a,k\n",
            "error: there are no rows below the header\n  --> t.csv:1:1\n  1 | a,k\n    | ^^^\n"
            " help: give a row for each example",
        ),
        (
            "1,2,3\n4,5,6\n",
            "error: the first line is not a header, it holds numbers\n  --> t.csv:1:1\n  1 | 1,2,3\n    | ^^^^^\n"
            " help: put a line with the names of the columns at the top",
        ),
        (
            "5.1,3.5,1.4,setosa\n4.9,3.0,1.4,setosa\n",
            "error: the first line is not a header, it holds numbers\n"
            "  --> t.csv:1:1\n  1 | 5.1,3.5,1.4,setosa\n    | ^^^^^^^^^^^^^^^^^^\n"
            " help: put a line with the names of the columns at the top",
        ),
        (
            "a,b,a,k\n1,2,3,x\n",
            "error: the column `a` stands twice\n  --> t.csv:1:5\n  1 | a,b,a,k\n    |     ^\n"
            " help: rename one of the two",
        ),
        (
            ",a,,k\n1,2,x\n",
            "error: column 3 has no name\n  --> t.csv:1:4\n  1 | ,a,,k\n    |    ^\n"
            " help: give every column a name, or remove the columns that are empty",
        ),
        (
            "a;k\n1,5;x\n",
            "error: there is only one column, `a;k`\n  --> t.csv:1:1\n  1 | a;k\n    | ^^^\n"
            " help: write `separator: ';'`",
        ),
        (
            "a\nx\n",
            "error: there is only one column, `a`\n  --> t.csv:1:1\n  1 | a\n    | ^\n"
            " help: give a file of several columns",
        ),
        (
            "Report\n\na,k\n1,x\n",
            "error: there is only one column, `Report`\n  --> t.csv:1:1\n  1 | Report\n    | ^^^^^^\n"
            " help: remove the lines above line 3, which has 2 cells, if that is the header",
        ),
        (
            "a k\n1 x\n",
            "error: there is only one column, `a k`\n  --> t.csv:1:1\n  1 | a k\n    | ^^^\n"
            " help: write `separator: ' '` below `table:`, or put commas between the cells, in place of the spaces",
        ),
        (
            "a k\n1 x y\n",
            "error: there is only one column, `a k`\n  --> t.csv:1:1\n  1 | a k\n    | ^^^\n"
            " help: put commas between the cells, in place of the spaces",
        ),
    ],
)
def test_faults_of_the_header(text: str, expected: str) -> None:
    assert text_of(text) == expected


def test_digits_of_other_scripts_are_no_numbers() -> None:
    assert [is_number(text) for text in ("12", "\uff11\uff12", "\N{ARABIC-INDIC DIGIT TWO}")] == [True, False, False]


@pytest.mark.parametrize("name", ["iris", "wine_data", "breast_cancer"])
def test_the_files_of_scikit_learn_begin_with_no_header(name: str) -> None:
    sklearn = pytest.importorskip("sklearn")
    text = text_of(Path(sklearn.__path__[0], "datasets", "data", f"{name}.csv").read_text(), "species")
    assert text.startswith("error: the first line is not a header, it holds numbers\n")
    assert text.endswith(
        "help: put a line with the names of the columns at the top, in place of the counts of rows and columns"
    )
