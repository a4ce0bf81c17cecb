"""MNIST: what is in Keras's file. Where it is looked for is tested with the other published files."""

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from nntrain.config.data import Source
from nntrain.config.data_schema import Schema
from nntrain.data.dataset import load
from nntrain.data.sources import mnist
from nntrain.errors import DataError

NAME = "mnist.npz"


def small(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, np.ndarray]:
    """A file like Keras's with 40 and 10 random images, and its checksum in place of Keras's."""
    random = np.random.default_rng(0)
    arrays = {
        f"{letter}_{split}": random.integers(0, 256, (rows, 28, 28)).astype("uint8")
        if letter == "x"
        else np.arange(rows, dtype="uint8") % 10
        for split, rows in (("train", 40), ("test", 10))
        for letter in "xy"
    }
    np.savez(folder / NAME, **arrays)
    data = (folder / NAME).read_bytes()
    monkeypatch.setitem(mnist.FILES, NAME, (len(data), hashlib.sha256(data).hexdigest()))
    monkeypatch.setenv("NNTRAIN_DATA", str(folder))
    return arrays


def test_images_labels_and_splits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = small(tmp_path, monkeypatch)
    source = Source.parse({"mnist": {"validation": {"last": 10}}})
    data = load(source)
    assert data.schema == source.known_schema == Schema((28, 28, 1), tuple("0123456789"))
    assert data.validation is not None and data.test is not None
    assert (str(data.train.x.dtype), str(data.train.y.dtype)) == ("uint8", "int32")
    np.testing.assert_array_equal(data.train.x[..., 0], arrays["x_train"][:30])
    np.testing.assert_array_equal(data.validation.y, arrays["y_train"][30:])
    np.testing.assert_array_equal(data.test.x[..., 0], arrays["x_test"])


def test_a_file_that_is_not_that_of_keras_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(tmp_path, monkeypatch)
    monkeypatch.undo()
    monkeypatch.setenv("NNTRAIN_DATA", str(tmp_path))
    with pytest.raises(DataError, match="is broken: expected 11490434 bytes"):
        load(Source.parse("mnist"))


def test_the_file_of_keras() -> None:
    places = [os.environ.get("NNTRAIN_DATA", ""), str(Path.home() / ".keras" / "datasets")]
    if not any(place and (Path(place) / NAME).is_file() for place in places):
        pytest.skip(f"`{NAME}` of Keras is not here; set NNTRAIN_DATA to the folder that holds it")
    data = load(Source.parse("mnist"))
    assert data.validation is not None and data.test is not None
    assert [len(split) for split in (data.train, data.validation, data.test)] == [54000, 6000, 10000]
    assert data.test.y[:4].tolist() == [7, 2, 1, 0]
    pixels = np.concatenate([data.train.x, data.validation.x])
    assert pixels.mean() / 255 == pytest.approx(0.1307, abs=5e-5)  # the numbers that everybody normalizes with
    assert pixels.std() / 255 == pytest.approx(0.3081, abs=5e-5)
