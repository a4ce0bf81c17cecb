"""Rows that stay on the disk give what the array would give, in flat memory, or say why they cannot."""

import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.data import Source
from nntrain.data import row_file
from nntrain.data.checks import constant_columns
from nntrain.data.dataset import Dataset, load
from nntrain.data.npy_header import stored_in_npy
from nntrain.data.row_file import RowFile, chunks
from nntrain.errors import DataError

SOURCE = np.random.default_rng(0)
X = SOURCE.normal(size=(300, 3, 2))
Y = np.arange(300) % 3


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every array is too large for the memory, and a chunk is a few rows."""
    monkeypatch.setattr(row_file, "MEMORY_SHARE", 1e-12)
    monkeypatch.setattr(row_file, "CHUNK_BYTES", 200)


def opened(x: np.ndarray, name: str = "x.npy") -> RowFile:
    np.save(name, x)
    return RowFile.open(name, stored_in_npy(name))


def npz(**options: Any) -> Source:
    return Source.parse({"npz_file": {"path": "d.npz", **options}})


def text_of(**options: Any) -> str:
    with pytest.raises(DataError) as caught:
        load(npz(**options))
    return str(caught.value).replace(f"{Path.cwd()}/", "")


KEYS: list[Any] = [
    slice(None),
    slice(10, 20),
    slice(None, None, 7),
    slice(290, 400),
    slice(5, 5),
    slice(None, None, -1),
    np.array([5]),
    np.array([], np.int64),
    np.array([7, 8, 9, 3, 3, 2, 299, 0, 2, 4, 200, -1], np.int32),
    np.arange(300) % 5 == 0,
    [1, 2, 250],
    4,
    np.int64(-2),
]


@pytest.mark.parametrize("key", KEYS, ids=repr)
@pytest.mark.parametrize("chunk", [row_file.CHUNK_BYTES, 100])
def test_rows_are_those_of_the_array(key: Any, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_file, "CHUNK_BYTES", chunk)
    rows, array = opened(X), X.astype(np.float32)
    assert (rows[key] == array[key]).all() and rows[key].shape == array[key].shape
    chosen = SOURCE.permutation(300)
    view = rows.take(chosen)
    assert (view[key] == array[chosen][key]).all()
    assert (view.take(np.arange(250, 20, -3))[:] == array[chosen][250:20:-3]).all()


def test_wide_rows_that_lie_apart_are_read_one_by_one() -> None:
    wide = np.arange(60 * 5000, dtype=np.int32).reshape(60, 5000)
    rows, order = opened(wide), SOURCE.permutation(60)
    assert (rows[order] == wide[order]).all() and (rows[::3] == wide[::3]).all()


@pytest.mark.parametrize("dtype", ["u1", "?", "i1", "<i8", ">i4", "<u8", "<f2", "<f4", ">f4", "<f8"])
def test_bytes_stay_bytes_and_all_else_is_float32(dtype: str) -> None:
    values = (np.arange(40).reshape(20, 2) % 2).astype(dtype)
    rows = opened(values)
    assert rows.dtype == rows[:].dtype == (np.uint8 if dtype == "u1" else np.float32)
    assert (rows[:] == values).all()
    assert rows.as_stored()[3:5].dtype == np.dtype(dtype)
    assert (rows.shape, rows.ndim, len(rows), rows.nbytes) == ((20, 2), 2, 20, rows[:].nbytes)


@pytest.mark.parametrize(
    "key", [300, -301, np.array([0, 300]), np.array([1.0]), np.ones((2, 2), int), np.ones(9, bool)]
)
def test_a_position_outside_the_rows_is_an_error(key: Any) -> None:
    with pytest.raises(IndexError):
        opened(X)[key]


def test_a_file_that_is_changed_while_it_is_read() -> None:
    rows = opened(X)
    os.truncate("x.npy", 1000)
    with pytest.raises(DataError, match="`x.npy` was changed while it was read"):
        rows[250:]
    rows = opened(X)
    status = Path("x.npy").stat()
    os.utime("x.npy", ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    with pytest.raises(DataError, match="was changed"):
        rows[:1]


def test_a_file_that_is_replaced_or_removed_while_it_is_read_does_no_harm() -> None:
    rows = opened(X)
    np.save("other.npy", X + 1)
    Path("other.npy").replace("x.npy")
    assert (rows[:] == X.astype(np.float32)).all()
    Path("x.npy").unlink()
    assert (rows[9:1:-1] == X[9:1:-1].astype(np.float32)).all()


def test_descriptors_are_given_back() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        opened(X).take(np.arange(3))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_chunks_are_all_rows_in_order() -> None:
    for x in (X, opened(X)):
        found = list(chunks(x, most=70))
        assert [start for start, _ in found] == [0, 70, 140, 210, 280]
        assert np.concatenate([part for _, part in found]) == pytest.approx(X.astype(np.float32))
    assert list(chunks(X[:0])) == []


def test_the_memory_is_at_most_what_the_machine_has() -> None:
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert 0 < row_file.memory_bytes() <= physical
    assert row_file.is_large(physical // 2) and not row_file.is_large(1000)


def both(monkeypatch: pytest.MonkeyPatch, **options: Any) -> tuple[Dataset, Dataset]:
    """The same data in memory and on the disk."""
    in_memory = load(npz(**options))
    monkeypatch.setattr(row_file, "MEMORY_SHARE", 1e-12)
    monkeypatch.setattr(row_file, "CHUNK_BYTES", 200)
    on_disk = load(npz(**options))
    assert isinstance(in_memory.train.x, np.ndarray) and isinstance(on_disk.train.x, RowFile)
    return in_memory, on_disk


@pytest.mark.parametrize("dtype", ["u1", "<f8", "<f4", "<i8", "?"])
def test_a_data_set_on_the_disk_is_the_one_in_memory(dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    x = (X * 100).astype(dtype)
    np.savez("d.npz", x=x, y=Y, x_test=x[:50], y_test=Y[:50])
    in_memory, on_disk = both(monkeypatch)
    assert in_memory.digest == on_disk.digest
    assert in_memory.schema == on_disk.schema
    for name in ("train", "validation", "test"):
        here, there = getattr(in_memory, name), getattr(on_disk, name)
        assert isinstance(there.x, RowFile)
        assert (here.x == there.x[:]).all() and here.x.dtype == there.x.dtype and (here.y == there.y).all()


@pytest.mark.parametrize("on_disk", [False, True])
@pytest.mark.parametrize("dtype", ["<f8", "<f4"])
def test_faults_are_found_wherever_the_rows_are(dtype: str, on_disk: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if on_disk:
        monkeypatch.setattr(row_file, "MEMORY_SHARE", 1e-12)
    monkeypatch.setattr(row_file, "CHUNK_BYTES", 200)
    x = X.astype(dtype)
    x[100:111, 1, 1] = np.nan
    x[250, 0, 0] = -np.inf
    np.savez("d.npz", x=x, y=Y)
    lines = text_of().splitlines()
    assert lines[0] == "error: x is NaN in 11 values, the first is in row 101, position 2, 2"
    assert "error: x is infinite in row 251, position 1, 1" in lines
    x[100:111] = 0
    np.savez("d.npz", x=x, y=Y)
    assert text_of().splitlines()[0] == "error: x is infinite in row 251, position 1, 1"


@pytest.mark.usefixtures("little_memory")
def test_numbers_that_are_too_large_for_float32() -> None:
    x = X.copy()
    x[[3, 290], 2, 0] = 1e39, -1e300
    np.savez("d.npz", x=x, y=Y)
    text = text_of()
    assert "`x` is 1e+39 in 2 places, the first is row 4, too large for a 32-bit float" in text


@pytest.mark.usefixtures("little_memory")
def test_a_large_array_that_cannot_be_read_row_by_row() -> None:
    np.savez_compressed("d.npz", x=X, y=Y)
    assert text_of() == (
        "error: `x` takes 0.0 GB, more than 25% of the memory, and is compressed\n  --> data.npz_file.path\n"
        " help: save it with `numpy.savez`, not `savez_compressed`, so that a batch can be read at a time"
    )
    np.savez("d.npz", x=np.asfortranarray(X), y=Y)
    assert text_of() == (
        "error: `x` takes 0.0 GB, more than 25% of the memory, and is stored column by column\n"
        "  --> data.npz_file.path\n"
        " help: save `numpy.ascontiguousarray(x)`, so that a batch can be read at a time"
    )


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (X.astype(complex), "`x` has the dtype complex128, which is not a type of real numbers"),
        (X.astype(str), "`x` has the dtype <U32, which is not a type of real numbers"),
        (X[:, 0, 0], "`x` must have a row for each example, got the shape (300,)"),
        (X[:7], "`x` has 7 rows, `y` has 300"),
        (np.float64(1), "`x` must have a row for each example, got the shape ()"),
        (np.array([[1], "a"], object), "the array `x` holds Python objects"),
    ],
)
def test_faults_of_the_array_have_the_messages_of_one_in_memory(x: np.ndarray, message: str) -> None:
    np.savez("d.npz", x=x, y=Y)
    assert text_of().splitlines()[0] == f"error: {message}"


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("place", [130, 2000])
def test_a_flipped_byte_is_found_on_the_disk_too(place: int) -> None:
    np.savez("d.npz", x=X, y=Y)
    data = bytearray(Path("d.npz").read_bytes())
    data[place] ^= 255
    Path("d.npz").write_bytes(data)
    assert text_of().splitlines()[0] == "error: the array `x` in `d.npz` is broken"


@pytest.mark.usefixtures("little_memory")
def test_a_header_that_promises_more_than_there_is() -> None:
    with zipfile.ZipFile("d.npz", "w") as archive:
        for name, array in (("x", X), ("y", Y)):
            with archive.open(f"{name}.npy", "w") as file:
                header = {**np.lib.format.header_data_from_array_1_0(array), "shape": (10**9, 3, 2)}
                np.lib.format.write_array_header_1_0(file, header)
                file.write(array.tobytes())
    assert text_of().splitlines()[0] == "error: the array `x` in `d.npz` is broken"


@pytest.mark.usefixtures("little_memory")
def test_constant_columns_are_found_on_the_disk() -> None:
    table = np.stack([np.arange(50.0), np.full(50, 2.5)], axis=1)
    assert constant_columns(opened(table), ("a", "b")) == constant_columns(table.astype(np.float32), ("a", "b"))
    assert "column `b` holds 2.5 in every training row" in constant_columns(opened(table), ("a", "b"))[0]


LAYERS: dict[str, str] = {
    "first": "[Normalization, Flatten, {Dense: 3}]",
    "each position": "[{Normalization: {axis: [1, -1]}}, Flatten, {Dense: 3}]",
    "behind others": "[Flatten, {Dense: {units: 4, activation: relu}}, Normalization, {Dense: 3}]",
}


@pytest.mark.parametrize("layers", LAYERS.values(), ids=list(LAYERS))
@pytest.mark.parametrize("dtype", ["<f8", "u1"])
def test_normalization_is_fitted_as_keras_does_it(
    layers: str, dtype: str, prepare: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez("d.npz", x=np.abs(X * 60).astype(dtype), y=Y)
    config = f"data: {{npz_file: {{path: {Path.cwd()}/d.npz}}}}\nmodel: {layers}\ntrain: {{epochs: 1}}"
    in_memory = prepare(config)
    monkeypatch.setattr(row_file, "MEMORY_SHARE", 1e-12)
    on_disk = prepare(config)
    assert isinstance(on_disk.data.train.x, RowFile)
    assert all((a == b).all() for a, b in zip(in_memory.weights(), on_disk.weights(), strict=True))
    assert fitted(in_memory.model) == pytest.approx(fitted_by_keras(in_memory.model, in_memory.data.train.x), rel=1e-6)


def fitted(model: Any) -> np.ndarray:
    layer = next(layer for layer in model.layers if type(layer).__name__ == "Normalization")
    return np.concatenate([np.ravel(layer.adapt_mean.numpy()), np.ravel(layer.adapt_variance.numpy())])


def fitted_by_keras(model: Any, x: np.ndarray) -> np.ndarray:
    import keras

    place = next(i for i, layer in enumerate(model.layers) if type(layer).__name__ == "Normalization")
    fresh = keras.layers.Normalization.from_config(model.layers[place].get_config())
    flow = x.astype("float32")
    for layer in model.layers[:place]:
        flow = layer(flow)
    fresh.adapt(np.asarray(flow, np.float64))  # in float32 its own sums are off by a few millionths
    return np.concatenate([np.ravel(fresh.adapt_mean.numpy()), np.ravel(fresh.adapt_variance.numpy())])


def peak_bytes(anew: bool = False) -> int:
    """The most memory that this process has had, ever or from now on."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def test_a_large_file_is_loaded_in_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """240 MB are read, split, checked and hashed, and the process grows by less than 100 MB."""
    rows, columns = 120_000, 500
    with zipfile.ZipFile("d.npz", "w") as archive:
        with archive.open("y.npy", "w") as file:
            np.lib.format.write_array(file, np.arange(rows) % 2)
        with archive.open("x.npy", "w", force_zip64=True) as file:
            header = {"descr": "<f4", "fortran_order": False, "shape": (rows, columns)}
            np.lib.format.write_array_header_1_0(file, header)
            for start in range(0, rows, 10_000):
                file.write(np.arange(start * columns, (start + 10_000) * columns, dtype=np.float32).tobytes())
    monkeypatch.setattr(row_file, "MEMORY_SHARE", 180e6 / row_file.memory_bytes())
    before = peak_bytes(anew=True)
    data = load(npz())
    assert len(replace(data, validation=None).digest) == 64
    assert peak_bytes() - before < 100e6
