import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.evaluation.evaluate import same_data
from nntrain.exports.cells import Cells
from nntrain.exports.exported_run import ExportedRun
from tests.conftest import PEOPLE


def cells_of(run: Any) -> tuple[ExportedRun, Cells]:
    subject = ExportedRun.of(run, same_data(run))
    assert subject.saved.table is not None
    return subject, Cells.of(subject, subject.saved.table)


def test_rows_are_those_of_the_file_as_they_are_written_and_two_of_what_is_missing(people: Any, tmp_path: Path) -> None:
    subject, cells = cells_of(people)
    *rows, empty, unseen, last = cells.rows
    assert [",".join(row) for row in rows] == [line.rpartition(",")[0] for line in PEOPLE.splitlines()[1:]]
    assert empty == [""] * 5 and unseen == ["", "", "a category that no row has", "", ""]
    found = cells.first(20)
    assert found.rows == [*rows[:17], empty, unseen, last] and last == rows[0]
    assert len(found.predictions(subject, tmp_path)) == 20
    with (tmp_path / "rows.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["age", "income", "city", "smoker", "since"], *found.rows]


def test_data_without_a_file_become_texts_that_are_read_back_exactly(trained: Any, tmp_path: Path) -> None:
    subject, cells = cells_of(trained("iris"))
    x = np.array([[float(cell) for cell in row] for row in cells.rows], "float32")
    np.testing.assert_array_equal(x, subject.rows.x)
    found = cells.predictions(subject, tmp_path)
    np.testing.assert_allclose(found.outputs, subject.expected, atol=1e-6)


@pytest.mark.parametrize("most", [1, 5])
def test_a_model_that_takes_no_gaps_gets_none(trained: Any, most: int) -> None:
    assert all(cell for row in cells_of(trained("iris"))[1].first(most).rows for cell in row)
