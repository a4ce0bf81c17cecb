"""A CSV file as text: its records, their lines, and what no CSV file may be."""

import os
from pathlib import Path

import pytest

from nntrain.data.csv_reader import read_csv
from nntrain.data.csv_text import CsvTable, CsvText
from nntrain.errors import DataError


def records(text: str | bytes) -> list[tuple[int, list[str]]]:
    return list(CsvText(CsvTable("t.csv"), text.encode() if isinstance(text, str) else text).records())


@pytest.mark.parametrize("text", ["\ufeffa,k\r\n1,x\r\n2,y\r\n", "a,k\r1,x\r2,y", '"a","k"\n"1","x"\n2, "y"\n'])
def test_marks_line_ends_and_quotes(text: str) -> None:
    assert records(text) == [(1, ["a", "k"]), (2, ["1", "x"]), (3, ["2", "y"])]


def test_records_know_their_lines() -> None:
    assert records('a,k\n1,"x\nx"\n\n2, y \n') == [(1, ["a", "k"]), (2, ["1", "x\nx"]), (5, ["2", "y"])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "error: `t.csv` is empty\n help: give a file with a header and rows"),
        (" \n\n", "error: `t.csv` is empty\n help: give a file with a header and rows"),
        (
            'a,k\n1,"x\n',
            "error: the record cannot be read: unexpected end of data\n  --> t.csv:2:1\n"
            '  2 | 1,"x\n    | ^^^^\n'
            " help: put a cell that holds quotes or separators into double quotes, and double the quotes in it",
        ),
        (
            "a,k\n1,gr\xfcn\n".encode("latin-1"),
            "error: `t.csv` is not UTF-8 text\n  --> t.csv:2:5\n  2 | 1,gr\ufffdn\n    |     ^\n"
            " help: save the file as CSV with the encoding UTF-8; `iconv -f LATIN1 -t UTF-8 t.csv` prints it so,"
            " if it is Latin-1",
        ),
        (
            "a,k\n1,x\0\n",
            "error: `t.csv` holds a NUL byte\n  --> t.csv:2:4\n  2 | 1,x\ufffd\n    |    ^\n"
            " help: save the file as CSV with the encoding UTF-8",
        ),
    ],
)
def test_faults_of_the_file(text: str | bytes, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        records(text)
    assert str(caught.value) == expected


def test_other_formats_are_refused_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for data, words in {"a,k\n1,x\n".encode("utf-16"): "is text in UTF-16", b"PAR1\x15": "is Parquet"}.items():
        Path("t.csv").write_bytes(data)
        for read in (CsvText, read_csv):
            with pytest.raises(DataError, match=f"error: `t.csv` {words}"):
                read(CsvTable("t.csv"))


def test_byte_order_marks_are_left_out() -> None:
    for marks in (1, 2, 3):
        assert records("\ufeff" * marks + "a,k\n1,x\n") == [(1, ["a", "k"]), (2, ["1", "x"])]


def test_a_file_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("other.csv").touch()
    with pytest.raises(DataError) as caught:
        CsvText(CsvTable("oter.csv", place=("data", "table", "path")))
    assert str(caught.value) == ("error: there is no file `oter.csv`\n  --> data.table.path\n help: write `other.csv`")
    with pytest.raises(DataError, match="error: `.*` is a folder"):
        CsvText(CsvTable(tmp_path))
    os.mkfifo("pipe.csv")
    for read in (CsvText, read_csv):
        with pytest.raises(DataError, match="error: `pipe.csv` is a named pipe"):
            read(CsvTable("pipe.csv"))
