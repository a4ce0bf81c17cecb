"""The header of a CSV file: every fault of it, and the columns that are features."""

from pathlib import Path
from typing import Any

import pytest

from nntrain.data.csv_layout import class_order, find_layout, is_number
from nntrain.data.csv_text import CsvTable, CsvText
from nntrain.errors import DataError


def text_of(text: str, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        table = CsvTable("t.csv", **({"label": "k"} | options))
        find_layout(CsvText(table, text.encode()), table)
    return str(caught.value)


def test_the_positions_of_the_columns() -> None:
    table = CsvTable("t.csv", targets=("c", "a"), ignore=("id",))
    layout = find_layout(CsvText(table, b"a,id,b,c\n1,2,3,4\n"), table)
    assert (layout.features, layout.targets, layout.numbers, layout.label) == (("b",), ("c", "a"), (2, 3, 0), None)


def test_given_features_settle_the_order_of_columns() -> None:
    table = CsvTable("t.csv", label="k", features=("a", "b"))
    layout = find_layout(CsvText(table, b"b,a,k\n1,2,x\n"), table)
    assert (layout.features, layout.numbers, layout.label) == (("a", "b"), (1, 0), 2)


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["10", "9", "-1"], ("-1", "9", "10")),
        (["10", "9", "007"], ("007", "10", "9")),
        (["1.0", "2"], ("1.0", "2")),
        (["b", "A", "a"], ("A", "a", "b")),
    ],
)
def test_the_order_of_classes(labels: list[str], classes: tuple[str, ...]) -> None:
    assert class_order(labels) == classes


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
            "a,,k\n1,2,x\n",
            "error: column 2 has no name\n  --> t.csv:1:3\n  1 | a,,k\n    |   ^\n"
            " help: give the column a name, or leave it out with `ignore: ['']`",
        ),
        (
            ",a,k\n0,1,x\n",
            "error: column 1 has no name\n  --> t.csv:1:1\n  1 | ,a,k\n    | ^\n"
            " help: give the column a name, or leave it out with `ignore: ['']`;"
            " `to_csv(..., index=False)` of pandas writes no such column",
        ),
        (
            "a;k\n1,5;x\n",
            "error: there is only one column, `a;k`\n  --> t.csv:1:1\n  1 | a;k\n    | ^^^\n"
            " help: write `separator: ';'`",
        ),
        (
            "k\nx\n",
            "error: there is only one column, `k`\n  --> t.csv:1:1\n  1 | k\n    | ^\n"
            " help: give a file of several columns",
        ),
    ],
)
def test_faults_of_the_header(text: str, expected: str) -> None:
    assert text_of(text) == expected


def test_names_that_no_column_has() -> None:
    text = text_of("aa,species\n1,x\n", label="spezies", ignore=("qqq",), source=("data", "csv_table"))
    assert text == (
        "error: there is no column `spezies` in `t.csv`\n  --> data.csv_table.label\n help: write `species`\n\n"
        "error: there is no column `qqq` in `t.csv`\n  --> data.csv_table.ignore\n"
        " help: its columns are `aa`, `species`"
    )


def test_a_column_without_a_name_may_be_ignored() -> None:
    table = CsvTable("t.csv", label="k", ignore=("",))
    layout = find_layout(CsvText(table, b",a,k,\n0,1,x,\n"), table)
    assert (layout.features, layout.numbers, layout.label) == (("a",), (1,), 2)
    table = CsvTable("t.csv", features=("a",), others_allowed=True)
    assert find_layout(CsvText(table, b",a\n0,1\n"), table).numbers == (1,)


def test_names_that_only_look_equal() -> None:
    text = text_of("a,caf\xe9\u200b\n1,x\n", label="cafe\u0301", source=("data", "csv_table"))
    assert text == (
        "error: there is no column `cafe\\u0301` in `t.csv`, but `caf\\xe9\\u200b`, which looks equal\n"
        "  --> data.csv_table.label\n help: write the same name in both, without unseen characters"
    )


def test_digits_of_other_scripts_are_no_numbers() -> None:
    assert class_order(["\N{ARABIC-INDIC DIGIT TWO}", "10"]) == ("10", "\N{ARABIC-INDIC DIGIT TWO}")
    assert [is_number(text) for text in ("12", "\uff11\uff12", "\N{ARABIC-INDIC DIGIT TWO}")] == [True, False, False]


def test_no_feature_is_left() -> None:
    text = text_of("a,k\n1,x\n", ignore=("a",))
    assert text.startswith("error: no column is left to learn from\n  --> t.csv:1:1\n")


def test_columns_other_than_those_of_the_first_file() -> None:
    assert text_of("a,c,k\n1,2,x\n", features=("a", "b")) == (
        "error: there is no column `b`\n  --> t.csv:1:1\n  1 | a,c,k\n    | ^^^^^\n"
        " help: add the column `b`, which the training rows have\n\n"
        "error: the other rows have no column `c`\n  --> t.csv:1:3\n  1 | a,c,k\n    |   ^\n"
        " help: remove the column, or leave it out with `ignore: [c]`"
    )


@pytest.mark.parametrize("name", ["iris", "wine_data", "breast_cancer"])
def test_the_files_of_scikit_learn_begin_with_no_header(name: str) -> None:
    sklearn = pytest.importorskip("sklearn")
    text = text_of(Path(sklearn.__path__[0], "datasets", "data", f"{name}.csv").read_text(), label="species")
    assert text.startswith("error: the first line is not a header, it holds numbers\n")
    assert text.endswith(
        "help: put a line with the names of the columns at the top, in place of the counts of rows and columns"
    )
