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


def test_a_number_that_is_not_finite_as_32_bits_leaves_the_column_texts() -> None:
    raw = read_parquet(written(inf=[1.0, float("inf"), None], huge=[1.0, 1e300, float("nan")], fine=[1.0, 2.0, None]))
    assert raw.words("inf").names == ("1.0", "inf")
    assert (raw.words("huge").names, raw.words("huge").codes.tolist()) == (("1.0", "1e+300"), [0, 1, -1])
    assert len(raw.numbers("fine")) == 3


def test_whole_numbers_that_float64_does_not_hold_are_compared_exactly() -> None:
    from decimal import Decimal

    pyarrow = pytest.importorskip("pyarrow")
    raw = read_parquet(
        written(
            i=[2**53, 2**53 + 1],
            u=pyarrow.array([2**64 - 1, 2**64 - 2], pyarrow.uint64()),
            d=[Decimal(10) ** 20, Decimal(10) ** 20 + 1],
            same=[2**60] * 2,
        )
    )
    assert raw.numbers("i").merged == (2**53, 2**53 + 1)
    assert raw.numbers("u").merged == (2**64 - 2, 2**64 - 1)
    assert raw.numbers("d").merged == (10**20, 10**20 + 1)
    assert raw.numbers("same").merged is None


def test_types_that_pyarrow_cannot_encode() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    half = pyarrow.array(np.array([0.5, 1.5], np.float16))
    table = written(half=half, view=pyarrow.array(["x", "y"], pyarrow.string_view()))
    raw = read_parquet(table)
    assert raw.numbers("half").values.tolist() == [0.5, 1.5]
    assert raw.words("view").names == ("x", "y")
    assert read_parquet(table, frozenset({"half"})).words("half").names == ("0.5", "1.5")


def test_dates_that_python_does_not_have_are_refused() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    for dates in (
        pyarrow.array([10**7], pyarrow.date32()),
        pyarrow.array([-(10**17)], pyarrow.timestamp("us")),
        pyarrow.array([0], pyarrow.timestamp("us", "Mars/Olympus")),
    ):
        with pytest.raises(DataError, match="column `day`: its dates.* cannot be read"):
            read_parquet(written(day=dates))


def test_parts_of_a_second_are_kept() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    raw = read_parquet(written(t=pyarrow.array([0, 250], pyarrow.timestamp("ms"))))
    assert raw.words("t").names == ("1970-01-01 00:00:00.000000", "1970-01-01 00:00:00.250000")


def test_more_cells_than_memory_holds_are_refused_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    table = written(a=[0] * 1000)
    monkeypatch.setattr("nntrain.data.parquet_reader.memory_bytes", lambda: 11_999)
    with pytest.raises(DataError, match="has 1,000 rows of 1 column, which take"):
        read_parquet(table)
