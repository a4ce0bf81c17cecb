"""A file of a table that may be larger than memory, in pieces of some rows: each is a file of the same format."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path as FilePath

from nntrain.data.arff_reader import is_arff
from nntrain.data.csv_text import CsvTable
from nntrain.data.json_lines import is_json_lines
from nntrain.data.parquet_reader import is_parquet
from nntrain.data.table_file import Form, encoding_of, opened, unpacked
from nntrain.errors import DataError, need

ROWS = 1 << 16  # of a piece; a multiple of the rows of a batch, so that the batches are those of the whole
WHOLE_BYTES = 1 << 24  # of a file that is read at once


@dataclass(frozen=True)
class Piece:
    """Some rows. table: their file, which is valid until the next piece; lines_before: in the whole file.

    done: the share of the whole after this piece. notes: on what the whole is.
    """

    table: CsvTable
    lines_before: int = 0
    done: float = 1.0
    notes: tuple[str, ...] = ()

    def placed(self, error: DataError) -> DataError:
        """Return an error in this piece as one in the whole file."""
        if not self.lines_before:
            return error
        spans = [each.span and replace(each.span, line=each.span.line + self.lines_before) for each in error.problems]
        found = [replace(each, span=span) for each, span in zip(error.problems, spans, strict=True)]
        return DataError(problems=found)


def pieces(table: CsvTable, form: Form) -> Iterator[Piece]:
    """Yield the file as it is where it is small, else pieces of it. Raises DataError."""
    with unpacked(table) as path, tempfile.TemporaryDirectory(prefix="nntrain-") as folder:
        if path.stat().st_size <= WHOLE_BYTES:
            yield Piece(table)
            return
        plain, target = replace(table, path=path, shown=table.name), FilePath(folder, "piece")
        if is_parquet(path):
            yield from _of_parquet(plain, target)
            return
        is_csv = not is_arff(path) and not is_json_lines(path)
        with opened(plain, form, encoding_of(path), is_csv=is_csv) as source:
            for piece in _of_lines(source.table, target):
                yield replace(piece, notes=source.notes)


def _of_lines(table: CsvTable, target: FilePath) -> Iterator[Piece]:
    """Yield pieces of a file of text, each below the header; a record of CSV may have several lines, in quotes."""
    path = FilePath(table.path)
    total = path.stat().st_size
    has_lines = is_arff(path) or is_json_lines(path)
    with path.open("rb") as file:
        records = iter(file) if has_lines else _records(file)
        header = b"".join(_arff_header(records) if is_arff(path) else islice(records, 0 if has_lines else 1))
        lines, read = header.count(b"\n"), len(header)
        while rows := list(islice(records, ROWS)):
            read += sum(map(len, rows))
            if not has_lines or any(map(_is_row, rows)):
                target.write_bytes(header + b"".join(rows))
                yield Piece(replace(table, path=target, every_row=True), lines - header.count(b"\n"), read / total)
            lines += sum(row.count(b"\n") for row in rows)


def _arff_header(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the lines down to `@data`."""
    for line in lines:
        yield line
        if line.strip().lower().startswith(b"@data"):
            return


def _is_row(line: bytes) -> bool:
    """Return whether a line is neither blank nor a comment of ARFF."""
    return bool(line.strip()) and not line.lstrip().startswith(b"%")


def _records(file: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the records of a CSV file: a line, and the following ones until its quotes are closed."""
    parts: list[bytes] = []
    is_open = False
    for line in file:
        is_open ^= bool(line.count(b'"') % 2)
        parts.append(line)
        if not is_open:
            yield b"".join(parts)
            parts = []
    if parts:
        yield b"".join(parts)


def _of_parquet(table: CsvTable, target: FilePath) -> Iterator[Piece]:
    need(table.name, "pyarrow", extra="parquet")
    import pyarrow
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(table.path)
        total, read = max(1, file.metadata.num_rows), 0
        for batch in file.iter_batches(ROWS):
            parquet.write_table(pyarrow.Table.from_batches([batch]), target)
            read += batch.num_rows
            yield Piece(replace(table, path=target), 0, read / total)
    except (pyarrow.ArrowException, OSError):
        yield Piece(table)  # whose reader says what is wrong
