"""An array is found in its file by the header, wherever it is."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from nntrain.data.npy_header import stored_in_npz
from nntrain.data.row_file import RowFile


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_member_of_an_npz_is_found_wherever_it_is() -> None:
    x = np.arange(60.0).reshape(10, 3, 2)
    np.savez("d.npz", y=np.arange(10), x=x, z=np.asfortranarray(x))
    with zipfile.ZipFile("d.npz", "a") as archive, archive.open("late.npy", "w", force_zip64=True) as file:
        np.lib.format.write_array(file, x[:7], version=(2, 0))
    for name, array in (("x", x), ("late", x[:7])):
        stored = stored_in_npz("d.npz", name)
        assert stored is not None
        assert (RowFile.open("d.npz", stored)[:] == array.astype(np.float32)).all()
    assert stored_in_npz("d.npz", "w") is None
    by_column = stored_in_npz("d.npz", "z")
    assert by_column is not None and by_column.by_column
    with pytest.raises(ValueError, match="one after the other"):
        RowFile.open("d.npz", by_column)


def test_the_bytes_of_an_array_are_those_that_it_takes_in_a_training() -> None:
    np.savez_compressed("d.npz", small=np.zeros((9, 2), np.int8), large=np.zeros((9, 2)))
    found = [stored_in_npz("d.npz", name) for name in ("small", "large")]
    assert [(stored.nbytes, stored.offset) for stored in found if stored] == [(72, None), (144, None)]
