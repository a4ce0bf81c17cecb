"""Equal rows are found by their hashes, in memory and on the disk."""

from pathlib import Path

import numpy as np
import pytest

from nntrain.data import row_file
from nntrain.data.duplicates import first_equal_rows, row_hashes, rows_in_two_splits
from nntrain.data.examples import Split
from nntrain.data.npy_header import stored_in_npy
from nntrain.data.row_file import RowFile


@pytest.mark.parametrize("shape", [(), (1,), (3,), (28, 28, 1)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_equal_rows_have_equal_hashes_and_others_do_not(shape: tuple[int, ...], dtype: type) -> None:
    values = np.random.default_rng(0).integers(0, 256, (60, *shape)).astype(dtype)
    rows = [row.tobytes() for row in values]
    hashes = row_hashes(values if shape else values[:, None])
    assert [[a == b for b in hashes] for a in hashes] == [[a == b for b in rows] for a in rows]


def test_hashes_differ_where_a_single_bit_or_the_order_differs() -> None:
    one_bit = np.zeros((64 * 8 + 1, 64), np.uint8)
    for bit in range(64 * 8):
        one_bit[bit, bit // 8] = 1 << (bit % 8)
    small = np.array(np.meshgrid(*[[0, 1, 2, 3]] * 6), np.float32).reshape(6, -1).T
    permuted = np.array([[1, 2, 3, 4], [2, 1, 3, 4], [3, 4, 1, 2], [1, 2, 4, 3]], np.float32)
    for rows in (one_bit, small, permuted, -small[1:]):
        assert len(np.unique(row_hashes(rows))) == len(rows)


def test_negative_zero_is_zero() -> None:
    assert np.unique(row_hashes(np.array([[0.0, 1], [-0.0, 1]], np.float32))).size == 1


def test_the_hashes_do_not_depend_on_the_parts_or_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.arange(60, dtype=np.float32).reshape(12, 5)
    expected = row_hashes(x)
    monkeypatch.setattr(row_file, "CHUNK_BYTES", 50)
    np.save(tmp_path / "x.npy", x)
    on_disk = RowFile.open(tmp_path / "x.npy", stored_in_npy(tmp_path / "x.npy"))
    assert (row_hashes(x) == expected).all() and (row_hashes(on_disk) == expected).all()
    assert row_hashes(x[:0]).shape == (0,)


def test_the_first_equal_row() -> None:
    x = np.array([[5], [3], [5], [7], [3], [5]], np.float32)
    assert first_equal_rows(x).tolist() == [0, 1, 0, 3, 1, 0]


def test_rows_in_two_splits_are_counted() -> None:
    def split(*rows: int) -> Split:
        return Split(np.array(rows, np.uint8)[:, None], np.zeros(len(rows), np.int32))

    found = list(rows_in_two_splits({"train": split(1, 2, 3), "validation": split(4, 2), "test": split(2, 1, 9, 2, 4)}))
    assert [str(shared) for shared in found] == [
        "1 of 2 rows of the validation split is equal to a row of the training split",
        "3 of 5 rows of the test split are equal to rows of the training split",
        "3 of 5 rows of the test split are equal to rows of the validation split",
    ]
    assert list(rows_in_two_splits({"train": split(1, 2), "test": split(3)})) == []
    assert list(rows_in_two_splits({"train": split(1, 1)})) == []


@pytest.mark.parametrize(("count", "is_many"), [(1, False), (4, False), (5, True)])
def test_one_row_in_twenty_is_many(count: int, is_many: bool) -> None:
    train = Split(np.arange(200, dtype=np.float32)[:, None], np.zeros(200, np.int32))
    test = Split(np.arange(200 - count, 300 - count, dtype=np.float32)[:, None], np.zeros(100, np.int32))
    assert next(rows_in_two_splits({"train": train, "test": test})).is_many is is_many


def test_rows_of_few_values_are_equal_in_any_split_and_that_is_no_fault() -> None:
    def split(rows: np.ndarray) -> Split:
        return Split(np.stack([rows, rows], axis=1).astype(np.uint8), np.zeros(len(rows), np.int32))

    for values, is_many in ((4, False), (15, False), (40, True)):  # 15 make 225 pairs at most, for 400 rows
        [shared] = rows_in_two_splits({"train": split(np.arange(400) % values), "validation": split(np.arange(4))})
        assert shared.count == 4 and shared.is_many is is_many
