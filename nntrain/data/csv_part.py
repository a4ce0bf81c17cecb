"""Parts of a CSV file as bytes, checked for what pandas would read otherwise than `csv_records`."""

import io
import os
from typing import BinaryIO

import numpy as np

from nntrain.data.csv_text import CsvTable

READ_BYTES = 1 << 18
_PART_BYTES = 4 << 20
_TAIL_BYTES = 4096
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Doubt(Exception):
    """pandas might read the file otherwise than `csv_records`."""


class Part(io.FileIO):
    """The lines from `start` to `end` of a file, which pandas reads; `separators` counts those that were read."""

    def __init__(self, table: CsvTable, start: int, end: int) -> None:
        super().__init__(table.path)
        self.seek(start)
        self.left, self.buffer = end - start, bytearray(READ_BYTES)
        self.separator, self.separators = table.separator.encode(), 0

    def read(self, size: int | None = READ_BYTES) -> bytes:
        """Return the next bytes, READ_BYTES at most and to the end of a line where that is possible. Raises Doubt."""
        view = memoryview(self.buffer)[: min(self.left, size or READ_BYTES)]
        count = self.readinto(view) or 0
        whole = self.buffer.rfind(b"\n", 0, count) + 1
        if whole and count < self.left:
            self.seek(whole - count, os.SEEK_CUR)
            count = whole
        self.left -= count
        data = bytes(view[:count])
        self._check(data)
        return data

    def _check(self, data: bytes) -> None:
        """Raises Doubt for marks that pandas strips, and for quotes that it might misread."""
        self.separators += int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord(self.separator)))
        if b"\0" in data or (not data.isascii() and _BYTE_ORDER_MARK in data):
            raise Doubt
        if b'"' in data and not _quotes_are_regular(data, self.separator):
            raise Doubt


def cut(file: BinaryIO, start: int, parts: int) -> list[int]:
    """Return where so many parts of whole lines start, the first at `start`, and where the last ends.

    Blank lines at the end of the file are left out, and parts that would be short.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read()
    size -= len(tail) - len(tail.rstrip(b"\r\n"))
    cuts = [start]
    for near in range(start, size, max(_PART_BYTES, (size - start) // parts + 1))[1:]:
        file.seek(near)
        file.readline()
        if cuts[-1] < file.tell() < size:
            cuts.append(file.tell())
    return [*cuts, size]


def _quotes_are_regular(lines: bytes, separator: bytes) -> bool:
    """Return whether all rows have quotes in the same columns, around whole cells that hold no separator."""
    lines = lines if lines.endswith(b"\n") else lines + b"\n"
    marks = lines.translate(None, bytes(set(range(256)) - set(separator + b'\n"')))
    row, rows = marks[: marks.index(b"\n") + 1], lines.count(b"\n")
    quoted = rows * row.count(b'""')
    opening = lines.startswith(b'"') + lines.count(b'\n"') + lines.count(separator + b'"')
    closing = lines.count(b'"' + separator) + lines.count(b'"\n') + lines.count(b'"\r\n')
    cells = set(row[:-1].split(separator))
    return cells <= {b"", b'""'} and marks == row * rows and opening == closing == quoted
