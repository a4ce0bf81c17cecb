"""Many images are decoded in their order, under a bar; all faults are reported at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nntrain.data import image_decoding
from nntrain.data.image_decoder import ImageFormat
from nntrain.data.image_decoding import Decoding
from nntrain.errors import DataError


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{index}.png" for index in range(20)]
    for index, path in enumerate(paths):
        Image.new("L", (3, 2), 100 + index).save(path)
    return paths


def test_images_are_in_the_order_of_the_files_and_the_bar_ends_at_1(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[object] = []

    @contextmanager
    def bar(words: str) -> Iterator[object]:
        shown.append(words)
        yield shown.append

    monkeypatch.setattr(image_decoding, "reading_bar", bar)
    monkeypatch.setattr(image_decoding, "_BATCH", 8)
    images, note = Decoding(ImageFormat((2, 3), False, "grayscale")).read(files)
    assert images.x[:, 0, 0, 0].tolist() == list(range(100, 120)) and note == ""
    assert shown == ["decoding 20 images", 0.4, 0.8, 1.0]


def test_all_faults_are_reported_at_once(files: list[Path]) -> None:
    for path in files[3:16]:
        path.write_text("x")
    with pytest.raises(DataError) as caught:
        Decoding(ImageFormat((2, 3), False, "rgb"), ("data", "path")).read(files)
    assert str(caught.value).count("is broken, or not an image") == 10 and "3 more such faults" in str(caught.value)
    images, _ = Decoding(ImageFormat((2, 3), False, "rgb"), skip=True).read(files)
    assert images.rows.tolist() == [0, 1, 2, 16, 17, 18, 19] and np.unique(images.x[-1]).tolist() == [119]
