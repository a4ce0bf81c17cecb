"""Parts of a CSV file as bytes, checked for what pandas would read otherwise than `csv_records`."""

import io
import os
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from nntrain.data.csv_text import CsvTable

READ_BYTES = 126000
LEAST_BYTES, MOST_BYTES = 4 << 20, 128 << 20
_TAIL_BYTES = 4096
_ZERO, _MINUS, _POINT, _EXPONENT, _SMALL = (np.uint8(byte) for byte in (*b"0-.e", 0x20))
_QUOTE, _NEWLINE, _RETURN = b'"\n\r'
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Doubt(Exception):
    """pandas might read the file otherwise than `csv_records`."""


class Part(io.FileIO):
    """The lines from `start` to `end` of a file, which pandas reads. `in_quotes` counts separators that are text."""

    def __init__(self, table: CsvTable, start: int, end: int) -> None:
        super().__init__(table.path)
        self.seek(start)
        self.left, self.begun_line = end - start, b""
        self.separator, self.in_quotes = ord(table.separator), 0

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
        return data

    def separators(self) -> int:
        """Return how many separators the rest of the part has between its cells."""
        found = sum(int(np.count_nonzero(chars == self.separator)) for chars in self._pieces(overlap=0))
        return found - self.in_quotes

    def odd_zeros(self) -> tuple[bool, bool]:
        """Return whether a cell in the rest of the part begins with a 0 and a digit, as codes do, and whether a whole
        number may be `-0`, perhaps with more zeros.
        """
        codes = negative = False
        for chars in self._pieces(overlap=2, before=b"\n", after=b"\n"):
            codes = codes or _has_codes(chars, self.separator)
            negative = negative or _has_negative_zero(chars)
            if codes and negative:
                break
        return codes, negative

    def _pieces(self, overlap: int, before: bytes = b"", after: bytes = b"") -> Iterator[np.ndarray]:
        """Yield the rest as uint8 (n,); each piece begins with the last bytes of the one before."""
        last = before
        while self.left:
            data = last + self.read()
            yield np.frombuffer(data if self.left else data + after, np.uint8)
            last = data[len(data) - overlap :]


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


def _has_codes(chars: np.ndarray, separator: int) -> bool:
    """Return whether a 0 and a digit follow a separator, the begin of a line or a quote."""
    borders = chars[:-2] == separator
    for border in b'\n"':
        borders |= chars[:-2] == border
    borders &= chars[1:-1] == _ZERO
    borders &= (chars[2:] - _ZERO) < 10
    return bool(borders.any())


def _has_negative_zero(chars: np.ndarray) -> bool:
    after = chars[2:]
    is_fraction = (after == _POINT) | ((after - _ZERO - 1) < 9) | ((after | _SMALL) == _EXPONENT)
    return bool(((chars[:-2] == _MINUS) & (chars[1:-1] == _ZERO) & ~is_fraction).any())


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
