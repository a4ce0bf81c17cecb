"""Which images a folder holds, and which files are left out of it."""

import os
from pathlib import Path

import pytest

from nntrain.data.image_files import ClassFolders, FoundImages


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def fill(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def below(folder: str) -> tuple[list[str], dict[str, int]]:
    found = FoundImages.below(Path(folder))
    return [str(path.relative_to(folder)) for path in found.images], dict(found.left_out)


def fault(folder: str) -> tuple[str, str] | None:
    return ClassFolders.inside(folder).above_the_classes()


def test_images_of_every_format_are_found_in_folders_below() -> None:
    fill("a/1.png", "a/0.TIF", "a/2.jfif", "a/b/c/3.tiff", "a/b.webp", "a/4.jpe")
    assert below("a") == (["0.TIF", "1.png", "2.jfif", "4.jpe", "b/c/3.tiff", "b.webp"], {})


def test_a_class_may_have_any_name() -> None:
    names = ["été", "a,b", 'say "hi"', "=1+1", "$x_1$", "[red]", "🐈", "007", "x\ty", "..."]
    fill(*(f"d/{name}/1.png" for name in names if not name.startswith(".")))
    assert list(ClassFolders.inside("d").classes) == sorted(names[:-1])
    os.makedirs(b"e/\xff1")  # noqa: PTH103
    assert list(ClassFolders.inside("e").classes) == ["\\xff1"]


def test_hidden_copies_are_left_out_and_counted() -> None:
    fill("a/1.png", "a/.ipynb_checkpoints/1-checkpoint.png", "a/.thumbs/x/2.png", "a/__MACOSX/._1.png", "a/.DS_Store")
    fill("a/@eaDir/1.png/SYNOPHOTO_THUMB_M.jpg", "a/.2.png")
    assert below("a") == (["1.png"], {"hidden": 5})


def test_files_that_are_no_images_are_counted_by_their_kind() -> None:
    fill("a/1.png", "a/2.HEIC", "a/3.heic", "a/4.txt", "a/README")
    Path("a/5.png").symlink_to("nothing")
    os.mkfifo("a/6.png")
    kinds = {"`.heic`": 2, "`.txt`": 1, "without a suffix": 1, "links to nothing": 1, "not regular files": 1}
    assert below("a") == (["1.png"], kinds)


def test_links_to_folders_are_followed_once() -> None:
    fill("store/1.png", "store/in/2.png", "a/0.png")
    Path("a/more").symlink_to("../store")
    Path("store/in/loop").symlink_to("../../store")
    Path("a/self").symlink_to(".")
    assert below("a") == (["0.png", "more/1.png", "more/in/2.png"], {"in a folder that is linked twice": 2})


def test_one_warning_counts_all_that_is_left_out() -> None:
    fill(
        "d/a/1.png", "d/b/1.png", "d/b/2.avif", "d/b/.x/3.png", "d/.cache/a/4.png", "d/5.png", "d/notes.txt", "d/.6.png"
    )
    assert list(ClassFolders.inside("d").warnings()) == [
        "5 files left out of `d`: 3 hidden, 1 `.avif`, 1 beside the folders of the classes; images have the suffixes "
        "`.bmp`, `.gif`, `.jfif`, `.jpe`, `.jpeg`, `.jpg`, `.png`, `.tif`, `.tiff`, `.webp`"
    ]
    fill("e/a/1.png", "e/b/1.png")
    assert list(ClassFolders.inside("e").warnings()) == []


@pytest.mark.parametrize(
    ("names", "splits", "help"),
    [
        (
            ["train", "val", "test"],
            "`test`, `train`, `val`",
            "{path: d/train, validation: {file: d/val}, test: {file: d/test}}",
        ),
        (
            ["Training", "Validation"],
            "`Training`, `Validation`",
            "{path: d/Training, validation: {file: d/Validation}}",
        ),
        (["test", "train"], "`test`, `train`", "{path: d/train, test: {file: d/test}}"),
        (["train", "unlabelled"], "`train`", "{path: d/train}"),
        (["train"], "`train`", "{path: d/train}"),
        (
            ["test_set", "training_set"],
            "`test_set`, `training_set`",
            "{path: d/training_set, test: {file: d/test_set}}",
        ),
        (["seg_train", "seg_test"], "`seg_test`, `seg_train`", "{path: d/seg_train, test: {file: d/seg_test}}"),
    ],
)
def test_splits_are_not_classes(names: list[str], splits: str, help: str) -> None:
    fill(*(f"d/{name}/{animal}/0.png" for name in names for animal in ("cat", "dog")))
    assert fault("d") == (f"{splits} in `d` are splits, not classes", f"write `image_folder: {help}`")


def test_a_class_may_be_called_like_a_split() -> None:
    fill("d/bus/0.png", "d/car/0.png", "d/train/0.png", "d/train/old/1.png")
    assert fault("d") is None


def test_folders_that_hold_the_same_folders_are_a_warning() -> None:
    fill(*(f"d/{camera}/{animal}/0.png" for camera in ("a", "b") for animal in ("cat", "dog")))
    assert list(ClassFolders.inside("d").warnings()) == [
        "each of `a`, `b` in `d` holds `cat`, `dog`: the classes are the outer folders"
    ]
    fill("e/a/x/0.png", "e/a/y/0.png", "e/b/x/0.png")
    assert list(ClassFolders.inside("e").warnings()) == []


def test_a_single_folder_around_the_classes_is_named() -> None:
    fill("d/images/cat/0.png", "d/images/dog/0.png")
    assert fault("d") == (
        "`d` holds only the folder `images`, which would be the only class",
        "write `path: d/images`, which holds `cat`, `dog`",
    )
    fill("e/cat/0.png", "e/cat/more/0.png")
    assert fault("e") is None
