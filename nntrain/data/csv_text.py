"""A CSV file as text: its records, and the place of every cell for messages."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path as FilePath

from nntrain.data.file_formats import HEAD_BYTES, other_format
from nntrain.errors import DataError, Path, Problem, Span
from nntrain.nearest import near_path
from nntrain.storage.regular_file import irregular_kind

SEPARATORS = {";": "';'", "\t": '"\\t"', "|": "'|'", ",": "','"}  # and how each is written in YAML

HEAD_RECORDS = 100  # the first ones, which show how a file is written


@dataclass(frozen=True)
class CsvTable:
    """A file of text with a header and a row a line, in UTF-8, and how its cells are written.

    missing: texts that stand for an empty cell. shown: the file as messages name it, where it is not `path`. place:
    the path in the config of the option that names the file, `source` that of the data source. every_row:
    also those at its end that have no cell, as of a piece of a file, or of the rows of a program.
    """

    path: str | FilePath
    separator: str = ","
    decimal: str = "."
    missing: frozenset[str] = frozenset()
    shown: str = ""
    place: Path = ()
    source: Path = ()
    every_row: bool = False

    @property
    def name(self) -> str:
        """The file as a user in this folder would write it."""
        return self.shown or short(FilePath(self.path))

    def number(self, text: str) -> str:
        """Return the text of a number as Python writes it."""
        return text if self.decimal == "." else text.replace(".", "_").replace(self.decimal, ".")


class NotUtf8(DataError):
    """The file is not text in UTF-8; it may be in another encoding."""


class CsvText:
    """The records of a file, or of its first lines where those are given.

    Raises DataError when the file cannot be opened or is not text.
    """

    def __init__(self, table: CsvTable, first_lines: bytes | None = None) -> None:
        path = FilePath(table.path)
        self.file, self.separator, self.place = table.name, table.separator, table.place
        self.text = self._decoded(self._bytes(path) if first_lines is None else first_lines)

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """The line of each record, from 1, and its cells without the space around them; blank lines are skipped."""
        reader = csv.reader(
            io.StringIO(self.text, newline=""), delimiter=self.separator, skipinitialspace=True, strict=True
        )
        line = 1
        try:
            for cells in reader:
                if cells:
                    yield line, [cell.strip() for cell in cells]
                line = reader.line_num + 1
        except csv.Error as error:
            help = "put a cell that holds quotes or separators into double quotes, and double the quotes in it"
            raise self.error(f"the record cannot be read: {error}", help, self.span(line)) from None

    def span(self, line: int, cell: int | None = None) -> Span:
        """The place of a cell (from 0), or of the whole line."""
        source = self._lines[line - 1]
        start, end = 0, len(source)
        if cell is not None and cell < len(cells := self._cells(source)):
            start, end = cells[cell]
        return Span(self.file, line, start + 1, max(1, end - start), source)

    def error(self, message: str, help: str, span: Span | None = None) -> DataError:
        """A DataError about the file as a whole, or about one place in it."""
        return DataError(problems=[Problem(message, self.place, help, span)])

    @cached_property
    def _lines(self) -> list[str]:
        return re.split(r"\r\n|\r|\n", self.text)

    def _cells(self, source: str) -> list[tuple[int, int]]:
        """The start and the end of each cell in one line."""
        cell = re.compile(rf'\s*("(?:[^"]|"")*"|[^{re.escape(self.separator)}]*)')
        found, start = [], 0
        while start <= len(source) and (match := cell.match(source, start)):
            found.append(match.span(1))
            start = match.end() + 1
        return found

    def _bytes(self, file: FilePath) -> bytes:
        if kind := irregular_kind(file):
            raise self.error(f"`{self.file}` is {kind}", "give the path of a file")
        try:
            with file.open("rb") as opened:
                head = opened.read(HEAD_BYTES)
                self._refuse_other_format(file, head)
                return head + opened.read()
        except FileNotFoundError:
            raise self.error(f"there is no file `{self.file}`", near_path(file)) from None
        except OSError as error:
            message = f"`{self.file}` cannot be read: {error.strerror}"
            raise self.error(message, "check the permissions of the file") from None

    def _refuse_other_format(self, file: FilePath, head: bytes) -> None:
        if found := other_format(file, head):
            raise self.error(f"`{self.file}` {found[0]}", found[1])

    def _decoded(self, data: bytes) -> str:
        try:
            text = data.decode().lstrip("\ufeff")
        except UnicodeDecodeError as error:
            raise NotUtf8(problems=self._not_text(data, error.start, "is not UTF-8 text").problems) from None
        if "\0" in text:
            raise self._not_text(data, data.index(0), "holds a NUL byte")
        if not text.strip():
            raise self.error(f"`{self.file}` is empty", "give a file with a header and rows")
        return text

    def _not_text(self, data: bytes, offset: int, what: str) -> DataError:
        before = data[:offset].split(b"\n")
        end = data.find(b"\n", offset)
        source = before[-1] + data[offset : end if end >= 0 else len(data)]
        column = len(before[-1].decode("utf-8-sig", "replace")) + 1
        shown = source.decode("utf-8-sig", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
        help = "save the file as CSV with the encoding UTF-8"
        help += (
            f"; `iconv -f LATIN1 -t UTF-8 {self.file}` prints it so, if it is Latin-1" if what.endswith("text") else ""
        )
        return self.error(f"`{self.file}` {what}", help, Span(self.file, len(before), column, 1, shown))


def short(file: FilePath) -> str:
    """Return the path as a user in this folder would write it."""
    here = FilePath.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def evenness(text: str, separator: str) -> tuple[bool, int]:
    """Return whether the first records have as many cells as the header, more than one, and how many that has."""
    try:
        reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, skipinitialspace=True)
        lengths = [len(cells) for cells in islice(reader, HEAD_RECORDS) if cells]
    except csv.Error:
        return False, 0
    return len(set(lengths)) == 1 and lengths[0] > 1, lengths[0] if lengths else 0
