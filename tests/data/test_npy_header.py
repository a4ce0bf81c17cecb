"""An array is found in its file by the header, wherever it is."""

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.data.npy_header import array_in_npz, arrays_in, is_npy, parts_in_npz, stored_in_npz
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


def written(header: str, content: bytes = bytes(32), kind: int = zipfile.ZIP_STORED, name: str = "x") -> None:
    """Write `d.npz` with an array of this header."""
    text = header.encode() + b"\n"
    with zipfile.ZipFile("d.npz", "w", kind) as archive:
        archive.writestr(f"{name}.npy", b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + content)


WHOLE = "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 2), }"


def test_a_header_that_fits_is_read() -> None:
    written(WHOLE)
    assert array_in_npz("d.npz", "x").shape == (4, 2)
    np.save("d.npy", np.zeros(3))
    assert is_npy("d.npy") and not is_npy("d.npz")


@pytest.mark.parametrize(
    "header",
    [
        WHOLE[:-2],
        WHOLE.replace(")", ""),
        "(" * 5000,
        "[" * 9000 + "]" * 9000,
        WHOLE.replace("4", "True"),
        WHOLE.replace("4, 2", "True, 8"),
        WHOLE.replace("4, 2", "-4, -2"),
        WHOLE.replace("4, 2", "4.0, 2"),
        WHOLE.replace("4, 2", "'4', 2"),
        WHOLE.replace("(4, 2)", "8"),
        WHOLE.replace("4, 2", "10**12"),
        WHOLE.replace("4, 2", "1000000000000, 2"),
        WHOLE.replace("<f4", "<f99"),
        WHOLE.replace("'<f4'", "None"),
        WHOLE.replace("'<f4'", "__import__('os')"),
        WHOLE.replace("'shape'", "'form'"),
        WHOLE + " " * 20_000,
        "",
        "\0" * 100,
    ],
)
@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_broken_header_is_a_value_error(header: str, kind: int) -> None:
    written(header, kind=kind)
    for read in (stored_in_npz, array_in_npz):
        with pytest.raises(ValueError, match="."):
            read("d.npz", "x")


def lie_about_the_size(size: int) -> None:
    """Let the directory of `d.npz` give each member this size."""
    content = bytearray(Path("d.npz").read_bytes())
    at = content.index(b"PK\1\2")
    content[at + 20 : at + 28] = struct.pack("<II", size, size)
    Path("d.npz").write_bytes(content)


def test_a_size_that_the_file_does_not_have_is_not_allocated() -> None:
    rows = 400_000_000
    header = WHOLE.replace("4, 2", f"{rows}, 2")
    written(header)
    lie_about_the_size(10 + len(header) + 1 + rows * 8)
    tracemalloc.start()
    with pytest.raises(ValueError, match="has 3[0-9]+ bytes"):
        array_in_npz("d.npz", "x")
    with pytest.raises(ValueError, match="has 3[0-9]+ bytes"):
        arrays_in(io.BytesIO(Path("d.npz").read_bytes()))
    assert tracemalloc.get_traced_memory()[1] < 10e6
    tracemalloc.stop()


def test_an_array_that_is_compressed_a_thousand_times_is_not_inflated() -> None:
    with zipfile.ZipFile("d.npz", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x.npy", "w") as member:
        np.lib.format.write_array_header_1_0(member, {"descr": "<f4", "fortran_order": False, "shape": (75 << 20,)})
        for _ in range(300):
            member.write(bytes(1 << 20))
    with pytest.raises(ValueError, match="`x` has 3[0-9]+ bytes"):
        stored_in_npz("d.npz", "x")


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_numpy_does_not_compress_so_is_not_inflated(kind: int) -> None:
    written(WHOLE, bytes(20_000_000), kind)
    tracemalloc.start()
    with pytest.raises(ValueError, match="`x` is compressed in another way than NumPy does it"):
        stored_in_npz("d.npz", "x")
    assert tracemalloc.get_traced_memory()[1] < 10e6
    tracemalloc.stop()


def test_all_arrays_of_a_file_together_are_no_larger_than_the_file() -> None:
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.asfortranarray(np.ones((3, 2), "int8")), "c": np.array(7)}
    saved = io.BytesIO()
    np.savez(saved, **arrays)
    found = arrays_in(saved)
    assert found.keys() == arrays.keys()
    assert all(np.array_equal(found[name], array) for name, array in arrays.items())
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)
    with pytest.raises(zipfile.BadZipFile, match="is compressed"):
        arrays_in(packed)


def test_the_same_bytes_are_not_counted_as_many_arrays() -> None:
    """Entries of the directory may all point to the same member."""
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w") as archive:
        with archive.open("a.npy", "w") as member:
            np.lib.format.write_array(member, np.zeros(10_000))
        archive.filelist += [archive.getinfo("a.npy")] * 50
    with pytest.raises(ValueError, match="bytes"):
        arrays_in(saved)


def test_python_objects_are_never_made() -> None:
    saved = io.BytesIO()
    np.savez(saved, a=np.array([[1], "a"], object))
    with pytest.raises(ValueError, match="bytes|Object"):
        arrays_in(saved)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_rows_are_read_in_parts(save: Any, tmp_path: Path) -> None:
    x = np.arange(50, dtype=np.float32).reshape(10, 5)
    save(tmp_path / "a.npz", x=x, columns=np.asfortranarray(x), one=np.float32(3), none=x[:0])
    parts = list(parts_in_npz(tmp_path / "a.npz", "x", 4))
    assert [len(part) for part in parts] == [4, 4, 2] and (np.concatenate(parts) == x).all()
    (whole,) = parts_in_npz(tmp_path / "a.npz", "columns", 4)
    assert (whole == x).all() and list(parts_in_npz(tmp_path / "a.npz", "none", 4)) == []
    with pytest.raises(ValueError, match="there is no array `z`"):
        list(parts_in_npz(tmp_path / "a.npz", "z", 4))


def test_a_flipped_bit_is_found_at_the_end_of_the_parts(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.zeros((100, 50), np.uint8))
    content = bytearray((tmp_path / "a.npz").read_bytes())
    content[2000] ^= 1
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(zipfile.BadZipFile, match="CRC"):
        list(parts_in_npz(tmp_path / "a.npz", "x", 30))
