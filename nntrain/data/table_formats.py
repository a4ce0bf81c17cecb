"""A file of a table in any format as raw columns: CSV and its kin, ARFF, Parquet, JSON Lines."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from nntrain.data.arff_reader import is_arff, read_arff
from nntrain.data.csv_reader import read_csv
from nntrain.data.csv_text import CsvTable, CsvText, NotUtf8
from nntrain.data.json_lines import is_json_lines, read_json_lines
from nntrain.data.parquet_reader import is_parquet, read_parquet
from nntrain.data.raw_table import RawTable
from nntrain.data.table_file import Form, TextFile, encoding_of, opened, unpacked


@dataclass(frozen=True)
class OpenTable:
    """The columns of a file, and how it is written; it can be looked at again for messages.

    kinds: what the file itself says about a column, `category` of ARFF.
    """

    raw: RawTable
    form: Form
    notes: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def raw_table(
    table: CsvTable,
    form: Form,
    words: frozenset[str],
    required: Sequence[str] = (),
    written: frozenset[str] = frozenset(),
) -> Iterator[OpenTable]:
    """Give the columns of a file; those in `words` as they are written, also where they are numbers.

    required: names that a header must have. written: columns whose numbers a CSV file does not write plainly.

    Raises DataError with every fault, and MissingPackage for Parquet without the package that reads it.
    """
    with unpacked(table) as path:
        plain = replace(table, path=path, shown=table.name)
        if is_parquet(path):
            yield OpenTable(read_parquet(plain, words), Form())
            return
        read = partial(_read_csv, words=words | written, required=required)
        is_csv = not is_arff(path) and not is_json_lines(path)
        if not is_csv:
            read = partial(_read_arff if is_arff(path) else _read_json_lines, words=words)
        with ExitStack() as open_files:
            try:
                found = read(open_files.enter_context(opened(plain, form, is_csv=is_csv)))
            except NotUtf8:
                found = read(open_files.enter_context(opened(plain, form, encoding_of(path), is_csv=is_csv)))
            yield found


def _read_csv(source: TextFile, words: frozenset[str], required: Sequence[str]) -> OpenTable:
    return OpenTable(read_csv(source.table, words, required), source.form, source.notes)


def _read_arff(source: TextFile, words: frozenset[str]) -> OpenTable:
    found = read_arff(source.table, words)
    return OpenTable(found.raw, Form(encoding=source.form.encoding), source.notes, found.kinds)


def _read_json_lines(source: TextFile, words: frozenset[str]) -> OpenTable:
    return OpenTable(read_json_lines(source.table, words), Form(encoding=source.form.encoding))


def text_rows(table: CsvTable, form: Form) -> list[list[str]]:
    """Return the header and the rows of a file as texts. Raises DataError."""
    with unpacked(table) as path:
        plain = replace(table, path=path, shown=table.name)
        if not is_parquet(path) and not is_arff(path) and not is_json_lines(path):
            with opened(plain, form, encoding_of(path)) as source:
                return [cells for _, cells in CsvText(source.table).records()]
    with raw_table(table, form, frozenset()) as found:
        names = list(found.raw.columns)
    with raw_table(table, form, frozenset(names)) as found:
        columns = [found.raw.words(name) for name in names]
    cells = [[words.names[code] if code >= 0 else "" for code in words.codes] for words in columns]
    return [names, *map(list, zip(*cells, strict=True))]
