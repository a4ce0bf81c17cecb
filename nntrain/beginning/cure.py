"""The options without which a table is refused: words for an empty cell, and kinds of columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nntrain.config.messages import counted, listed, shown
from nntrain.data.csv_faults import MISSING
from nntrain.data.csv_header import is_number
from nntrain.data.csv_text import HEAD_RECORDS, SEPARATORS, CsvTable, evenness
from nntrain.data.raw_table import RawTable, Words
from nntrain.data.table_dates import find_format, formats_in_doubt, is_date
from nntrain.data.table_file import Form, unpacked
from nntrain.data.table_formats import raw_table
from nntrain.data.table_kinds import as_numbers, kind_of, styles_of, with_comma
from nntrain.data.table_request import TargetOptions
from nntrain.data.table_target import rows_with_target
from nntrain.data.written_numbers import Style, comma_style
from nntrain.document.yaml_file import inline

_SHOWN = 3  # words of a column
_HEAD_BYTES = 1 << 16
_FEW = 0.1  # of the rows: so many numbers that are too large for float32 stand for what could not be measured

_INFINITE = {"inf", "infinity"}  # a division by zero, or a logarithm of it


@dataclass(frozen=True)
class Cure:
    """The options of the table, as far as they are needed; notes: what they give up."""

    missing: tuple[str, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    missing_target: str = ""
    separator: str | None = None

    def options(self) -> dict[str, Any]:
        """Return those that are needed."""
        found: dict[str, Any] = {
            "separator": self.separator,
            "missing": list(self.missing),
            "missing_target": self.missing_target,
            "columns": dict(self.columns),
        }
        return {name: value for name, value in found.items() if value}


def cure_of(path: Path, targets: Sequence[str]) -> Cure:
    """Return the options that make every column readable. Raises DataError for a file that is not a table.

    Words such as `NA` and `?` among numbers or dates stand for an empty cell, and so does a `1e300` in few rows. A
    column with other words among them, or with numbers in another spelling, is one of categories; one whose numbers are
    too large for float32 is dropped.
    A header that comes again is left to the error of the reader.
    """
    form = form_of(path)
    missing = sorted({text for raw in _raw(path, form) for text in _markers(raw, targets)})
    [raw] = _raw(path, form, frozenset(missing))
    rows = len(raw)
    raw, _ = rows_with_target(raw, TargetOptions(tuple(targets), skip_missing=True))
    refused = {name: _wrong(raw, name) for name in raw.columns if name not in targets and kind_of(raw, name).problems}
    cured = {name: wrong for name, wrong in refused.items() if name not in wrong}
    doubtful = {name: styles for name in (*cured, *targets) if len(styles := styles_of(raw, name)) > 1}
    dates = {name: formats for name in cured if (formats := formats_in_doubt(_texts(raw, name)))}
    others = [name for name in (*cured, *targets) if name not in doubtful]
    commas = {name: style for name in others if (style := comma_style(_texts(raw, name), raw.decimal))}
    cured = {name: wrong for name, wrong in cured.items() if name not in {*doubtful, *dates, *commas}}
    columns: dict[str, Any] = {name: "category" if isinstance(raw.columns[name], Words) else "drop" for name in cured}
    left_out = rows - len(raw)
    notes = [f"{counted(left_out, 'row')} without {listed(targets)} left out."] if left_out else []
    notes += [*_notes(cured, columns), *_notes_on_styles(doubtful), *_notes_on_dates(dates)]
    notes += _notes_on_commas(raw, commas)
    columns |= {name: {"numeric": first.example} for name, (first, _) in doubtful.items()}
    columns |= {name: {"numeric": style.example} for name, style in commas.items()}
    columns |= {name: {"date": first} for name, (first, _) in dates.items()}
    return Cure(tuple(missing), columns, tuple(notes), "skip" if left_out else "", form.separator)


def form_of(path: Path) -> Form:
    """Return a form with a space as separator where nothing else divides the lines; else one to be found."""
    with unpacked(CsvTable(path)) as plain, plain.open("rb") as file:
        lines = file.readlines(_HEAD_BYTES)
    text = b"".join(lines[:HEAD_RECORDS]).decode("utf-8", "replace")
    is_divided = any(sign in text.partition("\n")[0] for sign in SEPARATORS)
    return Form(separator=" ") if not is_divided and "\0" not in text and evenness(text, " ")[0] else Form()


def _raw(path: Path, form: Form, missing: frozenset[str] = frozenset()) -> Iterator[RawTable]:
    with raw_table(CsvTable(path, missing=missing), form, frozenset()) as found:
        yield found.raw


def _markers(raw: RawTable, targets: Sequence[str]) -> Iterator[str]:
    """Yield the words that stand for an empty cell in columns that are refused with them."""
    for name in raw.columns:
        if name not in targets and kind_of(raw, name).problems:
            wrong = _wrong(raw, name)
            too_large = [text for text in wrong if is_number(text)]
            yield from (text for text in wrong if _is_marker(text))
            yield from too_large if len(too_large) <= _FEW * len(raw) else ()


def _is_marker(text: str) -> bool:
    return text.casefold().lstrip("+-") in {*MISSING, *_INFINITE} or not any(map(str.isalnum, text))


def _wrong(raw: RawTable, name: str) -> tuple[str, ...]:
    """Return the texts of a column that are not numbers, or not dates like most of the others, sorted."""
    cells, texts = raw.columns[name], _texts(raw, name)
    if format := find_format(texts).format:
        return tuple(sorted(text for text, good in zip(texts, is_date(texts, format), strict=True) if not good))
    return tuple(sorted(as_numbers(cells, raw.decimal)[1])) if isinstance(cells, Words) else ()


def _texts(raw: RawTable, name: str) -> tuple[str, ...]:
    cells = raw.columns[name]
    return cells.names if isinstance(cells, Words) else ()


def _notes_on_dates(doubtful: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for name, (first, second) in doubtful.items():
        other = inline({name: {"date": second}})
        yield f"The dates in {shown(name)} are read as {shown(first)}; `{other}` swaps the day and the month."


def _notes_on_styles(doubtful: Mapping[str, Sequence[Style]]) -> Iterator[str]:
    for name, (first, second) in doubtful.items():
        other = inline({name: {"numeric": second.example}})
        read = f"The numbers in {shown(name)} are read as {shown(first.example)}"
        yield f"{read}; `{other}` reads their comma as a decimal sign."


def _notes_on_commas(raw: RawTable, commas: Mapping[str, Style]) -> Iterator[str]:
    for name, style in commas.items():
        yield f"Every comma in {shown(name)} is read as a decimal sign: {with_comma(raw, name, style).message}."


def _notes(cured: Mapping[str, Sequence[str]], columns: Mapping[str, str]) -> Iterator[str]:
    for name, wrong in cured.items():
        if columns[name] == "drop":
            yield f"The column {shown(name)} is dropped: different numbers in it become the same 32-bit float."
        else:
            words = listed(wrong[:_SHOWN]) + (", …" if len(wrong) > _SHOWN else "")
            yield f"The column {shown(name)} is read as categories, not as numbers or dates, as it holds {words}."
