"""The list of runs as a table, and temporary files."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nntrain
from nntrain.api import tables
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


def test_rows_have_the_numbers_that_were_written() -> None:
    assert tables.from_rows([{"loss": "0.1"}, {"loss": "0.30000000000000004"}])["loss"].tolist() == [0.1, 0.1 + 0.2]
