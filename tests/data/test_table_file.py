"""Files of tables: compressed, in other encodings, with other separators and decimal signs."""

import gzip
import zipfile
from pathlib import Path

import pytest

from nntrain.data.csv_text import CsvTable, CsvText
from nntrain.data.table_file import Form, decimal_of, encoding_of, form_like, opened, separator_of
from nntrain.errors import DataError


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


FLIPPED = bytes(
    byte ^ 255 if place == 10 else byte for place, byte in enumerate(gzip.compress(b"a,b\n1,2\n" * 99, mtime=0))
)
TEXT = "größe;b\n1,5;x\n2,5;y\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("latin-1"), "cp1252"),
        ("a;b\n1;\x81\n".encode("latin-1"), "latin-1"),
        (TEXT.encode("utf-16"), "utf-16"),
        (gzip.compress(TEXT.encode("latin-1"), mtime=0), "cp1252"),
    ],
)
def test_what_a_file_is_written_in_is_found(data: bytes, encoding: str) -> None:
    Path("t.csv").write_bytes(data)
    with opened(CsvTable("t.csv"), Form()) as found:
        assert found.form.separator == ";"
        assert found.form.encoding == encoding
        text = CsvText(found.table)
        assert (text.file, "größe" in text.text or "\x81" in text.text) == ("t.csv", True)
        assert ("is read as" in " ".join(found.notes)) == (encoding != "utf-8")


def test_a_letter_of_several_bytes_at_the_end_of_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntrain.data.table_file._PIECE_BYTES", 3)
    for letters in ("a", "aa", "aaa"):
        Path("t.csv").write_bytes(f"{letters}\N{EURO SIGN}bcd".encode())
        assert encoding_of(Path("t.csv")) == "utf-8"
    Path("t.csv").write_bytes("aa\N{EURO SIGN}".encode()[:-1])
    assert encoding_of(Path("t.csv")) == "cp1252"


def test_what_the_config_says_is_not_searched_for() -> None:
    Path("t.csv").write_bytes(TEXT.encode("latin-1"))
    with opened(CsvTable("t.csv"), Form(",", ".", "latin-1")) as found:
        assert (found.form, found.notes) == (Form(",", ".", "iso8859-1"), ())


@pytest.mark.parametrize(
    ("text", "separator", "decimal"),
    [
        ("a,b\n1,2\n", ",", "."),
        ("a\tb\n1,5\t2\n", "\t", ","),
        ("a;b\n1,5;2.5\n", ";", "."),
        ("a|b c|d\n1|2|3\n", "|", "."),
        ("a;b\n1,5;x,y\n", ";", ","),
        ('a;"b,c,d"\n1;"x,y"\n', ";", "."),
        ("a,b\n1;2,3\n4,5\n", ",", "."),
        ("alone\n1\n", ",", "."),
    ],
)
def test_the_separator_and_the_decimal_sign(text: str, separator: str, decimal: str) -> None:
    assert (separator_of(text), decimal_of(text, separator)) == (separator, decimal)


@pytest.mark.parametrize(
    ("data", "form", "message"),
    [
        (gzip.compress(b"a,b\n1,2\n" * 1000, mtime=0)[:-9], Form(), "`t.csv` is a damaged gzip file"),
        (FLIPPED, Form(), "`t.csv` is a damaged gzip file"),
        (b"a,b\n1,\xff\n", Form(encoding="utf-16"), "`t.csv` is not text in utf-16"),
        (b"a,b\n1,2\n", Form(encoding="utf-9"), "unknown encoding `utf-9`"),
        (b"a,b\n1,2\n", Form(encoding="rot13"), "unknown encoding `rot13`"),
        (b"a,b\n1,2\n", Form(encoding="zip"), "unknown encoding `zip`"),
        (b"a,b\n1,2\n", Form(encoding="a\0b"), "unknown encoding"),
        (b"a,b\n1,2\n", Form(encoding="idna\udc80"), "unknown encoding"),
        (b"", Form(), "`t.csv` is empty"),
        (gzip.compress(b"", mtime=0), Form(), "`t.csv` is empty"),
    ],
)
def test_files_that_cannot_be_read(data: bytes, form: Form, message: str) -> None:
    Path("t.csv").write_bytes(data)
    with pytest.raises(DataError, match=message), opened(CsvTable("t.csv"), form):
        pass


def test_an_archive_is_named_before_its_bytes_are_taken_for_text() -> None:
    path = Path("t.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t.csv", "a,b\n" + 99 * "1,2\n")
    with pytest.raises(DataError, match="is a zip archive"), opened(CsvTable(str(path)), Form()):
        pass


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a,b\n1,2\n", Form(",", ".")),
        (b"a;b\n1;2\n", Form()),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), Form(",", ".")),
        (gzip.compress(b"a;b\n1;2\n", mtime=0), Form()),
        (gzip.compress(b"a;b\n1;2\n", mtime=0)[:11], Form(",", ".")),
        ("a,b\n1,2\n".encode("utf-16"), Form(",", ".")),
    ],
)
def test_a_known_form_holds_unless_the_header_lacks_its_separator(tmp_path: Path, content: bytes, found: Form) -> None:
    (tmp_path / "new.csv").write_bytes(content)
    assert form_like(CsvTable(tmp_path / "new.csv"), Form(",", ".")) == found
    assert form_like(CsvTable(tmp_path / "none.csv"), Form(",", ".")) == Form(",", ".")
