"""The kind of each column of a table, by plain rules; docs/reference.md states them.

A kind that the config gives is checked, and one that it leaves out is inferred from all rows of the file.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from nntrain.config.messages import counted, listed, shown
from nntrain.config.table import Column
from nntrain.data.csv_faults import MISSING, CellFault, cell_fault, cell_problems, spelled_numbers
from nntrain.data.csv_header import is_number
from nntrain.data.csv_records import CODE, beyond_float64, finite_numbers, numbers_of
from nntrain.data.raw_table import Cells, Numbers, RawTable, Words
from nntrain.data.table_dates import find_format, formats_in_doubt, is_date
from nntrain.data.table_request import GivenColumn
from nntrain.data.written_numbers import Style, comma_style, find_styles
from nntrain.document.yaml_file import inline
from nntrain.errors import Problem

MOST_CATEGORIES = 10_000
_LEAST_ROWS = 10  # that show that every row has another text
_WORDS_OF_TEXT = 3  # of the average cell of a free text
_SAMPLE = 1000  # texts that are looked at
_BOOLEANS = (("no", "yes"), ("false", "true"), ("n", "y"), ("f", "t"))
_IDENTIFIER = re.compile(r"(?i:(^|[\s_.-])(id|idx|index|key|nr|no|rownames?|unnamed:.*)$)|[a-z](Id|ID)$")


@dataclass(frozen=True)
class FoundKind:
    """A column that was looked at. column: for the model, or None where it is left out; why: in words."""

    kind: str
    column: Column | None = None
    why: str = ""
    problems: Sequence[Problem] = field(default_factory=list)

    @property
    def written(self) -> str | dict[str, str]:
        """The kind as a config gives it."""
        return {self.kind: self.column.format} if self.column and self.column.format else self.kind


def kind_of(raw: RawTable, name: str, given: GivenColumn | None = None) -> FoundKind:
    """Return the kind of a column: the given one with what is wrong with it, or the one that its cells show."""
    cells = raw.columns[name]
    if given is None:
        return _constant(cells) or (_numbers if isinstance(cells, Numbers) else _words)(raw, name)
    if given.kind == "numeric":
        return numeric(raw, name, given.format or format_of(raw, name))
    if given.kind == "date":
        return _date(raw, name, given.format)
    if given.kind in ("category", "boolean") and isinstance(cells, Words):
        return _boolean(raw, name) if given.kind == "boolean" else _category(cells, name)
    return FoundKind(given.kind)


def as_numbers(words: Words, decimal: str, format: str = "") -> tuple[Numbers, tuple[str, ...]]:
    """Return the texts as numbers, and those that are none; codes such as `007` are numbers here.

    format: of numbers that are not written plainly, 1234.5 as the column writes it.
    """
    style = Style.of(format) if format else None
    plain = [_plain(name, decimal) if style is None else style.plain(name) for name in words.names]
    found = [None if text is None else finite_numbers([text]) for text in plain]
    wrong = tuple(name for name, number in zip(words.names, found, strict=True) if number is None)
    values = [np.nan if number is None else number[0] for number in found]
    whole = beyond_float64([text for text, number in zip(plain, found, strict=True) if text and number], values)
    return numbers_of(np.append(values, np.nan)[words.codes], whole), wrong


def format_of(raw: RawTable, name: str) -> str:
    """Return the format of a column whose numbers are not written plainly; nothing for any other, or in doubt."""
    styles = styles_of(raw, name)
    return styles[0].example if len(styles) == 1 else ""


def styles_of(raw: RawTable, name: str) -> list[Style]:
    """Return the style of a column whose numbers are not written plainly; two styles where both may be meant."""
    cells = raw.columns[name]
    return find_styles(cells.names, cells.counts.tolist(), raw.decimal) if isinstance(cells, Words) else []


def numeric(raw: RawTable, name: str, format: str = "") -> FoundKind:
    """Return a column of numbers, with a problem for each kind of cell that is none.

    format: of numbers that are not written plainly.
    """
    cells, problems = raw.columns[name], list[Problem]()
    if isinstance(cells, Words):
        cells, wrong = as_numbers(cells, raw.decimal, format)
        help = _cure(wrong, name)
        problems += cell_problems(raw, name, {text: cell_fault(text) for text in wrong}, help)
    if cells.merged is not None:
        first, second = (int(value) if float(value).is_integer() else value for value in cells.merged)
        message = f"column {shown(name)}: `{first}` and `{second}` become the same 32-bit float"
        help = f"subtract the lowest value from the column, or write `{_columns(name, 'drop')}`"
        problems.append(Problem(message, raw.place, help))
    return FoundKind("numeric", Column(name=name, kind="numeric", format=format), problems=problems)


def _constant(cells: Cells) -> FoundKind | None:
    if cells.is_missing.all():
        return FoundKind("constant", why="empty")
    if cells.is_missing.any():
        return None
    if isinstance(cells, Words):
        return FoundKind("constant", why=f"{shown(cells.names[0])} in every row") if len(cells.names) == 1 else None
    first = cells.values[0]
    if cells.merged is None and (cells.values == first).all():
        return FoundKind("constant", why=f"{first:g} in every row")
    return None


def _numbers(raw: RawTable, name: str) -> FoundKind:
    cells = raw.columns[name]
    if isinstance(cells, Numbers) and _IDENTIFIER.search(name) and _all_different(cells):
        return FoundKind("identifier", why="another whole number in every row")
    return numeric(raw, name)


def _all_different(cells: Numbers) -> bool:
    values = cells.values
    if len(values) < _LEAST_ROWS or cells.is_missing.any() or (values != np.floor(values)).any():
        return False
    return cells.merged is not None or len(np.unique(values)) == len(values)


def _words(raw: RawTable, name: str) -> FoundKind:
    cells = raw.columns[name]
    if not isinstance(cells, Words):
        raise TypeError("numbers are of another kind")
    is_code = any(CODE.fullmatch(text) for text in cells.names)
    styles = [] if is_code else styles_of(raw, name)
    if len(styles) > 1:
        return FoundKind("numeric", problems=[in_doubt(raw, name, styles)])
    if styles:
        return numeric(raw, name, styles[0].example)
    if not is_code and (comma := comma_style(cells.names, raw.decimal)):
        return FoundKind("numeric", problems=[with_comma(raw, name, comma)])
    if not is_code and (_mostly_numbers(cells, raw.decimal) or mostly_spelled(cells)):
        return numeric(raw, name)
    if _pair(cells):
        return _boolean(raw, name)
    if find_format(cells.names).format:
        return _date(raw, name, "")
    return _left_out(cells, is_code) or _category(cells, name)


def _left_out(cells: Words, is_code: bool) -> FoundKind | None:
    """Return why hardly any row shares its text with others, or None."""
    rows, names = int(cells.counts.sum()), cells.names
    if rows < _LEAST_ROWS or (2 * len(names) <= rows and len(names) <= MOST_CATEGORIES):
        return None
    what = f"{len(names):,} different {'codes' if is_code else 'texts'} in {counted(rows, 'row')}"
    words = sum(len(text.split()) for text in names) / len(names)
    return FoundKind("text" if words >= _WORDS_OF_TEXT else "identifier", why=what)


def _category(cells: Words, name: str) -> FoundKind:
    return FoundKind("category", Column(name=name, kind="category", categories=tuple(sorted(cells.names))))


def _pair(cells: Words) -> tuple[str, str] | None:
    found = {text.casefold() for text in cells.names}
    return next((pair for pair in _BOOLEANS if found == set(pair)), None)


def _boolean(raw: RawTable, name: str) -> FoundKind:
    cells = raw.columns[name]
    pair = _pair(cells) if isinstance(cells, Words) else None
    if pair is None and isinstance(cells, Words) and set(cells.names) <= {"0", "1"}:
        pair = ("0", "1")
    if pair is None:
        help = f"write `{_columns(name, 'category')}`, or words such as `yes` and `no`"
        words = listed(cells.names[:3]) if isinstance(cells, Words) else "numbers"
        problem = Problem(f"column {shown(name)} is not boolean, it holds {words}", raw.place, help)
        return FoundKind("boolean", problems=[problem])
    return FoundKind("boolean", Column(name=name, kind="boolean", categories=pair))


def _date(raw: RawTable, name: str, format: str) -> FoundKind:
    cells = raw.columns[name]
    names = cells.names if isinstance(cells, Words) else ()
    found = format or find_format(names).format
    if not found:
        message = f"column {shown(name)} holds no dates in a known format"
        help = f"write `{_columns(name, {'date': '%d %b %Y'})}`, or `{_columns(name, 'category')}`"
        return FoundKind("date", problems=[Problem(message, raw.place, help)])
    column = Column(name=name, kind="date", format=found)
    if doubt := () if format else formats_in_doubt(names):
        meant = " or ".join(f"`{way}`" for way in doubt)
        message = f"the dates in column {shown(name)} may be {meant}, for example {shown(names[0])}"
        ways = " or ".join(f"`{_columns(name, {'date': way})}`" for way in doubt)
        return FoundKind("date", column, problems=[Problem(message, raw.place, f"write {ways}")])
    wrong = [text for text, good in zip(names, is_date(names, found), strict=True) if not good]
    bad = {text: not_a_date(text, found) for text in wrong}
    help = f"write all dates alike, or write `{_columns(name, 'category')}`"
    help = f"write `{inline({'missing': _few(wrong)})[1:-1]}`, or {help}" if _are_markers(wrong) else help
    return FoundKind("date", column, problems=list(cell_problems(raw, name, bad, help)))


def not_a_date(text: str, format: str) -> CellFault:
    """Return what is wrong with a text that is not a date in the format."""
    words = f"in the format `{format}`"
    return CellFault(f"is {shown(text)}, which is not a date {words}", f"are not dates {words}", "date")


def _mostly_numbers(cells: Words, decimal: str) -> bool:
    """Return whether at least half of the rows hold a number."""
    are_numbers = np.array([is_number(_plain(text, decimal)) for text in cells.names], bool)
    return bool(2 * cells.counts[are_numbers].sum() >= cells.counts.sum())


def mostly_spelled(cells: Words) -> bool:
    """Return whether at least half of the texts are numbers in another spelling, such as `1,5`, `1,000` or `$5`."""
    sample = cells.names[:: -(-len(cells.names) // _SAMPLE) or 1]
    spelled = sum(not any(map(str.isalpha, text)) and bool(spelled_numbers(text)) for text in sample)
    return bool(sample) and 2 * spelled >= len(sample)


def in_doubt(raw: RawTable, name: str, styles: Sequence[Style]) -> Problem:
    """Return that the numbers of a column may be meant in two ways."""
    cells = raw.columns[name]
    text = cells.names[0] if isinstance(cells, Words) else ""
    meant = " or ".join(str(style.plain(text)) for style in styles)
    ways = " or ".join(f"`{_columns(name, {'numeric': style.example})}`" for style in styles)
    return Problem(
        f"the numbers in column {shown(name)} may be meant in two ways: {shown(text)} is {meant}",
        raw.place,
        f"write {ways}",
    )


def with_comma(raw: RawTable, name: str, style: Style) -> Problem:
    """Return that the numbers of a column have a decimal comma, or, of some, a comma that may be one of thousands."""
    cells = raw.columns[name]
    texts = cells.names if isinstance(cells, Words) else ()
    way = _columns(name, {"numeric": style.example})
    doubtful = next((text for text in texts if len(spelled_numbers(text)) > 1), None)
    clear = next(text for text in texts if "," in text and len(spelled_numbers(text)) == 1)
    if doubtful is None:
        message = f"the numbers in column {shown(name)} have a decimal comma: {shown(clear)} is {style.plain(clear)}"
        return Problem(message, raw.place, f"write `{way}`")
    meant = " or ".join(spelled_numbers(doubtful))
    message = f"{shown(doubtful)} in column {shown(name)} is {meant}, while {shown(clear)} is {style.plain(clear)}"
    return Problem(message, raw.place, f"write `{way}` if every comma is a decimal sign, else all numbers in one way")


def _cure(wrong: Sequence[str], name: str) -> str:
    if list(wrong) == [name]:
        return "remove the line: it is the header again"
    missing = f"`{inline({'missing': _few(wrong)})[1:-1]}` for missing values"
    category = f"`{_columns(name, 'category')}`"
    return f"write {missing}, or {category}" if _are_markers(wrong) else f"write {category}, or {missing}"


def _few(texts: Sequence[str]) -> list[str]:
    return [*texts[:3], *(["..."] if len(texts) > 3 else [])]


def _are_markers(texts: Sequence[str]) -> bool:
    return bool(texts) and all(text.casefold() in MISSING or not any(map(str.isalnum, text)) for text in texts)


def _columns(name: str, kind: object) -> str:
    return inline({"columns": {name: kind}})[1:-1]


def _plain(text: str, decimal: str) -> str:
    return text if decimal == "." else text.replace(".", "_").replace(decimal, ".")
