"""Images in a folder for each class, and what may be wrong with them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nntrain.config.data import Source
from nntrain.data import image_decoding
from nntrain.data.dataset import load
from nntrain.data.row_file import RowFile
from nntrain.errors import DataError

COLOURS = {"blue": (0, 0, 250), "green": (0, 250, 0), "red": (250, 0, 0)}


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def fill(folder: str = "data", count: int = 6, size: tuple[int, int] = (8, 6), kind: str = "png") -> None:
    """So many images for each class, each a little darker; size is width and height."""
    for name, colour in COLOURS.items():
        place = Path(folder, name)
        place.mkdir(parents=True, exist_ok=True)
        for index in range(count):
            Image.new("RGB", size, tuple(max(0, c - index) for c in colour)).save(place / f"{index}.{kind}")


def source(**options: Any) -> Source:
    return Source.parse({"image_folder": {"path": "data", "validation": "none", "test": "none", **options}})


def text_of(**options: Any) -> str:
    with pytest.raises(DataError) as caught:
        load(source(**options))
    return str(caught.value).replace(f"{Path.cwd()}/", "")


def warnings_of(**options: Any) -> list[str]:
    return [warning.message.replace(f"{Path.cwd()}/", "") for warning in load(source(**options)).warnings]


@pytest.mark.parametrize("kind", ["png", "bmp", "gif", "webp", "JPG", "jpeg"])
def test_pixels_and_classes_come_from_folders(kind: str) -> None:
    fill(kind=kind)
    Path("data", "notes.txt").write_text("x")
    Path("data", "red", ".hidden.png").write_text("x")
    data = load(source())
    assert data.schema.classes == ("blue", "green", "red")
    assert (data.train.x.shape, data.train.x.dtype) == ((18, 6, 8, 3), np.uint8)
    means = np.stack([data.train.x[data.train.y == index].mean((0, 1, 2)) for index in range(3)])
    assert np.abs(means - 247.5 * np.eye(3)[[2, 1, 0]]).max() < 6  # lossy formats come close


def test_images_are_scaled_to_a_size_and_to_a_mode() -> None:
    fill()
    Image.new("L", (40, 30), 77).save("data/red/other.png")
    grey = load(source(image_size=[5, 4], color_mode="grayscale")).train
    assert grey.x.shape == (19, 5, 4, 1) and 77 in grey.x[grey.y == 2][:, 0, 0, 0]
    rgba = load(source(image_size=7, color_mode="rgba")).train
    assert rgba.x.shape == (19, 7, 7, 4) and (rgba.x[..., 3] == 255).all()


def test_an_image_is_turned_upright() -> None:
    fill()
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    lying = Image.new("RGB", (6, 8), (250, 0, 0))
    lying.save("data/red/lying.jpg", exif=exif)
    assert load(source()).train.x.shape == (19, 6, 8, 3)


def test_splits_may_come_from_other_folders() -> None:
    fill()
    fill("more", count=2)
    data = load(source(validation={"file": "more"}, test={"file": "more"}))
    assert data.validation is not None and data.test is not None
    assert (len(data.train), len(data.validation), len(data.test)) == (18, 6, 6)
    Path("more", "yellow").mkdir()
    Image.new("RGB", (8, 6)).save("more/yellow/1.png")
    assert "the classes of `more` are `blue`, `green`, `red`, `yellow`, the training has" in text_of(
        test={"file": "more"}
    )


def test_too_many_images_for_the_memory_stay_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    there = load(source())
    monkeypatch.setattr(image_decoding, "is_large", lambda _: True)
    monkeypatch.setattr(image_decoding, "_BATCH", 4)
    disk = load(source())
    assert isinstance(disk.train.x, RowFile) and isinstance(there.train.x, np.ndarray)
    assert (disk.train.x[:] == there.train.x).all() and (disk.train.y == there.train.y).all()


def test_images_of_another_size_are_faults() -> None:
    fill()
    fill(count=1, size=(9, 9))
    assert text_of().startswith(
        "error: `data/blue/1.png` has 6 x 8 pixels, the first image has 9 x 9\n"
        "  --> data.image_folder.path\n"
        " help: write `image_size: [9, 9]`, to which all are scaled\n"
    )
    assert text_of().count("pixels, the first image has 9 x 9") == 10 and "5 more such faults" in text_of()


def test_a_file_that_is_not_an_image_is_named() -> None:
    fill()
    Path("data/green/3.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    Path("data/red/9.png").write_text("")
    whole = Path("data/red/2.png").read_bytes()
    Path("data/red/2.png").write_bytes(whole[: len(whole) // 2])
    for name in ("green/3", "red/9", "red/2"):
        assert f"error: `data/{name}.png` is broken, or not an image" in text_of()
    Path("data/blue/0.png").write_text("")
    assert "`data/blue/0.png` is broken, or not an image" in text_of()


def test_bad_images_may_be_left_out() -> None:
    fill()
    Path("data/blue/0.png").write_text("not an image")
    Path("data/red/2.png").write_bytes(Path("data/red/3.png").read_bytes()[:40])
    assert "help: replace or remove it; `on_bad: skip` leaves broken images out" in text_of()
    data = load(source(on_bad="skip"))
    assert data.train.x.shape == (16, 6, 8, 3) and np.bincount(data.train.y).tolist() == [5, 6, 5]
    assert data.warnings[0].message.replace(f"{Path.cwd()}/", "") == (
        "2 of 18 images are broken or cannot be read, and are left out; the first is `data/blue/0.png`"
    )
    for file in Path("data/red").iterdir():
        file.write_text("not an image")
    assert "error: class `red` has no rows" in text_of(on_bad="skip")
    fill()
    fill(count=1, size=(9, 9))
    assert "pixels, the first image has 9 x 9" in text_of(on_bad="skip"), "a size is no fault of the image"


def test_all_images_may_be_bad() -> None:
    for name in ("a", "b"):
        Path("data", name).mkdir(parents=True)
        Path("data", name, "0.png").write_text("text")
    assert text_of(on_bad="skip") == (
        "error: `data/b/0.png` is broken, or not an image\n  --> data.image_folder.path\n help: replace or remove it"
    )


def test_the_images_of_a_table_are_in_the_order_of_its_rows() -> None:
    fill(count=2)
    Path("labels.csv").write_text("filename,class\nred/1.png,warm\nblue/0.png,cold\ngreen/0,cold\n")
    data = load(source(labels="labels.csv"))
    assert data.schema.classes == ("cold", "warm")
    assert data.train.y.tolist() == [1, 0, 0] and data.train.x[:, 0, 0].tolist() == [
        [249, 0, 0],
        [0, 0, 250],
        [0, 250, 0],
    ]
    Path("more.csv").write_text("class;filename\nwarm;red/0.png\n")
    test = load(source(labels="labels.csv", test={"file": "more.csv"})).test
    assert test is not None and test.y.tolist() == [1]


def test_pixels_of_16_bits_are_scaled_and_those_of_32_refused() -> None:
    fill()
    Image.fromarray(np.full((6, 8), 0x8123, np.uint16)).save("data/red/deep.png")
    for mode in ("grayscale", "rgb"):
        red = load(source(color_mode=mode)).train
        assert (red.x[red.y == 2][-1] == 0x81).all()
    Image.fromarray(np.full((6, 8), 0.5, np.float32)).save("deeper.tiff")
    Path("deeper.tiff").rename("data/red/deeper.png")
    assert "error: `data/red/deeper.png` has pixels of 32 bits" in text_of()


def test_a_palette_may_be_transparent() -> None:
    fill(count=2)
    image = Image.new("P", (8, 6), 7)
    image.putpalette([value for grey in range(256) for value in (grey, grey, grey)])
    image.save("data/red/palette.png", transparency=bytes(range(256)))
    red = load(source()).train
    assert (red.x[red.y == 2][-1] == 7).all()


def test_folders_that_hold_no_classes_are_faults() -> None:
    Path("data").mkdir()
    assert "`data` holds no folders, which would be the classes" in text_of()
    assert "error: there is no folder `none`\n  --> data.image_folder.path" in text_of(path="none")
    Path("file").write_text("x")
    assert "error: `file` is a file\n" in text_of(path="file")
    fill()
    Path("data", "empty").mkdir()
    assert "there are no images in `empty` of `data`" in text_of()


def test_a_table_of_labels_is_offered_where_there_are_no_classes() -> None:
    fill("data/images")
    table = Path("data/train.csv")
    table.touch()
    assert "write `path: data/images`" in text_of(), "folders of classes come first"
    offer = "; or write `labels: data/train.csv`, if that names the images and their classes"
    for name in COLOURS:
        Path("data/images", name).rename(f"data/images/{name}-")
    for file in Path("data/images").rglob("*.png"):
        file.rename(Path("data/images", f"{file.parent.name}{file.name}"))
    for name in COLOURS:
        Path(f"data/images/{name}-").rmdir()
    assert "error: there is only one class, `images`" in text_of() and offer not in text_of()
    image = next(Path("data/images").iterdir()).name
    table.write_text(f"image,colour\nimages/{image},red\n")
    assert offer in text_of()
    table.write_text(f"image,colour\n{image},red\n")
    inner = text_of(path="data/images")
    assert "error: `data/images` holds no folders" in inner and offer in inner


def test_folders_of_splits_are_not_classes() -> None:
    for name in ("train", "val", "test"):
        fill(f"data/{name}", count=1)
    assert text_of() == (
        "error: `test`, `train`, `val` in `data` are splits, not classes\n  --> data.image_folder.path\n"
        " help: write `image_folder: {path: data/train, validation: {file: data/val}, test: {file: data/test}}`"
    )


def test_what_is_left_out_and_what_is_lost_are_warnings() -> None:
    fill(count=2)
    fill("more", count=2)
    Image.new("RGBA", (8, 6), (9, 9, 9, 0)).save("data/red/clear.png")
    Path("data/red/photo.heic").touch()
    Path("more/blue/.ipynb_checkpoints").mkdir()
    Path("more/blue/.ipynb_checkpoints/0.png").touch()
    assert [warning.partition(";")[0] for warning in warnings_of(validation={"file": "more"})] == [
        "1 file left out of `data`: 1 `.heic`",
        "1 of 7 images has transparent pixels, but the colour mode drops the alpha channel",
        "1 of 7 images has no value above 15 of 255",
        "6 of 7 images have the same colour in every pixel",
        "1 file left out of `more`: 1 hidden",
        "6 of 6 images have the same colour in every pixel",
        "6 of 6 rows of the validation split are equal to rows of the training split",
    ]


def test_a_split_may_lack_a_class_but_have_none_of_its_own() -> None:
    fill(count=2)
    fill("more", count=1)
    Path("more/red/0.png").unlink()
    Path("more/red").rmdir()
    validation = load(source(validation={"file": "more"})).validation
    assert validation is not None and validation.y.tolist() == [0, 1]


def test_a_size_that_no_image_may_have_is_an_error() -> None:
    fill()
    assert text_of(image_size=20000) == (
        "error: `image_size` of 20000 x 20000 is more than 67,108,864 pixels\n  --> data.image_folder.image_size\n"
        " help: write a smaller size, such as `224`"
    )


def test_large_images_are_decoded_in_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    expected = load(source()).train.x
    monkeypatch.setattr(image_decoding, "_BATCH_BYTES", 300)
    assert (load(source()).train.x[:] == expected[:]).all()
