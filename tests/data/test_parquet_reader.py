"""Parquet files; without pyarrow only what is said about it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.data.csv_text import CsvTable
from nntrain.data.parquet_reader import is_parquet, read_parquet
from nntrain.errors import DataError, MissingPackage


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(**columns: Any) -> CsvTable:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table(columns), "t.parquet")
    return CsvTable("t.parquet", missing=frozenset({"?"}))


def test_it_is_told_by_its_first_bytes() -> None:
    Path("t.parquet").write_bytes(b"PAR1 and more")
    assert is_parquet(Path("t.parquet"))
    Path("t.parquet").write_bytes(b"a,b\n1,2\n")
    assert not is_parquet(Path("t.parquet"))


def test_without_pyarrow_the_error_holds_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntrain.errors.find_spec", lambda name: None)
    with pytest.raises(MissingPackage, match=r"nntrain\[parquet\]") as caught:
        read_parquet(CsvTable("t.parquet"))
    assert caught.value.exit_code == 3


def test_every_type_of_column() -> None:
    import datetime

    days = [datetime.date(2024, 1, 31), None, datetime.date(2023, 12, 1)]
    times = [datetime.datetime(2024, 1, 31, 13, 45), None, datetime.datetime(2023, 12, 1)]
    table = written(
        i=[1, None, 3],
        f=[0.5, 1.5, None],
        b=[True, None, False],
        s=["x", "?", " x"],
        day=days,
        time=times,
        big=[7, 8, 9],
    )
    raw = read_parquet(table, frozenset({"big"}))
    assert np.array_equal(raw.numbers("i").values, [1, np.nan, 3], equal_nan=True)
    assert np.array_equal(raw.numbers("f").values, [0.5, 1.5, np.nan], equal_nan=True)
    assert (raw.words("b").names, raw.words("b").codes.tolist()) == (("true", "false"), [0, -1, 1])
    assert (raw.words("s").names, raw.words("s").codes.tolist()) == (("x",), [0, -1, 0])
    assert raw.words("day").names == ("2024-01-31", "2023-12-01")
    assert raw.words("time").names == ("2024-01-31 13:45:00", "2023-12-01 00:00:00")
    assert raw.words("big").names == ("7", "8", "9")


def test_nested_columns_and_damaged_files_are_refused() -> None:
    with pytest.raises(DataError, match="column `x` is of the type `list<"):
        read_parquet(written(x=[[1], [2]], y=[1, 2]))
    table = written(y=[1, 2])
    Path("t.parquet").write_bytes(Path("t.parquet").read_bytes()[:-20])
    with pytest.raises(DataError, match=r"`t.parquet` cannot be read"):
        read_parquet(table)
    with pytest.raises(DataError, match=r"`t.parquet` has no rows"):
        read_parquet(written(y=[]))
