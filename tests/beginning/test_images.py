from pathlib import Path

import pytest
from PIL import Image

from nntrain.beginning.images import Labels, look
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


@pytest.mark.parametrize("mode", ["I", "F"])
def test_pixels_of_32_bits_are_refused_as_by_fit(mode: str, tmp_path: Path) -> None:
    fill(tmp_path, (8, 8))
    Image.new(mode, (8, 8), 300).save(tmp_path / "dogs" / "wide.tiff")
    with pytest.raises(DataError, match=r"wide\.tiff` has pixels of 32 bits") as caught:
        look(tmp_path, "photos")
    assert caught.value.problems[0].help == "save it with 8 or 16 bits a channel"


def test_a_folder_without_classes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no folders"):
        look(tmp_path, "photos")


def test_a_table_may_name_the_images_and_their_classes(tmp_path: Path) -> None:
    for place in range(4):
        Image.new("RGB", (12, 10), (place * 20, 0, 0)).save(tmp_path / f"{place}.png")
    rows = "".join(f"{place}.png,{'cat' if place % 2 else 'dog'},{place}\n" for place in range(4))
    (tmp_path / "labels.csv").write_text("file,animal,age\n" + rows)
    facts = look(tmp_path, "photos", Labels(str(tmp_path / "labels.csv"), "labels.csv", "animal"))
    assert facts.classes == ("cat", "dog")
    assert list(facts.data["image_folder"].items())[:4] == [
        ("path", "photos"), ("labels", "labels.csv"), ("y_col", "animal"), ("image_size", [10, 12])
    ]  # fmt: skip
    with pytest.raises(DataError) as caught:
        look(tmp_path, "photos", Labels(str(tmp_path / "labels.csv"), "labels.csv"))
    assert caught.value.problems[0].help == "name the column with `--target`, such as `--target animal`"
    with pytest.raises(DataError) as caught:
        look(tmp_path, "photos")
    assert "or write `--labels " in caught.value.problems[0].help


def test_images_of_one_class_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    Image.new("L", (4, 4)).save(tmp_path / "cats/0.png")
    with pytest.raises(DataError, match="there is only one class, `cats`, so there is nothing to learn"):
        look(tmp_path, "photos")
