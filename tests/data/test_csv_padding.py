"""Empty columns at the right of a table, and empty rows below it."""

from pathlib import Path

import pytest

from nntrain.data.csv_padding import without_columns, without_rows


@pytest.mark.parametrize(
    ("text", "separator", "count", "left"),
    [
        ("a,b,,,\n1,2,,,\n\n3,4,,,", ",", 3, "a,b\n1,2\n\n3,4"),
        ("a;b;\r\n1;;\r\n", ";", 1, "a;b\r\n1;\r\n"),
        ("a\tb\t\t\n1\t2\t \t\n", "\t", 2, "a\tb\n1\t2\n"),
        ('a,b,,\n"x,,\n,,",2,,\n', ",", 2, 'a,b\n"x,,\n,,",2\n'),
    ],
)
def test_columns_without_name_and_cell_are_cut(
    text: str, separator: str, count: int, left: str, tmp_path: Path
) -> None:
    source, target = tmp_path / "t.csv", tmp_path / "narrow"
    source.write_bytes(text.encode())
    assert without_columns(source, separator, target) == count
    assert target.read_bytes() == left.encode()


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        "a,b,,\n1,2,,\n3,4,5,\n",
        "a,b,,\n1,2\n",
        ",,\n1,2,3\n",
        ",a,b\n1,2,3\n",
        'a,"b\n,,",c\n1,2,3\n',
        "",
    ],
)
def test_a_column_with_a_name_or_a_cell_stays(text: str, tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes(text.encode())
    assert without_columns(source, ",", tmp_path / "narrow") == 0


@pytest.mark.parametrize(
    ("text", "separator", "count", "left"),
    [
        ("a,b\n1,2\n,\n,\n", ",", 2, "a,b\n1,2\n"),
        ("a,b\n1,2\n,,,\n , \n\n,", ",", 3, "a,b\n1,2\n"),
        ("a\tb\r\n1\t2\r\n\t\t\r\n\t\r\n", "\t", 2, "a\tb\r\n1\t2\r\n"),
        ('a;b\n,;1\n"";""\n   \n', ";", 2, "a;b\n,;1\n"),
        ("a,b\r1,2\r,\r", ",", 1, "a,b\r1,2\r"),
        (",\n,\n,\n", ",", 2, ",\n"),
    ],
)
def test_rows_without_cells_at_the_end_are_cut(
    text: str, separator: str, count: int, left: str, tmp_path: Path
) -> None:
    source, target = tmp_path / "t.csv", tmp_path / "short"
    source.write_bytes(text.encode())
    assert without_rows(source, separator, target) == count
    assert target.read_bytes() == left.encode()


@pytest.mark.parametrize(
    "text", ["a,b\n,\n1,2\n", "a,b\n1,2\n\n\n", 'a,b\n1,"2\n,,"\n', 'a,b\n"""",\n', "a,b\n", ",", ""]
)
def test_a_row_with_a_cell_stays_and_so_do_those_above_it(text: str, tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes(text.encode())
    assert without_rows(source, ",", tmp_path / "short") == 0


def test_more_empty_rows_than_are_looked_at_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("nntrain.data.csv_padding._TAIL_BYTES", 3)
    source, target = tmp_path / "t.csv", tmp_path / "short"
    source.write_text("a,b\n10000,2\n" + ",\n" * 99)
    assert without_rows(source, ",", target) == 99
    assert target.read_text() == "a,b\n10000,2\n"
