"""The rows of a request, checked, and as the inputs of a model; what is wrong has a status of HTTP."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nntrain.config.messages import counted, listed, shown
from nntrain.config.table import Table
from nntrain.data.csv_text import CsvTable
from nntrain.data.table_reader import read_like
from nntrain.errors import NNTrainError, one_line
from nntrain.evaluation.predict import refuse_missing, rows_of
from nntrain.model.restore import SavedModel

NAME = "request"  # in messages, in place of the name of a file


class Refused(Exception):
    """A request that is not answered: the status, what is wrong, and how to do it right."""

    def __init__(self, status: int, message: str, help: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.help = status, one_line(message), one_line(help)

    def as_json(self) -> dict[str, str]:
        """Return the content of the answer."""
        return {"error": self.message, **({"help": self.help} if self.help else {})}


@dataclass(frozen=True)
class RequestInputs:
    """The inputs of a request, (n, *shape), and notes on its rows."""

    x: np.ndarray
    notes: tuple[str, ...] = ()


def inputs(saved: SavedModel, body: bytes, most_rows: int) -> RequestInputs:
    """Return the inputs of the body of a request, `{"rows": [...]}`; raises Refused for any other."""
    rows = _rows(body, most_rows)
    with _refused():
        return _of_array(saved, rows) if saved.table is None else _of_table(saved, saved.table, rows)


def _rows(body: bytes, most: int) -> list[Any]:
    try:
        content = json.loads(body, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except RecursionError:
        raise Refused(400, "the JSON is nested too deeply") from None
    except (ValueError, UnicodeDecodeError) as error:
        raise Refused(400, f"the body is not JSON: {one_line(str(error))[:200]}", 'send `{"rows": [...]}`') from None
    if not isinstance(content, dict) or not isinstance(content.get("rows"), list) or len(content) > 1:
        raise Refused(422, "the body is not an object with a list `rows`", 'send `{"rows": [...]}` and nothing else')
    rows: list[Any] = content["rows"]
    if not rows:
        raise Refused(422, "there are no rows", "send at least one row")
    if len(rows) > most:
        message = f"the request has {counted(len(rows), 'row')}, and at most {most:,} are allowed"
        raise Refused(413, message, "send several requests, or start the service with a larger `--max-rows`")
    return rows


def _refuse_constant(word: str) -> float:
    raise ValueError(f"`{word}` is not a number of JSON; a missing value is `null`")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


@contextmanager
def _refused() -> Iterator[None]:
    """Turn what is wrong with the rows into the answer to the request."""
    try:
        yield
    except NNTrainError as error:
        first = error.problems[0]
        place = f"row {first.span.line}: " if first.span is not None and first.span.line else ""
        raise Refused(422, f"{place}{first.message}", first.help) from None
    except RecursionError:
        raise Refused(400, "the JSON is nested too deeply") from None


def _of_table(saved: SavedModel, table: Table, rows: list[Any]) -> RequestInputs:
    """Return the rows of a table: they are written as JSON Lines and read as `predict` reads such a file."""
    names = [column.name for column in table.columns]
    known = {*names, *table.left_out}
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            example = ", ".join(f'"{name}": ...' for name in names[:2])
            raise Refused(422, f"row {number} is no object, got {shown(row)}", f"send a row as `{{{example}}}`")
        if missing := [name for name in names if name not in row]:
            help = "give every column; a missing value is `null`"
            raise Refused(422, f"row {number} lacks {_columns(missing)}", help)
        if others := [name for name in row if name not in known]:
            message = f"row {number} has {_columns(others)}, which the training rows do not have"
            raise Refused(422, message, "leave it out")
    text = "".join(json.dumps({name: row[name] for name in names}) + "\n" for row in rows)
    with tempfile.TemporaryDirectory(prefix="nntrain-") as folder:
        file = Path(folder, "rows.jsonl")
        file.write_text(text, encoding="utf-8")
        found = read_like(table, CsvTable(file, shown=NAME))
        refuse_missing(saved, found.x, Path(NAME))
        return RequestInputs(found.x, found.notes)


def _columns(names: list[str]) -> str:
    return f"the {'columns' if len(names) > 1 else 'column'} {listed(map(one_line, names), most=5)}"


def _of_array(saved: SavedModel, rows: list[Any]) -> RequestInputs:
    """Return rows that are nested lists of numbers."""
    help = "send each row as a list of numbers, of the shape that `/metadata` shows"
    try:
        found = np.array(rows)
    except (ValueError, OverflowError):
        raise Refused(422, "the rows are not lists of numbers of the same shape", help) from None
    if found.dtype.kind not in "fiu" or not np.isfinite(found).all():
        raise Refused(422, "the rows hold something else than finite numbers", help)
    return RequestInputs(rows_of(saved, found, NAME))
