"""Files of other formats are told by their first bytes."""

import bz2
import gzip
import io
import lzma
import zipfile
from pathlib import Path

import numpy as np
import pytest

from nntrain.data.file_formats import HEAD_BYTES, other_format

TEXT = b"a,b,k\n1,2,x\n3,4,y\n" * 9


def fault(name: str, data: bytes) -> str:
    found = other_format(Path(name), data[:HEAD_BYTES])
    return ": ".join(found) if found else ""


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("t.csv", TEXT)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        (
            "d/t.csv.gz",
            gzip.compress(TEXT, mtime=0),
            "is compressed with gzip: run `gunzip d/t.csv.gz`, and write `path: d/t.csv`",
        ),
        ("t.csv", gzip.compress(TEXT, mtime=0), "is compressed with gzip: run `gunzip -c t.csv > t_text.csv`"),
        ("t.csv.bz2", bz2.compress(TEXT), "is compressed with bzip2: run `bunzip2 t.csv.bz2`"),
        ("t.csv.xz", lzma.compress(TEXT), "is compressed with xz: run `unxz t.csv.xz`"),
        ("t.csv.zip", zipped(), "is a zip archive: run `unzip t.csv.zip`"),
        ("t.xlsx", zipped(), "is a spreadsheet: save it as CSV"),
        ("t.npz", zipped(), "is an .npz file: write `npz_file: {path: t.npz}`"),
        ("t.csv", TEXT.decode().encode("utf-16"), "is text in UTF-16, not UTF-8: run `iconv -f UTF-16 -t UTF-8 t.csv"),
        ("t.csv", TEXT.decode().encode("utf-16-le"), "is text in UTF-16"),
        ("t.csv", TEXT.decode().encode("utf-16-be"), "is text in UTF-16"),
        ("t.csv", b"\n<!DOCTYPE html><html>", "is a web page"),
        ("t.csv", b"version https://git-lfs.github.com/spec/v1", "is a pointer of Git LFS, without the data: run `git"),
        (
            "t.json",
            b'[\n  {"a": 1}]',
            "is one JSON array, not an object a line: run `import pandas; pandas.read_json('t.json')",
        ),
        ("t.parquet", b"PAR1\x15\x04", "is Parquet"),
    ],
)
def test_other_formats_get_the_line_that_works(name: str, data: bytes, words: str) -> None:
    assert fault(name, data).startswith(words)


def test_an_array_is_no_table() -> None:
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    assert fault("t.csv", file.getvalue()).startswith("is an .npy array: save it with `numpy.savez")


@pytest.mark.parametrize(
    "data", [TEXT, b"", b"a", "gr\xfc\xdfe,k\n1,x\n".encode(), b"\xef\xbb\xbfa,k\n", b"Version,k\n1,x\n"]
)
def test_text_may_be_a_table(data: bytes) -> None:
    assert fault("t.csv", data) == ""
