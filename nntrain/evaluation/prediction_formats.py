"""The formats in which predictions are written, some rows at a time: CSV, JSON Lines, Parquet."""

import json
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal

from nntrain.errors import ConfigError, need
from nntrain.evaluation.predictions import Predictions
from nntrain.terminal import json_ready

Format = Literal["csv", "jsonl", "parquet"]
Writer = Callable[[Predictions], None]  # of the parts of a file, one after the other
_NOT_WRITTEN = (".json", ".tsv", ".xlsx", ".xls", ".ods", ".npz", ".npy", ".feather", ".html", ".yaml", ".yml")
SUFFIXES: dict[str, Format] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


def format_of(output: Path | None, given: Format | None) -> Format:
    """Return the given format, else the one that the suffix of the file says, else CSV.

    Raises ConfigError for a suffix of another format, whose programs would not read the file.
    """
    if given is None and output is not None and output.suffix.lower() in _NOT_WRITTEN:
        other = output.with_suffix(".jsonl" if output.suffix.lower() == ".json" else ".csv")
        raise ConfigError(
            f"predictions are not written as `{output.suffix}`", help=f"write `-o {shlex.quote(str(other))}`"
        )
    return given or SUFFIXES.get(output.suffix.lower() if output else "", "csv")


@contextmanager
def writer(format: Format, file: BinaryIO) -> Iterator[Writer]:
    """Give what writes parts into a file. Raises MissingPackage for Parquet without the package that writes it."""
    if format == "parquet":
        with _parquet(file) as write:
            yield write
        return
    is_first = True

    def write_text(part: Predictions) -> None:
        nonlocal is_first
        text = part.as_csv(is_first) if format == "csv" else as_json_lines(part)
        file.write(text.encode(errors="surrogateescape"))  # a path may have any bytes
        is_first = False

    yield write_text


def as_json_lines(part: Predictions) -> str:
    """Return an object for each row on a line of its own; a number that JSON does not have is null."""
    names = part.names
    rows = (dict(zip(names, map(_rounded, row), strict=True)) for row in part.rows())
    return "".join(f"{json.dumps(json_ready(row), ensure_ascii=False, allow_nan=False)}\n" for row in rows)


@contextmanager
def _parquet(file: BinaryIO) -> Iterator[Writer]:
    need("--format parquet", "pyarrow", extra="parquet")
    import pyarrow
    from pyarrow import parquet

    opened: list[Any] = []

    def write(part: Predictions) -> None:
        columns = [list(cells) for cells in zip(*part.rows(), strict=True)]
        kinds = [pyarrow.float32() if isinstance(cells[0], float) else pyarrow.string() for cells in columns]
        arrays = [pyarrow.array(cells, kind) for cells, kind in zip(columns, kinds, strict=True)]
        table = pyarrow.table(dict(zip(part.names, arrays, strict=True)))
        if not opened:
            opened.append(parquet.ParquetWriter(file, table.schema))
        opened[0].write_table(table)

    yield write
    if opened:
        opened[0].close()


def _rounded(cell: Any) -> Any:
    return float(f"{cell:.7g}") if isinstance(cell, float) else cell
