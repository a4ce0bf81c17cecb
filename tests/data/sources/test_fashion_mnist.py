"""Fashion MNIST: what is in its files. How they are found and checked is tested with the other published files."""

import os
from pathlib import Path

import numpy as np
import pytest

from nntrain.config.data import Source
from nntrain.config.data_schema import Schema
from nntrain.data.dataset import load
from nntrain.data.sources.fashion_mnist import CLASSES, FILES

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


def test_the_images_and_their_labels(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    counts = sum(np.bincount(split.x.ravel(), minlength=256) for split in (data.train, data.validation))
    share, values = counts / counts.sum(), np.arange(256) / 255
    mean = float(share @ values)
    assert mean == pytest.approx(0.2860, abs=5e-5)  # the metrics that everybody normalises with
    assert float(share @ (values - mean) ** 2) ** 0.5 == pytest.approx(0.3530, abs=5e-5)
    assert data.warnings == ()


def test_the_files_are_found_where_keras_keeps_them(
    real: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NNTRAIN_DATA", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / ".keras" / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / name).symlink_to(real / name)
    assert len(load(Source.parse({"fashion_mnist": {"validation": {"last": 1000}}})).train) == 59000
