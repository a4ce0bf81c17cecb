"""Names of rows: cells, and ends of paths."""

import numpy as np
import pytest

from nntrain.data.raw_table import Words
from nntrain.data.row_names import RowNames

CELLS = RowNames("t.csv", np.array([1, 2, 4, 5]), {"id": Words(np.array([0, 1, -1, 0], np.int32), ("a1", "b2"))})
PATHS = ("data/cat/1.png", "data/cat/2.png", "data/dog/1.png")
IMAGES = RowNames("data", np.arange(1, 4), {"file": Words(np.arange(3, dtype=np.int32), PATHS)}, are_paths=True)


def test_a_cell_is_the_name_of_each_row_that_holds_it() -> None:
    assert {column: rows.tolist() for column, rows in CELLS.rows("a1").items()} == {"id": [0, 3]}
    assert CELLS.rows("b2")["id"].tolist() == [1]
    for other in ("", "a", "a12"):  # an empty cell names nothing
        assert CELLS.rows(other) == {}


@pytest.mark.parametrize(
    ("name", "rows"),
    [("dog/1.png", [2]), ("1.png", [0, 2]), ("data/cat/2.png", [1]), ("cat\\2.png", [1]), ("at/2.png", []), ("", [])],
)
def test_the_end_of_a_path_names_an_image(name: str, rows: list[int]) -> None:
    assert [row for found in IMAGES.rows(name).values() for row in found.tolist()] == rows


def test_the_nearest_name_has_as_many_parts_as_were_written() -> None:
    assert CELLS.nearest("A1") == "a1" and CELLS.nearest("nothing like it") == ""
    assert (IMAGES.nearest("2.pgn"), IMAGES.nearest("dogs/1.png")) == ("2.png", "dog/1.png")
