"""Later files with the columns of a table, and the notes on how they differ."""

from pathlib import Path

import numpy as np
import pytest

from nntrain.config.table import Column, Table
from nntrain.data.csv_text import CsvTable
from nntrain.data.table_file import Form
from nntrain.data.table_reader import load_rows, read_like
from nntrain.data.table_request import TableRequest, TargetOptions
from nntrain.errors import DataError

TABLE = Table(
    columns=(
        Column(name="n", kind="numeric"),
        Column(name="c", kind="category", categories=("1", "2")),
        Column(name="b", kind="boolean", categories=("no", "yes")),
    ),
    left_out=("id", "k"),
    missing=("?",),
    separator=";",
    decimal=",",
)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str) -> CsvTable:
    Path("new.csv").write_text(text)
    return CsvTable("new.csv")


def refused(text: str, target: TargetOptions | None = None, classes: tuple[str, ...] = ()) -> str:
    with pytest.raises(DataError) as caught:
        read_like(TABLE, written(text), target, classes)
    return caught.value.problems[0].message


def test_columns_in_any_order_with_missing_and_unseen_cells() -> None:
    found = read_like(TABLE, written("more;b;c;id;n\nx;Yes;2;7;1,5\ny;?;3;8;?\nz;perhaps;;9;-2\n"))
    assert np.array_equal(found.x, [[1.5, 1, 1], [np.nan, -1, np.nan], [-2, np.nan, np.nan]], equal_nan=True)
    assert found.y.shape == (3, 0)
    assert found.notes == (
        "`new.csv` has columns that the training rows do not have, which are ignored: `more`",
        "column `c` of `new.csv`: 1 row with a category that no training row has",
        "column `b` of `new.csv`: 1 row with a word that is neither of the two",
    )


def test_the_target_is_read_where_it_is_asked_for() -> None:
    text = "n;c;b;k\n1;1;no;9\n2;2;yes;10\n"
    assert read_like(TABLE, written(text), TargetOptions(("k",)), ("10", "9")).y.tolist() == [1, 0]
    assert read_like(TABLE, written(text), TargetOptions(("k",))).split.y.tolist() == [[9], [10]]
    one = read_like(TABLE, written("n;c;b;k\n1;1;no;9\n"), TargetOptions(("k",))).y
    assert (one.tolist(), str(one.dtype)) == ([[9]], "float32")
    assert refused(text, TargetOptions(("k",)), ("9", "11")) == "column `k` is `10`, which is not one of the classes"


def test_missing_columns_and_cells_of_another_kind_are_refused() -> None:
    assert refused("N;c;b\n1;1;no\n") == "there is no column `n` in `new.csv`"
    assert refused("n;c;b\n1;1;no\nred;1;no\n") == "column `n` is `red`, which is not a number"
    assert refused("c\n1\n") == "there is no column `n` in `new.csv`"
    assert refused("n;c;b\n1;1;no\n", TargetOptions(("k",))) == "there is no column `k` in `new.csv`"


def test_what_is_loaded_for_training_is_read_alike_later() -> None:
    rows = "".join(f"{n % 7},{'uvw'[n % 3]},{'' if n % 5 == 0 else n / 2},{n % 2}\n" for n in range(40))
    file = written("a,c,m,k\n" + rows)
    loaded = load_rows(TableRequest(file, Form(), TargetOptions(("k",))), {})
    again = read_like(loaded.rows.table, file, TargetOptions(("k",)), loaded.classes)
    assert np.array_equal(np.asarray(loaded.rows.remaining.x), again.x, equal_nan=True)
    assert np.array_equal(loaded.rows.remaining.y, again.y) and again.notes == ()
    assert loaded.rows.schema.sizes == (0, 3, 0) and loaded.rows.schema.has_missing


def test_numbers_as_people_write_them_are_read_alike_later() -> None:
    lines = [f'"${row},{row}5.25",{row} %,"{row}.000,5 €"' for row in range(10, 30)]
    file = written("price,share,rent\n" + "\n".join(lines) + "\n")
    loaded = load_rows(TableRequest(file, Form(), TargetOptions(("rent",))), {})
    assert [column.format for column in loaded.rows.table.columns] == ["$1,234.5", "1234.5%"]
    assert loaded.rows.table.formats == {"rent": "1.234,5€"} and not loaded.classes
    assert loaded.rows.remaining.x[:2].tolist() == [[10105.25, 10], [11115.25, 11]]
    assert loaded.rows.notes[-3:] == (
        "the numbers in `price` are written as `$1,234.5`",
        "the numbers in `share` are written as `1234.5%`",
        "the numbers in `rent` are written as `1.234,5€`",
    )
    again = read_like(loaded.rows.table, file, TargetOptions(("rent",)))
    assert np.array_equal(loaded.rows.remaining.x, again.x) and np.array_equal(loaded.rows.remaining.y, again.y)
    one = read_like(loaded.rows.table, written('price,share,rent\n"1,500",7,"2.000"\n'), TargetOptions(("rent",)))
    assert (one.x.tolist(), one.y.tolist()) == ([[1500, 7]], [[2000]])
    with pytest.raises(DataError, match="column `price` is `€5`, which is not a number"):
        read_like(loaded.rows.table, written("price,share\n€5,7\n"))


@pytest.mark.parametrize("cells", ["1,x", "b,x"])
def test_a_header_that_stands_again_is_an_error_at_its_line(cells: str) -> None:
    rows = "".join(f"{cells}\nc,y\n".replace("c,", f"{'c' if cells[0] == 'b' else 2},") for _ in range(10))
    file = written("a,k\n" + rows + "a,k\n" + rows)
    with pytest.raises(DataError) as caught:
        load_rows(TableRequest(file, Form(), TargetOptions(("k",))), {})
    [problem] = caught.value.problems
    assert (problem.message, problem.help) == ("the header stands again in line 22", "remove that line")
    assert problem.span is not None and problem.span.line == 22


def test_a_header_in_single_quotes_has_names_with_quotes() -> None:
    with pytest.raises(DataError) as caught:
        load_rows(TableRequest(written("'a','y'\n1,no\n2,yes\n"), Form(), TargetOptions(("y",))), {})
    [problem] = caught.value.problems
    assert problem.help == """write `"'y'"`, with the quotes that the file has around its names"""


def test_new_rows_may_have_another_separator() -> None:
    main = written("n,k,y\n" + "".join(f"{row / 4},{'ab'[row % 2]},{row + 0.5}\n" for row in range(20)))
    table = load_rows(TableRequest(main, Form(), TargetOptions(("y",))), {}).rows.table
    assert table is not None
    Path("new.csv").write_text("k;n\nb;1,75\na;2,5\n")
    found = read_like(table, CsvTable("new.csv"))
    assert found.x.tolist() == [[1.75, 1], [2.5, 0]]
    assert found.differences[0] == "the separator of `new.csv` is ';'"


def test_a_word_among_the_numbers_of_new_rows_has_a_help_about_the_rows() -> None:
    main = written("n,k,y\n" + "".join(f"{row / 4},{'ab'[row % 2]},{row + 0.5}\n" for row in range(20)))
    table = load_rows(TableRequest(main, Form(), TargetOptions(("y",))), {}).rows.table
    assert table is not None
    Path("new.csv").write_text("k,n\nb,foo\na,2.5\n")
    with pytest.raises(DataError) as caught:
        read_like(table, CsvTable("new.csv"))
    [problem] = caught.value.problems
    assert problem.help == "give numbers, as the training rows have, or leave the cell empty"
