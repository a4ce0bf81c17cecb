"""Strict reading of CSV files: every fault with its line, its column and what to do."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from nntrain.data import csv_reader
from nntrain.data.csv_reader import read_rows
from nntrain.data.csv_records import read_records
from nntrain.data.csv_text import CsvTable
from nntrain.data.examples import Rows
from nntrain.errors import DataError


def written(text: str | bytes) -> Path:
    file = Path("t.csv")
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str | bytes, **options: Any) -> Rows:
    return read_rows(CsvTable(written(text), **options))


def text_of(text: str | bytes, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        read(text, **({"label": "k"} | options))
    return str(caught.value)


def test_numbers_labels_and_lines() -> None:
    table = read("a,k,b\n1,yes,-2.5\n\n 3e2 ,no,.5\n", label="k")
    assert table.remaining.x.tolist() == [[1, -2.5], [300, 0.5]]
    assert (str(table.remaining.x.dtype), str(table.remaining.y.dtype)) == ("float32", "int32")
    assert (table.schema.features, table.schema.classes, table.schema.targets) == (("a", "b"), ("no", "yes"), ())
    assert table.remaining.y.tolist() == [1, 0]


def test_targets_of_a_regression() -> None:
    table = read("a,b,c\n1,2,3\n4,5,6\n", targets=("c", "a"))
    assert table.remaining.x.tolist() == [[2], [5]]
    assert table.remaining.y.tolist() == [[3, 1], [6, 4]]
    assert (str(table.remaining.y.dtype), table.schema.targets, table.schema.classes) == ("float32", ("c", "a"), ())


@pytest.mark.parametrize("text", ["\ufeffa,k\r\n1,x\r\n2,y\r\n", "a,k\r1,x\r2,y", '"a","k"\n"1","x"\n2, "y"\n'])
def test_marks_line_ends_and_quotes(text: str) -> None:
    table = read(text, label="k")
    assert (table.schema.features, table.remaining.x.tolist(), table.schema.classes) == (("a",), [[1], [2]], ("x", "y"))


def test_a_record_of_several_lines_counts_its_lines() -> None:
    table = read('a,k\n1,"x\nx"\n2,y\n', label="k")
    assert table.schema.classes == ("x\nx", "y")


def test_other_separators_and_ignored_columns() -> None:
    assert read("id;a;k\nq;1;x\nr;2;y\n", label="k", separator=";", ignore=("id",)).schema.features == ("a",)
    assert read("a\tk\n1\tx\n2\ty\n", label="k", separator="\t").remaining.x.tolist() == [[1], [2]]


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
    assert read(f"a,k\n{rows}", label="k").schema.classes == classes


def test_given_classes_keep_their_order() -> None:
    assert read(
        "a,k\n1,x\n2,y\n",
        label="k",
        classes=(
            "y",
            "x",
        ),
    ).remaining.y.tolist() == [1, 0]


def test_given_features_settle_the_order_of_columns() -> None:
    assert read(
        "b,a,k\n1,2,x\n",
        label="k",
        features=(
            "a",
            "b",
        ),
    ).remaining.x.tolist() == [[2, 1]]


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
def test_a_cell_that_is_not_a_number_is_an_error(cell: str, expected: str) -> None:
    place = f"  --> t.csv:3:3  (data.csv_table.path)\n  3 | 3,{cell},y\n    |   {'^' * max(1, len(cell))}"
    text = text_of(f"a,bb,k\n1,2,x\n3,{cell},y\n", place=("data", "csv_table", "path"))
    assert text == f"error: column `bb` {expected.format(place)}"


def test_a_target_that_is_not_a_number_is_an_error() -> None:
    assert text_of("a,b\n1,red\n", label=None, targets=["b"]) == (
        "error: column `b` is `red`, which is not a number\n"
        "  --> t.csv:2:3\n  2 | 1,red\n    |   ^^^\n help: give a number, or remove the row"
    )


def test_an_empty_label_is_an_error() -> None:
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


def test_a_row_of_another_length_is_an_error() -> None:
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
    text = text_of("aa,species\n1,x\n", label="spezies", ignore=("qqq",), source=("data", "csv_table"))
    assert text == (
        "error: there is no column `spezies` in `t.csv`\n  --> data.csv_table.label\n help: write `species`\n\n"
        "error: there is no column `qqq` in `t.csv`\n  --> data.csv_table.ignore\n"
        " help: its columns are `aa`, `species`"
    )


def test_no_feature_is_left() -> None:
    assert text_of("a,k\n1,x\n", ignore=("a",)).startswith("error: no column is left to learn from\n  --> t.csv:1:1\n")


def test_columns_other_than_those_of_the_first_file() -> None:
    assert text_of(
        "a,c,k\n1,2,x\n",
        features=(
            "a",
            "b",
        ),
    ) == (
        "error: there is no column `b`\n  --> t.csv:1:1\n  1 | a,c,k\n    | ^^^^^\n"
        " help: add the column `b`, which the training rows have\n\n"
        "error: the other rows have no column `c`\n  --> t.csv:1:3\n  1 | a,c,k\n    |   ^\n"
        " help: remove the column, or leave it out with `ignore: [c]`"
    )


def test_a_file_that_is_not_there() -> None:
    Path("other.csv").touch()
    with pytest.raises(DataError) as caught:
        read_rows(CsvTable("oter.csv", label="k", place=("data", "csv_table", "path")))
    assert str(caught.value) == (
        "error: there is no file `oter.csv`\n  --> data.csv_table.path\n help: that folder holds `other.csv`"
    )
    with pytest.raises(DataError, match="error: `.*` is a folder"):
        read_rows(CsvTable(Path.cwd(), label="k"))


@pytest.mark.parametrize("name", ["iris", "wine_data", "breast_cancer"])
def test_the_files_of_scikit_learn_begin_with_no_header(name: str) -> None:
    sklearn = pytest.importorskip("sklearn")
    file = Path(sklearn.__path__[0], "datasets", "data", f"{name}.csv")
    with pytest.raises(DataError) as caught:
        read_rows(CsvTable(file, label="species"))
    assert str(caught.value).startswith("error: the first line is not a header, it holds numbers\n")
    assert str(caught.value).endswith(
        "help: put a line with the names of the columns at the top, in place of the counts of rows and columns"
    )


NUMBERS = (
    "1",
    "-2.5",
    "+1.5",
    ".5",
    "5.",
    "-0",
    "-0.0",
    "007",
    "1e3",
    "1E-3",
    "123456789012345678901",
    "0.1234567890123456789",
)
ODD = [
    *[
        "nan",
        "inf",
        "-inf",
        "NA",
        "null",
        "-",
        "1_000",
        "1,5",
        "0x10",
        "1e999",
        "3.5e38",
        "3.4e38",
        "'1'",
        '"2"',
        '"3',
        '4"',
        '"1"2',
        "#5",
        "1;2",
        "TRUE",
        "1e",
        "--1",
        "$5",
        "1j",
    ],
    *("", "1 2", " 7", "8 ", "\u0661", "\u00a05", "1\x0b", "\ufeff1"),
]
LABELS = ("a", " a", "A", "007", "7", "1.0", "", "nan", "NA", '"x"', '"x,y"', "é", "True")


def odd_file(random: Random) -> bytes:
    """A small file in which some cells, rows, marks and line ends are unusual."""
    share, end = random.choice([0.0, 0.0, 0.03, 0.1]), random.choice(["\n", "\n", "\n", "\r\n", "\r"])
    columns = random.randint(1, 4)
    lines = [",".join([*(f"c{index}" for index in range(columns)), "k"])]
    for _ in range(random.randint(0, 8)):
        cells = [random.choice(ODD if random.random() < share else NUMBERS) for _ in range(columns)]
        cells.append(random.choice(LABELS) if random.random() < share else random.choice("ab"))
        lines += [",".join(cells + ["9"] * (random.random() < share / 2)), *[""] * (random.random() < share / 3)]
    text = random.choice(["", "", "", "\ufeff"]) + end.join(lines) + random.choice([end, "", end * 2])
    return text.encode() + (b"\xff" if random.random() < 0.01 else b"")


def outcome(reader: Callable[[CsvTable], Rows], table: CsvTable) -> object:
    """Rows as bytes, or the text of the error."""
    try:
        rows = reader(table)
    except DataError as error:
        return str(error)
    split = rows.remaining
    return split.x.tobytes(), split.y.tobytes(), str(split.y.dtype), rows.schema


@pytest.mark.parametrize("options", [{"label": "k"}, {"targets": ("c0",), "ignore": ("k",)}], ids=["label", "target"])
def test_pandas_and_the_reader_of_records_agree_on_every_odd_file(options: dict[str, Any]) -> None:
    random = Random(5)
    parsed = 0
    for _ in range(600):
        table = CsvTable(written(odd_file(random)), **options)
        found = outcome(read_rows, table)
        assert found == outcome(read_records, table), Path("t.csv").read_bytes()
        parsed += not isinstance(found, str)
    assert 100 < parsed < 600


def test_a_plain_file_is_not_read_record_by_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_reader, "read_records", pytest.fail)
    assert read("a,b,k\n1,2,x\n-0.5,1e3,y\n", label="k").remaining.x.tolist() == [[1, 2], [-0.5, 1000]]
