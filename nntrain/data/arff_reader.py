"""ARFF, the format of Weka and OpenML: a header of typed attributes, then rows of cells.

https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path as FilePath

from nntrain.config.messages import counted, shown
from nntrain.data.checks import Faults
from nntrain.data.csv_records import settled
from nntrain.data.csv_text import CsvTable, CsvText
from nntrain.data.raw_table import RawTable, words_of
from nntrain.errors import Problem, Span

MISSING = "?"
_HEAD_BYTES = 1 << 14
_NUMBERS = ("numeric", "real", "integer")
_ATTRIBUTE = re.compile(r"""@attribute\s+('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s{]+)\s*(.+)""", re.IGNORECASE)


@dataclass(frozen=True)
class Arff:
    """The columns of a file, and `category` for each that lists its values."""

    raw: RawTable
    kinds: Mapping[str, str]


def is_arff(path: FilePath) -> bool:
    """Return whether the first line that is not a comment begins with `@relation`."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES).decode("latin-1").lstrip("\ufeffï»¿")
    lines = (line.strip() for line in head.splitlines())
    return next((line for line in lines if line and not line.startswith("%")), "").lower().startswith("@relation")


def read_arff(table: CsvTable, words: frozenset[str]) -> Arff:
    """Return the columns; those in `words` as they are written. Raises DataError with the line of every fault."""
    text = CsvText(table)
    lines = text.text.splitlines()
    attributes, start = _attributes(text, lines)
    rows = list(_rows(text, lines, start, len(attributes)))
    if not rows:
        raise text.error(f"`{text.file}` has no rows below `@data`", "give a row for each example")
    missing = table.missing | {MISSING}
    read = {}
    for (name, kind), cells in zip(attributes.items(), zip(*(cells for _, cells in rows), strict=True), strict=True):
        found = words_of(list(cells), missing)
        as_words = name in words or kind.startswith("{")
        read[name] = found if as_words else settled(found, table)

    def span_of(row: int, _: str) -> Span:
        return text.span(rows[row][0])

    kinds = {name: "category" for name, kind in attributes.items() if kind.startswith("{")}
    return Arff(RawTable(read, text.file, table.place, span_of), kinds)


def _attributes(text: CsvText, lines: list[str]) -> tuple[dict[str, str], int]:
    """Return the type of each attribute by its name, and the index of the line below `@data`."""
    found: dict[str, str] = {}
    for index, line in enumerate(lines):
        stripped = line.strip()
        if stripped.lower().startswith("@data"):
            if found:
                return found, index + 1
            break
        if not stripped.lower().startswith("@attribute"):
            continue
        match = _ATTRIBUTE.fullmatch(stripped)
        if match is None:
            raise text.error("the attribute cannot be read", "write `@attribute name numeric`", text.span(index + 1))
        name, kind = _plain(match[1]), match[2].strip()
        known = kind.startswith("{") or kind.lower().startswith((*_NUMBERS, "string", "date"))
        if not known or name in found:
            what = f"the attribute {shown(name)} stands twice" if known else f"unknown type {shown(kind)}"
            help = "rename one of the two" if known else "write `numeric`, `string`, `date` or `{a, b}`"
            raise text.error(what, help, text.span(index + 1))
        found[name] = kind
    raise text.error(f"`{text.file}` has no attributes, or no `@data`", "give a file in the format ARFF")


def _rows(text: CsvText, lines: list[str], start: int, width: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the line, from 1, and the cells of each row. Raises DataError for rows of another length."""
    faults = Faults()
    for index, line in enumerate(islice(lines, start, None), start=start + 1):
        if not line.strip() or line.lstrip().startswith("%"):
            continue
        if line.lstrip().startswith("{"):
            raise text.error("the rows are sparse", "save the file with dense rows", text.span(index))
        cells = _cells(text, line, index)
        if len(cells) != width:
            message = f"the row has {counted(len(cells), 'cell')}, the header {counted(width, 'attribute')}"
            faults.add(Problem(message, text.place, "give every row a cell for each attribute", text.span(index)))
        else:
            yield index, cells
    faults.throw()


def _cells(text: CsvText, line: str, number: int) -> list[str]:
    quote = "'" if "'" in line else '"'
    separator = "\t" if "\t" in line and "," not in line else ","
    try:
        (cells,) = csv.reader(
            [line], delimiter=separator, quotechar=quote, escapechar="\\", skipinitialspace=True, strict=True
        )
    except (csv.Error, ValueError) as error:
        raise text.error(f"the row cannot be read: {error}", "mend its quotes", text.span(number)) from None
    return [cell.strip() for cell in cells]


def _plain(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name[:1] in ("'", '"') else name
