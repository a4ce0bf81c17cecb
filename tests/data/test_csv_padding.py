"""Empty columns at the right of a table."""

from pathlib import Path

import pytest

from nntrain.data.csv_padding import without_padding


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
    assert without_padding(source, separator, target) == count
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
    assert without_padding(source, ",", tmp_path / "narrow") == 0
