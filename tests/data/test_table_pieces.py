"""Large tables in pieces: together they are the table, and an error has the line of the whole file."""

import gzip
from pathlib import Path

import pytest

from nntrain.config.table import Column, Table
from nntrain.data import table_pieces
from nntrain.data.csv_text import CsvTable
from nntrain.data.table_file import Form
from nntrain.data.table_pieces import pieces
from nntrain.data.table_reader import read_like
from nntrain.errors import DataError

TABLE = Table(
    columns=(Column(name="a", kind="numeric"), Column(name="b", kind="category", categories=("x", "two\nlines")))
)
ROWS = [f'{n},"two\nlines"' if n % 4 == 1 else f"{n},x" for n in range(25)]
CSV = "\n".join(["a,b", *ROWS]) + "\n"
JSON = "".join(f'{{"a": {n}, "b": "x"}}\n' for n in range(25))


@pytest.fixture(autouse=True)
def _few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_pieces, "ROWS", 10)
    monkeypatch.setattr(table_pieces, "WHOLE_BYTES", 0)


def numbers(file: Path) -> list[list[list[float]]]:
    return [read_like(TABLE, piece.table).x.tolist() for piece in pieces(CsvTable(file), Form(",", "."))]


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl", "rows.csv.gz"])
def test_the_pieces_are_the_rows_in_their_order(name: str, tmp_path: Path) -> None:
    text = (JSON if "json" in name else CSV).encode()
    (tmp_path / name).write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    found = numbers(tmp_path / name)
    assert [len(piece) for piece in found] == [10, 10, 5]
    assert [row for piece in found for row in piece] == read_like(TABLE, CsvTable(tmp_path / name)).x.tolist()


def test_an_empty_row_is_left_out_only_at_the_end_of_the_whole(tmp_path: Path) -> None:
    rows = [*ROWS[:9], ",", *ROWS[9:], ",,"]  # the first one ends a piece
    (tmp_path / "rows.csv").write_text("\n".join(["a,b", *rows]) + "\n")
    assert [len(piece) for piece in numbers(tmp_path / "rows.csv")] == [10, 10, 6]
    first = next(pieces(CsvTable(tmp_path / "rows.csv"), Form(",", ".")))
    assert ["row at the end of" in note for note in first.notes] == [True]


def test_every_row_is_kept_where_that_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n1,x\n,\n,\n")
    for at_once in (0, 1 << 24):
        monkeypatch.setattr(table_pieces, "WHOLE_BYTES", at_once)
        found = pieces(CsvTable(tmp_path / "rows.csv", every_row=True), Form(",", "."))
        assert [len(read_like(TABLE, piece.table).x) for piece in found] == [3]


def test_the_share_grows_to_one(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(CSV)
    done = [piece.done for piece in pieces(CsvTable(tmp_path / "rows.csv"), Form())]
    assert done == sorted(done) and done[-1] == 1


@pytest.mark.parametrize(("text", "cell"), [(CSV, "22,x"), (JSON, '"a": 22')])
def test_an_error_has_the_line_of_the_whole_file(text: str, cell: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.txt"
    wrong = text.replace(cell, cell.replace("22", '"old"' if ":" in cell else "old"))
    file.write_text(wrong)
    line = wrong[: wrong.index("old")].count("\n") + 1
    with pytest.raises(DataError) as caught:
        for piece in pieces(CsvTable(file), Form(",", ".")):
            try:
                read_like(TABLE, piece.table)
            except DataError as error:
                raise piece.placed(error) from None
    [problem] = caught.value.problems
    assert problem.span is not None and (problem.span.line, problem.span.file) == (line, str(file))


def test_a_small_file_is_read_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_pieces, "WHOLE_BYTES", 1 << 20)
    (tmp_path / "rows.csv").write_text(CSV)
    [piece] = pieces(CsvTable(tmp_path / "rows.csv"), Form())
    assert piece.table.path == tmp_path / "rows.csv"


def test_parquet_is_read_in_pieces(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"a": list(range(25)), "b": ["x"] * 25}), tmp_path / "rows.parquet")
    assert [len(piece) for piece in numbers(tmp_path / "rows.parquet")] == [10, 10, 5]


def test_arff_is_read_in_pieces_below_its_header(tmp_path: Path) -> None:
    header = "% a table\n@relation 'r'\n@attribute a numeric\n@attribute b {x, 'y z'}\n@DATA\n"
    rows = "".join(f"{n},{'x' if n % 2 else repr('y z')}\n" + "% a comment, it's one\n" * (n == 3) for n in range(25))
    (tmp_path / "rows.arff").write_text(header + rows + "\n\n% the end\n" + "\n" * 12)
    found = numbers(tmp_path / "rows.arff")
    assert [len(piece) for piece in found] == [9, 10, 6]
    assert [row for piece in found for row in piece] == read_like(TABLE, CsvTable(tmp_path / "rows.arff")).x.tolist()
    (tmp_path / "rows.arff").write_text(header + rows.replace("22,", "old,"))
    with pytest.raises(DataError) as caught:
        for piece in pieces(CsvTable(tmp_path / "rows.arff"), Form(",", ".")):
            try:
                read_like(TABLE, piece.table)
            except DataError as error:
                raise piece.placed(error) from None
    span = caught.value.problems[0].span
    assert span is not None and (span.line, span.source) == (5 + 1 + 23, "old,'y z'")
