"""A table in any format gives the same columns."""

import gzip
from pathlib import Path

import pytest

from nntrain.data.csv_text import CsvTable
from nntrain.data.table_file import Form
from nntrain.data.table_formats import raw_table, text_rows
from nntrain.errors import DataError

CSV = "a,b\n1.5,x\n2,y\n"
ARFF = "@relation r\n@attribute a numeric\n@attribute b {x,y}\n@data\n1.5,x\n2,y\n"


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(),
        CSV.replace(",", "\t").encode(),
        gzip.compress(CSV.encode(), mtime=0),
        ARFF.encode(),
        gzip.compress(ARFF.encode(), mtime=0),
    ],
)
def test_the_format_is_found(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "table.data"
    file.write_bytes(data)
    with raw_table(CsvTable(file), Form(), frozenset()) as found:
        assert found.raw.numbers("a").values.tolist() == [1.5, 2]
        assert found.raw.words("b").names == ("x", "y")
        assert found.raw.file == str(file)
    assert text_rows(CsvTable(file), Form()) == [["a", "b"], ["1.5", "x"], ["2", "y"]]


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    for path, message in ((tmp_path / "no.csv", "there is no file"), (tmp_path, "is a folder")):
        with pytest.raises(DataError, match=message), raw_table(CsvTable(path), Form(), frozenset()):
            pass


def test_a_letter_of_another_encoding_far_from_the_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntrain.data.table_file._HEAD_BYTES", 40)
    monkeypatch.setattr("nntrain.data.table_file._PIECE_BYTES", 20)
    file = tmp_path / "t.csv"
    file.write_bytes(b"a,b\n" + b"1,x\n" * 100 + "2,gr\xfcn\n".encode("latin-1"))
    with raw_table(CsvTable(file), Form(), frozenset()) as found:
        assert (set(found.raw.words("b").names), found.form.encoding) == ({"x", "gr\xfcn"}, "cp1252")
        assert "is read as cp1252" in found.notes[0]
    with pytest.raises(DataError, match="is not UTF-8"), raw_table(CsvTable(file), Form(encoding="utf-8"), frozenset()):
        pass
