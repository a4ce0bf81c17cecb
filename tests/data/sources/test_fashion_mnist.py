"""Fashion MNIST: where its files are looked for, how they are checked, and what is in them."""

import hashlib
import http.server
import os
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from nntrain.config.data import Source
from nntrain.config.data_schema import Schema
from nntrain.data.dataset import load
from nntrain.data.sources.fashion_mnist import CLASSES, FILES
from nntrain.errors import DataError

NAMES = list(FILES)


@pytest.fixture
def real() -> Path:
    """The folder with the four files."""
    places = [Path(place) for place in [os.environ.get("NNTRAIN_DATA", "")] if place]
    places.append(Path(__file__).parents[4] / "shared" / "data")
    for folder in (below for place in places for below in (place / "fashion-mnist", place)):
        if all((folder / name).is_file() for name in NAMES):
            return folder
    pytest.skip("the files of Fashion MNIST are not here; set NNTRAIN_DATA to the folder that holds them")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, so that nothing is found in the caches of the machine."""
    for name in ("NNTRAIN_DATA", "XDG_CACHE_HOME", "KERAS_HOME", "NNTRAIN_FASHION_MNIST_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def address(real: Path) -> Iterator[str]:
    """A web server for the four files."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(real))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def link(real: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / name).symlink_to(real / name)


def test_the_images_and_their_labels(real: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNTRAIN_DATA", str(real))
    source = Source.parse("fashion_mnist")
    data = load(source)
    assert data.schema == source.known_schema == Schema((28, 28, 1), CLASSES)
    assert data.validation is not None and data.test is not None
    assert [split.x.shape for split in (data.train, data.validation, data.test)] == [
        (54000, 28, 28, 1),
        (6000, 28, 28, 1),
        (10000, 28, 28, 1),
    ]
    assert (str(data.train.x.dtype), str(data.train.y.dtype)) == ("uint8", "int32")
    assert np.bincount(data.train.y).tolist() == [5400] * 10
    assert np.bincount(data.test.y).tolist() == [1000] * 10
    assert [CLASSES[label] for label in data.test.y[:4]] == ["Ankle boot", "Pullover", "Trouser", "Trouser"]
    pixels = np.concatenate([data.train.x, data.validation.x])
    assert pixels.mean() / 255 == pytest.approx(0.2860, abs=5e-5)  # the metrics that everybody normalises with
    assert pixels.std() / 255 == pytest.approx(0.3530, abs=5e-5)
    assert data.warnings == ()


@pytest.mark.parametrize("place", ["own/fashion-mnist", ".cache/nntrain/fashion-mnist", "keras/datasets/fashion-mnist"])
def test_the_files_are_found(real: Path, home: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("NNTRAIN_DATA", str(home / "own"))
    monkeypatch.setenv("KERAS_HOME", str(home / "keras"))
    monkeypatch.setenv("NNTRAIN_FASHION_MNIST_URL", "nowhere")
    link(real, home / place)
    assert len(load(Source.parse({"fashion_mnist": {"validation": {"last": 1000}}})).train) == 59000


def test_the_files_are_downloaded_once(real: Path, home: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("NNTRAIN_FASHION_MNIST_URL", f"{address}/none {address}/")
    first = load(Source.parse("fashion_mnist"))
    folder = home / "cache" / "nntrain" / "fashion-mnist"
    assert sorted(file.name for file in folder.iterdir()) == sorted(NAMES)
    monkeypatch.setenv("NNTRAIN_FASHION_MNIST_URL", "nowhere")
    assert (load(Source.parse("fashion_mnist")).train.x == first.train.x).all()


def test_no_network(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNTRAIN_FASHION_MNIST_URL", "nowhere")
    with pytest.raises(DataError) as caught:
        load(Source.parse("fashion_mnist"))
    folder = home / ".cache" / "nntrain" / "fashion-mnist"
    assert str(caught.value) == (
        "error: `train-images-idx3-ubyte.gz` could not be downloaded\n"
        "       nowhere/train-images-idx3-ubyte.gz: unknown url type: 'nowhere/train-images-idx3-ubyte.gz'\n"
        f" help: put the file into `{folder}`, or set NNTRAIN_DATA to a folder that holds it"
    )


def test_a_broken_file_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNTRAIN_DATA", str(home))
    file = home / "train-images-idx3-ubyte.gz"
    file.write_bytes(b"broken")
    with pytest.raises(DataError) as caught:
        load(Source.parse("fashion_mnist"))
    assert str(caught.value) == (
        f"error: `{file}` is broken: expected 26421880 bytes with SHA-256 {FILES[file.name][1]}, "
        f"got 6 bytes with {hashlib.sha256(b'broken').hexdigest()}\n"
        " help: delete the file, and the next run downloads it again"
    )
