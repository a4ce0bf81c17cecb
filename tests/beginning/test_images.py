from pathlib import Path

import pytest
from PIL import Image

from nntrain.beginning.images import look
from nntrain.errors import DataError


def fill(folder: Path, *sizes: tuple[int, int]) -> Path:
    for name in ("cats", "dogs"):
        (folder / name).mkdir()
        for place, size in enumerate(sizes):
            Image.new("RGB", size, (place * 20, 0, 0)).save(folder / name / f"{place}.png")
    return folder


def test_large_images_are_scaled_to_a_size_that_trains_in_minutes(tmp_path: Path) -> None:
    facts = look(fill(tmp_path, (960, 480), (960, 480), (20, 20)), "photos")
    assert facts.data["image_folder"]["image_size"] == [48, 96]
    assert facts.data["image_folder"]["path"] == "photos"
    assert (facts.classes, facts.rows) == (("cats", "dogs"), 3)


def test_a_broken_image_is_named(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "cats" / "a.png").write_text("text")
    Image.new("RGB", (8, 8)).save(tmp_path / "dogs" / "b.png")
    with pytest.raises(DataError, match=r"a\.png"):
        look(tmp_path, "photos")


def test_a_folder_without_classes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no folders"):
        look(tmp_path, "photos")
