"""The list of runs as a table, and temporary files."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import nntrain
from nntrain.api import tables
from nntrain.config.table import Column, Table
from nntrain.data.csv_text import CsvTable
from nntrain.data.table_reader import read_like
from nntrain.errors import ConfigError, DataError


def test_runs_are_rows_of_a_table(trained: Any) -> None:
    run = trained("iris")
    found = nntrain.runs("epochs>1", runs_dir=run.path.parent)
    assert found["run"].tolist() == [str(run.path)]
    assert found["test.accuracy"][0] == run.read_json("summary.json")["metrics"]["test"]["accuracy"]
    with pytest.raises(ConfigError, match="no run has `nothing`"):
        nntrain.runs(where="nothing=1", runs_dir=run.path.parent)


def test_a_folder_without_runs_is_an_empty_table(tmp_path: Path) -> None:
    assert nntrain.runs(runs_dir=tmp_path).empty


def test_an_error_about_a_temporary_file_names_the_arrays() -> None:
    with pytest.raises(DataError) as raised, tables.array_file(x=np.ones(1)) as file:
        raise DataError(f"`{file}` is wrong")
    assert str(raised.value) == "error: `array` is wrong" and not file.exists()


def test_numbers_are_given_to_a_column_as_its_file_writes_them() -> None:
    table = Table(columns=(Column(name="price", kind="numeric", format="1.234,5 €"),), decimal=",", separator=";")
    frame = pd.DataFrame({"price": [1.234, 1234.0, float("nan")], "other": [1, 2, 3]})
    with tables.table_file(frame, table) as file:
        found = read_like(table, CsvTable(file, separator=";", decimal=",")).x
    assert np.array_equal(found, np.float32([[1.234], [1234], [float("nan")]]), equal_nan=True)
