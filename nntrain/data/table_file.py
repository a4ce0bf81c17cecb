"""The file of a table, unpacked and in UTF-8: its encoding, its separator and its decimal sign are found."""

import codecs
import contextlib
import csv
import gzip
import io
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path as FilePath

from nntrain.config.messages import counted, shown
from nntrain.data.csv_padding import without_columns, without_rows
from nntrain.data.csv_text import HEAD_RECORDS, SEPARATORS, CsvTable, CsvText, evenness
from nntrain.data.file_formats import HEAD_BYTES, other_format
from nntrain.errors import DataError, Problem
from nntrain.storage.regular_file import irregular_kind

_HEAD_BYTES = 1 << 16
_PIECE_BYTES = 1 << 20
_GZIP = b"\x1f\x8b"
_DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error)
_WESTERN = ("cp1252", "latin-1")  # the second has a letter for every byte
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class Form:
    """How a file is written; what is None is found."""

    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class TextFile:
    """A file of text in UTF-8, and how it is written; `notes` state what was found and is not usual."""

    table: CsvTable
    form: Form
    notes: tuple[str, ...]


@contextmanager
def opened(asked: CsvTable, form: Form, encoding: str = "", *, is_csv: bool = True) -> Iterator[TextFile]:
    """Give the file as text in UTF-8, which is a temporary one where it was compressed or in another encoding.

    encoding: what was found. Without it only the mark and the first lines are looked at, so that a later line may not
    be UTF-8. is_csv: empty columns and rows around the table are left out. Raises DataError where the file cannot be
    read.
    """
    with tempfile.TemporaryDirectory(prefix="nntrain-") as folder:
        path = _unpacked(asked, FilePath(folder))
        encoding = _known(asked, form.encoding) or encoding or encoding_of(path, _HEAD_BYTES)
        with path.open("rb") as file:
            if encoding != "utf-16" and (other := other_format(FilePath(asked.path), file.read(HEAD_BYTES))):
                raise _fault(asked, f"`{asked.name}` {other[0]}", other[1])
        if encoding != "utf-8":
            path = _transcoded(asked, path, encoding, FilePath(folder))
        found = _with_signs(replace(asked, path=path, shown=asked.name), form, encoding)
        yield _without_padding(found, FilePath(folder)) if is_csv else found


def form_like(asked: CsvTable, known: Form) -> Form:
    """Return a form that is known from another file; one to be found where the first line lacks its separator."""
    path = FilePath(asked.path)
    if irregular_kind(path) or not path.is_file() or known.separator is None:
        return known
    with contextlib.suppress(OSError, *_DAMAGED):
        with path.open("rb") as file:
            is_packed = file.read(len(_GZIP)) == _GZIP
        with gzip.open(path) if is_packed else path.open("rb") as file:
            return known if known.separator.encode() in file.readline(_HEAD_BYTES) else Form()
    return known


@contextmanager
def unpacked(asked: CsvTable) -> Iterator[FilePath]:
    """Give the path of the file without compression. Raises DataError."""
    with tempfile.TemporaryDirectory(prefix="nntrain-") as folder:
        yield _unpacked(asked, FilePath(folder))


def _unpacked(asked: CsvTable, folder: FilePath) -> FilePath:
    path = FilePath(asked.path)
    if irregular_kind(path) or not path.is_file():
        CsvText(asked)  # which says what is wrong
    try:
        with path.open("rb") as file:
            if file.read(len(_GZIP)) != _GZIP:
                return path
        target = folder / "table"
        with gzip.open(path) as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, _PIECE_BYTES)
    except _DAMAGED as error:
        raise _fault(asked, f"`{asked.name}` is a damaged gzip file: {error}", "download it again") from None
    except OSError as error:
        message = f"`{asked.name}` cannot be read: {error.strerror or error}"
        raise _fault(asked, message, "check the permissions of the file, and the space in $TMPDIR") from None
    return target


def encoding_of(path: FilePath, most: int | None = None) -> str:
    """Return `utf-8` where the file is that, `utf-16` by its mark, else a Western encoding that has all its bytes.

    most: the bytes that are looked at for the first of these; without it all of them.
    """
    with path.open("rb") as file:
        if mark := _MARKS.get(file.read(2)):
            return mark
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while (most is None or file.tell() < most) and (piece := file.read(_PIECE_BYTES)):
                if not piece.isascii() or decoder.getstate()[0]:
                    decoder.decode(piece)
            decoder.decode(b"", final=most is None or not file.read(1))
        except UnicodeDecodeError:
            file.seek(0)
            return _WESTERN[0] if _decodes(file.read(), _WESTERN[0]) else _WESTERN[1]
    return "utf-8"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _known(asked: CsvTable, encoding: str | None) -> str | None:
    """Return the name of the encoding as Python spells it."""
    if encoding is None:
        return None
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)  # refuses what is not an encoding of text: `zip`, `rot13`
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        message = f"unknown encoding {shown(encoding)}"
        raise DataError(problems=[Problem(message, (*asked.source, "encoding"), "write `encoding: latin-1`")]) from None
    return "utf-8" if name in ("ascii", "utf-8-sig") else name


def _transcoded(asked: CsvTable, path: FilePath, encoding: str, folder: FilePath) -> FilePath:
    target = folder / "text"
    try:
        with (
            path.open(encoding=encoding, newline="") as source,
            target.open("w", encoding="utf-8", newline="") as plain,
        ):
            shutil.copyfileobj(source, plain, _PIECE_BYTES)
    except UnicodeError as error:
        message = f"`{asked.name}` is not text in {encoding}: {error}"
        raise _fault(asked, message, "leave `encoding` out: it is found") from None
    return target


def _without_padding(found: TextFile, folder: FilePath) -> TextFile:
    """Return the table without the empty rows below it and the empty columns at its right, and with notes on them."""
    table, notes = found.table, list(found.notes)
    if not table.every_row and (count := without_rows(FilePath(table.path), table.separator, folder / "short")):
        table = replace(table, path=folder / "short")
        are = "is left out: it has no cell" if count == 1 else "are left out: they have no cells"
        notes.append(f"{counted(count, 'row')} at the end of `{table.name}` {are}")
    if count := without_columns(FilePath(table.path), table.separator, folder / "narrow"):
        table = replace(table, path=folder / "narrow")
        are = (
            "is left out: it has no name and no cell" if count == 1 else "are left out: they have no names and no cells"
        )
        notes.append(f"{counted(count, 'column')} at the right of `{table.name}` {are}")
    return replace(found, table=table, notes=tuple(notes))


def _with_signs(table: CsvTable, form: Form, encoding: str) -> TextFile:
    """Return the table with its separator and its decimal sign."""
    with FilePath(table.path).open("rb") as file:
        data = file.read(_HEAD_BYTES)
        head = data if len(data) < _HEAD_BYTES else data[: data.rfind(b"\n") + 1] or data
    text = CsvText(table, head).text
    separator = form.separator or separator_of(text)
    decimal = form.decimal or decimal_of(text, separator)
    notes = []
    if form.encoding is None and encoding != "utf-8":
        notes.append(f"`{table.name}` is not UTF-8, and is read as {encoding}; `encoding` sets another")
    if form.separator is None and separator != ",":
        notes.append(f"the separator of `{table.name}` is {SEPARATORS[separator]}")
    if form.decimal is None and decimal == ",":
        notes.append(f"`{table.name}` writes decimals with a comma; `decimal: .` reads them as texts")
    found = replace(table, separator=separator, decimal=decimal)
    return TextFile(found, Form(separator, decimal, encoding), tuple(notes))


def separator_of(text: str) -> str:
    """Return what separates the cells: the sign that divides the first lines into most cells, as many in each.

    Where no sign does so, the one that divides the header into most; a comma if none does.
    """
    scores = {sign: evenness(text, sign) for sign in (",", ";", "\t", "|")}
    return max(scores, key=lambda sign: scores[sign])


def decimal_of(text: str, separator: str) -> str:
    """Return a comma where it separates no cells, and some hold numbers such as `1,5` and none one such as `1.5`."""
    if separator == ",":
        return "."
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, skipinitialspace=True)
    cells = [cell.strip() for record in islice(reader, 1, HEAD_RECORDS) for cell in record]
    with_sign = {
        sign: any(re.fullmatch(rf"[-+]?\d*{re.escape(sign)}\d+([eE][-+]?\d+)?", cell, re.ASCII) for cell in cells)
        for sign in ".,"
    }
    return "," if with_sign[","] and not with_sign["."] else "."


def _fault(asked: CsvTable, message: str, help: str) -> DataError:
    return DataError(problems=[Problem(message, asked.place, help)])
