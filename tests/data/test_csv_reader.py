"""Strict reading of CSV files: every fault with its line, its column and what to do."""

from pathlib import Path
from typing import Any

import pytest

from nntrain.data.csv_reader import read_table
from nntrain.errors import DataError


def written(text: str | bytes) -> Path:
    file = Path("t.csv")
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def text_of(text: str | bytes, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        read_table(written(text), **({"label": "k"} | options))
    return str(caught.value)


def test_numbers_labels_and_lines() -> None:
    table = read_table(written("a,k,b\n1,yes,-2.5\n\n 3e2 ,no,.5\n"), label="k")
    assert table.x.tolist() == [[1, -2.5], [300, 0.5]]
    assert (str(table.x.dtype), str(table.y.dtype)) == ("float32", "int32")
    assert (table.features, table.classes, table.targets) == (("a", "b"), ("no", "yes"), ())
    assert table.y.tolist() == [1, 0]
    assert table.lines.tolist() == [2, 4]
    assert table.rows().file == "t.csv"


def test_targets_of_a_regression() -> None:
    table = read_table(written("a,b,c\n1,2,3\n4,5,6\n"), targets=("c", "a"))
    assert table.x.tolist() == [[2], [5]]
    assert table.y.tolist() == [[3, 1], [6, 4]]
    assert (str(table.y.dtype), table.targets, table.classes) == ("float32", ("c", "a"), ())


@pytest.mark.parametrize("text", ["\ufeffa,k\r\n1,x\r\n2,y\r\n", "a,k\r1,x\r2,y", '"a","k"\n"1","x"\n2, "y"\n'])
def test_marks_line_ends_and_quotes(text: str) -> None:
    table = read_table(written(text), label="k")
    assert (table.features, table.x.tolist(), table.classes) == (("a",), [[1], [2]], ("x", "y"))


def test_a_record_of_several_lines_counts_its_lines() -> None:
    table = read_table(written('a,k\n1,"x\nx"\n2,y\n'), label="k")
    assert table.classes == ("x\nx", "y")
    assert table.lines.tolist() == [2, 4]


def test_other_separators_and_ignored_columns() -> None:
    assert read_table(written("id;a;k\nq;1;x\nr;2;y\n"), label="k", separator=";", ignore=["id"]).features == ("a",)
    assert read_table(written("a\tk\n1\tx\n2\ty\n"), label="k", separator="\t").x.tolist() == [[1], [2]]


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
    rows = "".join(f"1,{label}\n" for label in labels)
    assert read_table(written(f"a,k\n{rows}"), label="k").classes == classes


def test_given_classes_keep_their_order() -> None:
    assert read_table(written("a,k\n1,x\n2,y\n"), label="k", classes=["y", "x"]).y.tolist() == [1, 0]


def test_given_features_settle_the_order_of_columns() -> None:
    assert read_table(written("b,a,k\n1,2,x\n"), label="k", features=["a", "b"]).x.tolist() == [[2, 1]]


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
        ("0x10", "is `0x10`, which is not a number\n{}\n help: leave the column out with `ignore: [bb]`"),
    ],
)
def test_a_cell_that_is_no_number(cell: str, expected: str) -> None:
    place = f"  --> t.csv:3:3  (data.csv_table.path)\n  3 | 3,{cell},y\n    |   {'^' * max(1, len(cell))}"
    text = text_of(f"a,bb,k\n1,2,x\n3,{cell},y\n", place=("data", "csv_table", "path"))
    assert text == f"error: column `bb` {expected.format(place)}"


def test_a_target_that_is_no_number() -> None:
    assert text_of("a,b\n1,red\n", label=None, targets=["b"]) == (
        "error: column `b` is `red`, which is not a number\n"
        "  --> t.csv:2:3\n  2 | 1,red\n    |   ^^^\n help: give a number, or remove the row"
    )


def test_an_empty_label() -> None:
    assert text_of("a,k\n1,x\n2,\n") == (
        "error: column `k` is empty\n  --> t.csv:3:3\n  3 | 2,\n    |   ^\n help: give the class, or remove the row"
    )


def test_a_label_that_is_not_one_of_the_classes() -> None:
    options = {"classes": ["setosa", "virginica"]}
    assert text_of("a,k\n1,setosa\n2,setossa\n", **options).endswith(
        "column `k` is `setossa`, which is not one of the classes\n"
        "  --> t.csv:3:3\n  3 | 2,setossa\n    |   ^^^^^^^\n help: write `setosa`"
    )
    assert text_of("a,k\n1,setosa\n2,oak\n", **options).endswith("help: the classes are `setosa`, `virginica`")


def test_rows_of_another_length() -> None:
    assert text_of("a,b,k\n1,2\n1,2,x\n1,2,x,\n1,2,x\n7") == (
        "error: the row has 2 cells, the header has 3\n"
        "  --> t.csv:2:1\n  2 | 1,2\n    | ^^^\n help: give every row a cell for each column\n\n"
        "error: the row has 4 cells, the header has 3\n"
        "  --> t.csv:4:1\n  4 | 1,2,x,\n    | ^^^^^^\n help: give every row a cell for each column\n\n"
        "error: the row has 1 cell, the header has 3\n"
        "  --> t.csv:6:1\n  6 | 7\n    | ^\n help: give every row a cell for each column"
    )


def test_ten_faults_are_shown_and_the_others_counted() -> None:
    text = text_of("a,b,k\n" + "1,red,x\n" * 25)
    assert text.count("error: ") == 10
    assert text.endswith("note: 15 more such faults")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "error: `t.csv` is empty\n help: give a file with a header and rows"),
        (" \n\n", "error: `t.csv` is empty\n help: give a file with a header and rows"),
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
            "error: column 2 has no name\n  --> t.csv:1:3\n  1 | a,,k\n    |   ^\n help: give the column a name",
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
        (
            'a,k\n1,"x\n',
            "error: the record cannot be read: unexpected end of data\n  --> t.csv:2:1\n"
            '  2 | 1,"x\n    | ^^^^\n'
            " help: put a cell that holds quotes or separators into double quotes, and double the quotes in it",
        ),
        (
            "a,k\n1,gr\xfcn\n".encode("latin-1"),
            "error: `t.csv` is not UTF-8 text\n  --> t.csv:2:5\n  2 | 1,gr\ufffdn\n    |     ^\n"
            " help: save the file as CSV with the encoding UTF-8",
        ),
        (
            "a,k\n1,x\0\n",
            "error: `t.csv` holds a NUL byte\n  --> t.csv:2:4\n  2 | 1,x\ufffd\n    |    ^\n"
            " help: save the file as CSV with the encoding UTF-8",
        ),
    ],
)
def test_faults_of_the_file(text: str | bytes, expected: str) -> None:
    assert text_of(text) == expected


def test_utf_16_is_refused() -> None:
    assert text_of("a,k\n1,x\n".encode("utf-16")).startswith("error: `t.csv` is not UTF-8 text\n  --> t.csv:1:1\n")


def test_names_that_no_column_has() -> None:
    text = text_of("aa,species\n1,x\n", label="spezies", ignore=["qqq"], source=("data", "csv_table"))
    assert text == (
        "error: there is no column `spezies` in `t.csv`\n  --> data.csv_table.label\n help: write `species`\n\n"
        "error: there is no column `qqq` in `t.csv`\n  --> data.csv_table.ignore\n"
        " help: its columns are `aa`, `species`"
    )


def test_no_feature_is_left() -> None:
    assert text_of("a,k\n1,x\n", ignore=["a"]).startswith("error: no column is left to learn from\n  --> t.csv:1:1\n")


def test_columns_other_than_those_of_the_first_file() -> None:
    assert text_of("a,c,k\n1,2,x\n", features=["a", "b"]) == (
        "error: there is no column `b`\n  --> t.csv:1:1\n  1 | a,c,k\n    | ^^^^^\n"
        " help: add the column `b`, which the training rows have\n\n"
        "error: the other rows have no column `c`\n  --> t.csv:1:3\n  1 | a,c,k\n    |   ^\n"
        " help: remove the column, or leave it out with `ignore: [c]`"
    )


def test_a_file_that_is_not_there() -> None:
    Path("other.csv").touch()
    with pytest.raises(DataError) as caught:
        read_table("oter.csv", label="k", place=("data", "csv_table", "path"))
    assert str(caught.value) == (
        "error: there is no file `oter.csv`\n  --> data.csv_table.path\n help: that folder holds `other.csv`"
    )
    with pytest.raises(DataError, match="error: `.*` is a folder"):
        read_table(Path.cwd(), label="k")


@pytest.mark.parametrize("name", ["iris", "wine_data", "breast_cancer"])
def test_the_files_of_scikit_learn_begin_with_no_header(name: str) -> None:
    sklearn = pytest.importorskip("sklearn")
    file = Path(sklearn.__path__[0], "datasets", "data", f"{name}.csv")
    with pytest.raises(DataError) as caught:
        read_table(file, label="species")
    assert str(caught.value).startswith("error: the first line is not a header, it holds numbers\n")
    assert str(caught.value).endswith(
        "help: put a line with the names of the columns at the top, in place of the counts of rows and columns"
    )
