"""Parts of a CSV file as bytes, checked for what pandas would read otherwise than `csv_records`."""

import io
import os
from typing import BinaryIO

import numpy as np

from nntrain.data.csv_text import CsvTable
from nntrain.data.csv_zeros import OddZeros

READ_BYTES = 1 << 19  # in smaller pieces threads mostly wait for the lock of the interpreter
LEAST_BYTES, MOST_BYTES = 4 << 20, 128 << 20
_TAIL_BYTES = 4096
_QUOTE, _NEWLINE, _RETURN = b'"\n\r'
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Doubt(Exception):
    """pandas might read the file otherwise than `csv_records`."""


class CsvPart(io.FileIO):
    """The lines from `start` to `end` of a file, which pandas reads.

    in_quotes: separators that are text, in the bytes that were read. zeros: what was seen in them, with `watch`.
    """

    def __init__(self, table: CsvTable, start: int, end: int, *, watch: bool = False) -> None:
        super().__init__(table.path)
        self.seek(start)
        self.left, self.begun_line = end - start, b""
        self.separator, self.in_quotes = ord(table.separator), 0
        self.zeros = OddZeros(self.separator, READ_BYTES) if watch else None

    def read(self, size: int | None = READ_BYTES) -> bytes:
        """Return the next bytes, READ_BYTES at most. Raises Doubt for what pandas strips or might misread."""
        data = super().read(min(self.left, READ_BYTES)) or b""
        self.left -= len(data)
        if b"\0" in data or (not data.isascii() and _BYTE_ORDER_MARK in data):
            raise Doubt
        whole = data.rfind(b"\n") + 1 if self.left else len(data)
        if whole and (b'"' in self.begun_line or b'"' in data):
            self.in_quotes += _separators_in_quotes(self.begun_line + data[:whole], self.separator)
        self.begun_line = data[whole:] if whole else self.begun_line + data
        if self.zeros and data:
            self.zeros.look(data, is_last=not self.left)
        return data

    def separators(self) -> int:
        """Return how many separators the rest of the part has between its cells."""
        found = 0
        while self.left:
            found += int(np.count_nonzero(np.frombuffer(self.read(), np.uint8) == self.separator))
        return found - self.in_quotes

    def odd_zeros(self) -> OddZeros:
        """Return what is in the rest of the part."""
        self.zeros = OddZeros(self.separator, READ_BYTES)
        while self.left:
            self.read()
        return self.zeros


def cut(file: BinaryIO, start: int, parts: int) -> list[int]:
    """Return where parts of whole lines start, the first at `start`, and where the last ends.

    There are as many as `parts`, or a multiple of it where those would be long, so that no thread waits for another at
    the end, or fewer where they would be short. Blank lines at the end of the file are left out.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read()
    size -= len(tail) - len(tail.rstrip(b"\r\n"))
    cuts = [start]
    rounds = max(1, -(-(size - start) // (parts * MOST_BYTES)))
    step = max((size - start) // (parts * rounds) + 1, LEAST_BYTES)
    for near in range(start, size, step)[1:]:
        file.seek(near)
        file.readline()
        if cuts[-1] < file.tell() < size:
            cuts.append(file.tell())
    return [*cuts, size]


def _separators_in_quotes(lines: bytes, separator: int) -> int:
    """Return how many separators are in quoted cells of whole lines.

    Raises Doubt unless every quoted cell is quoted as a whole, on one line, with the quotes in it doubled: then each
    quote with an even place among all opens a cell or follows another one, and each with an odd place does the reverse.
    """
    chars = np.frombuffer(b"\n" + lines + b"\n\n", np.uint8)
    is_quote = chars == _QUOTE
    quotes = np.flatnonzero(is_quote)
    opening, closing = quotes[::2], quotes[1::2]
    if len(opening) != len(closing):
        raise Doubt
    before, after = chars[opening - 1], chars[closing + 1]
    ends_line = (after == _NEWLINE) | ((after == _RETURN) & (chars[closing + 2] == _NEWLINE))
    begins = (before == separator) | (before == _NEWLINE) | (before == _QUOTE)
    inside = (np.cumsum(is_quote) & 1).astype(bool)
    breaks = ((chars == _NEWLINE) | (chars == _RETURN)) & inside
    if not begins.all() or not (ends_line | (after == separator) | (after == _QUOTE)).all() or breaks.any():
        raise Doubt
    return int(np.count_nonzero((chars == separator) & inside))
