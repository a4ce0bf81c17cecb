"""A weights file of anybody: what fits the model is taken, and what is not a plain array is never read."""

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from nntrain.model.weights_file import SLACK_BYTES, Unreadable, load_weights

KERNEL = "layers/dense/vars/0"


def network(units: int = 5) -> keras.Sequential:
    layers = keras.layers
    stack = [layers.Normalization(), layers.Dropout(0.1), layers.Dense(units), layers.BatchNormalization()]
    return keras.Sequential([keras.Input((3, 4)), *stack, layers.Bidirectional(layers.LSTM(2)), layers.Dense(2)])


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a trained model as `a.keras`, with its optimizer, and as `a.weights.h5`."""
    folder, model = tmp_path_factory.mktemp("source"), network()
    model.compile("adam", "mse")
    model.layers[0].adapt(np.random.default_rng(0).normal(5, 3, (32, 3, 4)))
    model.optimizer.build(model.trainable_variables)
    model.save(folder / "a.keras")
    model.save_weights(folder / "a.weights.h5")
    return folder


def taken_from(content: bytes, model: keras.Sequential) -> set[str]:
    return load_weights(model, io.BytesIO(content))


@pytest.mark.parametrize("name", ["a.keras", "a.weights.h5"])
def test_every_weight_is_taken_as_keras_takes_it(source: Path, name: str) -> None:
    ours, theirs = network(), network()
    theirs.load_weights(source / name)
    with (source / name).open("rb") as file:
        assert load_weights(ours, file) == {weight.path for weight in ours.weights}
    x = np.random.default_rng(1).normal(5, 3, (4, 3, 4))
    assert np.array_equal(ours.predict_on_batch(x), theirs.predict_on_batch(x))
    assert all(np.array_equal(a, b) for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True))


def test_weights_of_another_shape_keep_their_values(source: Path) -> None:
    model = network(units=6)
    before = {weight.path: np.array(weight) for weight in model.weights}
    taken = taken_from((source / "a.keras").read_bytes(), model)
    left = {path.partition("/")[2].rpartition("/")[0] for path in before if path not in taken}
    assert {name.rstrip("_0123456789") for name in left} >= {"dense", "batch_normalization"}
    assert all(np.array_equal(before[w.path], w) for w in model.weights if w.path not in taken)
    assert any("normalization" in path and path.endswith("mean") for path in taken)


def changed(source: Path, change: Callable[[h5py.File], None]) -> bytes:
    """The weights file after a change."""
    content = io.BytesIO((source / "a.weights.h5").read_bytes())
    with h5py.File(content, "r+") as file:
        change(file)
    return content.getvalue()


def replaced(**options: object) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[KERNEL]
        file.create_dataset(KERNEL, **options)

    return change


def linked(link: object) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[KERNEL]
        file[KERNEL] = link

    return change


def virtual(file: h5py.File) -> None:
    del file[KERNEL]
    layout = h5py.VirtualLayout((4, 5), "float32")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (4, 5))
    file.create_virtual_dataset(KERNEL, layout)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (linked(h5py.ExternalLink("/etc/passwd", "/x")), "behind a link"),
        (linked(h5py.SoftLink("/layers/dense/vars/1")), "behind a link"),
        (virtual, "not in the file itself"),
        (replaced(shape=(4, 5), dtype="f4"), "not in the file itself"),  # nothing but the value to fill it with
        (replaced(shape=(4, 5), dtype="f4", external=[("/dev/zero", 0, 80)]), "not in the file itself"),
        (replaced(data=np.zeros((4, 5), "f4"), compression="gzip"), "compressed"),
        (replaced(data=np.zeros((4, 5), "f4"), chunks=(1, 5)), "compressed, or"),
        (replaced(shape=(4, 5), dtype=[("a", "f4", 1000)]), "in the dtype"),
        (replaced(data=np.full((4, 5), b"x" * 9)), "in the dtype"),
        (replaced(data=np.zeros((4, 5), complex)), "in the dtype"),
        (replaced(shape=(4, 5), dtype=h5py.string_dtype()), "in the dtype"),
    ],
)
def test_what_is_not_a_plain_array_is_refused(source: Path, change: Callable[[h5py.File], None], message: str) -> None:
    model = network()
    before = model.get_weights()
    with pytest.raises(Unreadable, match=message):
        taken_from(changed(source, change), model)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


@pytest.mark.parametrize(
    "change",
    [
        replaced(shape=(10**9, 5), dtype="f4"),
        replaced(shape=(4, 5 * 10**8), dtype="f4", compression="gzip", chunks=(1, 10**6)),
        replaced(data=h5py.Empty("f4")),
        linked(np.zeros(3)),
    ],
)
def test_an_array_of_another_shape_is_not_read_however_large_it_is(
    source: Path, change: Callable[[h5py.File], None]
) -> None:
    content, model = changed(source, change), network()
    tracemalloc.start()
    taken = taken_from(content, model)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(taken) == len(model.weights) - 1
    assert peak < 20e6


def test_a_group_in_place_of_an_array_and_a_loop_of_groups_are_not_followed(source: Path) -> None:
    def change(file: h5py.File) -> None:
        del file[KERNEL]
        file[KERNEL] = file["layers"]

    assert len(taken_from(changed(source, change), model := network())) == len(model.weights) - 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"hello, this is text", "is neither a `.keras` nor a `.weights.h5` file"),
        (b"\x89HDF\r\n\x1a\n", "is damaged"),
        (b"PK\x03\x04", "is damaged"),
    ],
)
def test_what_is_no_weights_file_is_named(content: bytes, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        taken_from(content, network())


def test_a_larger_file_than_the_model_needs_is_not_opened(source: Path) -> None:
    content = (source / "a.weights.h5").read_bytes()
    with pytest.raises(Unreadable, match=r"has [0-9,]+ bytes, and a file of this model has at most"):
        taken_from(content.ljust(SLACK_BYTES + 200_000, b"\0"), network())


def test_a_compressed_keras_file_is_refused(source: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", bytes(10**8))
    with pytest.raises(Unreadable, match="is damaged: `model.weights.h5` is compressed"):
        taken_from(packed.getvalue(), network())


@pytest.mark.parametrize("name", ["a.keras", "a.weights.h5"])
def test_cut_and_flipped_files_are_read_or_refused(source: Path, name: str) -> None:
    content, model, random = (source / name).read_bytes(), network(), np.random.default_rng(0)
    for _ in range(6):
        cut = content[: random.integers(len(content))]
        flipped = bytearray(content)
        flipped[random.integers(len(content))] ^= 1 << int(random.integers(8))
        for damaged in (cut, bytes(flipped)):
            try:
                taken_from(damaged, model)
            except Unreadable:
                continue
