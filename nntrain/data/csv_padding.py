"""What spreadsheets write around a table: columns without a name at its right, `a,target,,,`, and rows `,,,` below."""

import os
import re
import shutil
from pathlib import Path as FilePath
from typing import BinaryIO

_TAIL_BYTES = 1 << 16


def without_columns(path: FilePath, separator: str, target: FilePath) -> int:
    """Write the table to `target` without the columns at its right that have no name and no cell; return how many.

    0 where there are none, or where a row has a cell there; `target` is then of no use. Lines keep their numbers.
    """
    sign = re.escape(separator.encode())
    with path.open("rb") as source:
        header = source.readline().rstrip(b"\r\n")
        found = re.search(rb"(?<!%b)(?:%b *)+$" % (sign, sign), header)
        if found is None or not found.start() or b"\r" in header or header.count(b'"') % 2:
            return 0
        count = found[0].count(separator.encode())
        end = re.compile(rb"(?:%b *){%d}(\r?\n?)$" % (sign, count))
        source.seek(0)
        is_open = False
        with target.open("wb") as plain:
            for line in source:
                is_open ^= bool(line.count(b'"') % 2)
                cut, is_padded = (line, 1) if is_open or not line.strip() else end.subn(rb"\1", line)
                if not is_padded:
                    return 0
                plain.write(cut)
    return count


def without_rows(path: FilePath, separator: str, target: FilePath) -> int:
    """Write the table to `target` without the rows at its end that have no cell; return how many.

    0 where there are none; `target` is then of no use.
    """
    with path.open("rb") as source:
        end, count = _end_of_cells(source, separator.encode())
        if count:
            source.seek(0)
            with target.open("wb") as plain:
                shutil.copyfileobj(source, plain)
                plain.truncate(end)
    return count


def _end_of_cells(file: BinaryIO, separator: bytes) -> tuple[int, int]:
    """Return where the last row that has a cell ends, and how many rows are after it; the header always stays."""
    size = file.seek(0, os.SEEK_END)
    read = min(size, _TAIL_BYTES)
    while True:
        file.seek(size - read)
        _, *lines = file.read(read).splitlines(keepends=True) or [b""]  # the first one is cut, or the header
        end, count = size, 0
        while lines and _is_empty(lines[-1], separator):
            end -= len(lines[-1])
            count += bool(lines.pop().strip(b"\r\n"))
        if lines or read == size:
            return end, count
        read = min(size, 2 * read)


def _is_empty(line: bytes, separator: bytes) -> bool:
    plain = line if b'"""' in line else line.replace(b'""', b"")
    return not plain.strip(b" \t\r\n" + separator)
