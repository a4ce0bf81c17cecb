"""JSON Lines (https://jsonlines.org): a JSON object for each row, whose keys are the columns."""

import json
import math
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from nntrain.config.messages import shown
from nntrain.data.checks import Faults
from nntrain.data.csv_records import fits, numbers_of
from nntrain.data.csv_text import CsvTable, CsvText
from nntrain.data.precision import EXACT_64, whole_numbers
from nntrain.data.raw_table import Cells, RawTable, words_of
from nntrain.errors import Problem, Span

_HEAD_BYTES = 64
_HELP = 'write one object a line, such as `{"age": 31, "town": "Bonn"}`'


def is_json_lines(path: FilePath) -> bool:
    """Return whether the file begins with an object of JSON."""
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def read_json_lines(table: CsvTable, words: frozenset[str]) -> RawTable:
    """Return the columns; those in `words` as texts. A key that a row lacks, and `null`, are missing cells.

    Raises DataError with the line of every object that cannot be a row.
    """
    text, faults = CsvText(table), Faults()
    rows: list[tuple[int, dict[str, Any]]] = []
    for number, line in enumerate(text.text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append((number, _row(line)))
        except ValueError as error:
            faults.add(Problem(str(error), text.place, _HELP, text.span(number)))
    faults.throw()
    names = list(dict.fromkeys(name for _, row in rows for name in row))
    columns = {name: _cells([row.get(name) for _, row in rows], name in words, table) for name in names}

    def span_of(row: int, _: str) -> Span:
        return text.span(rows[row][0])

    return RawTable(columns, text.file, table.place, span_of)


def _row(line: str) -> dict[str, Any]:
    """Return the object of a line. Raises ValueError with what is wrong in words."""
    try:
        pairs = json.loads(line, object_pairs_hook=list, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"the line is not JSON: {error.msg} in column {error.colno}") from None
    except RecursionError:
        raise ValueError("the line is nested too deeply") from None
    if not line.lstrip().startswith("{"):
        raise ValueError("the line is no JSON object")
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {shown(name)} stands twice")
        if isinstance(value, list):
            raise ValueError(f"the value of {shown(name)} is nested")
        found[name] = _finite(name, value)
    return found


def _refuse_constant(word: str) -> float:
    raise ValueError(f"`{word}` is not JSON; a missing value is `null`")


def _finite(name: str, value: Any) -> Any:
    if _is_number(value):
        try:
            if math.isfinite(float(value)):
                return value
        except OverflowError:
            pass
        raise ValueError(f"the value of {shown(name)} is too large for a number")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _cells(values: list[Any], as_words: bool, table: CsvTable) -> Cells:
    if not as_words and all(value is None or _is_number(value) for value in values):
        exact = np.array([math.nan if value is None else float(value) for value in values], np.float64)
        if fits(exact):
            beyond = np.any(np.abs(exact) >= EXACT_64)
            return numbers_of(exact, whole_numbers(value for value in values if value is not None) if beyond else None)
    return words_of(list(_texts(values)), table.missing)


def _texts(values: list[Any]) -> Iterator[str]:
    for value in values:
        yield "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
