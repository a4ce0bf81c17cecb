"""The columns that name the rows of a table, read as the file has them."""

import gzip
from pathlib import Path
from typing import Any

from nntrain.config.data import Source
from nntrain.data.dataset import load, row_names
from nntrain.data.row_names import RowNames

ROWS = [f"{n},{16777216 + n},n{n},w{n // 2},0{n % 4},{n},{n % 2}" for n in range(20)]
LINES = [",PassengerId,note,ward,code,age,y", *ROWS]


def names(path: Path, column: str | None = None, **options: Any) -> RowNames:
    source = load(Source.parse({"table": {"path": str(path), "target": "y", **options}})).source
    assert source is not None
    return row_names(source, column)[""]


def test_columns_that_are_left_out_name_the_rows(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("\n".join([*LINES, ""]))
    found = names(tmp_path / "t.csv", ignore=["note"], group="ward")
    assert set(found.columns) == {"", "PassengerId", "note", "ward"}
    assert found.rows("16777219")["PassengerId"].tolist() == [3]  # which a 32-bit float cannot hold
    assert found.rows("n3")["note"].tolist() == [3]
    assert found.numbers.tolist() == list(range(1, 21))


def test_another_column_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "t.csv.gz", "wt") as file:
        file.write("\n".join([*LINES, ""]))
    found = names(tmp_path / "t.csv.gz", "code")
    assert found.rows("02")["code"].tolist() == [2, 6, 10, 14, 18]
    assert names(tmp_path / "t.csv.gz", "none").columns == {}


def test_a_table_without_such_columns_is_not_read_again(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("\n".join(["age,y", *(f"{n},{n % 2}" for n in range(20)), ""]))
    source = load(Source.parse({"table": {"path": str(tmp_path / "t.csv"), "target": "y"}})).source
    assert source is not None and row_names(source) == {}
