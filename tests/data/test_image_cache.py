"""Decoded images of the last start: found by content, rebuilt where they are stale or damaged, limited in size."""

import os
import shutil
import stat
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nntrain.data import content_cache, image_cache, image_decoding
from nntrain.data.image_decoder import ImageFormat
from nntrain.data.image_decoding import Decoding
from nntrain.data.row_file import RowFile
from nntrain.errors import DataError

DECODING = Decoding(ImageFormat((6, 8), True, "rgb"))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every image is worth being kept, and was last changed some time ago."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(image_cache, "_LEAST_BYTES", 0)
    monkeypatch.setattr(content_cache, "_RECENT_NS", -(10**12))
    return tmp_path / "cache/nntrain/images"


def files(folder: str = "data", count: int = 5) -> list[Path]:
    Path(folder).mkdir(exist_ok=True)
    paths = [Path(folder, f"{index}.png").absolute() for index in range(count)]
    for index, path in enumerate(paths):
        pixels = np.random.default_rng(index).integers(30, 256, (6, 8, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(path)
    return paths


def read(paths: list[Path], decoding: Decoding = DECODING) -> tuple[np.ndarray, bool]:
    """The pixels, and whether they were decoded before."""
    images, note = decoding.read(paths)
    assert "next start" in note or "were decoded before" in note, note
    return images.x[:], "were decoded before" in note


def entries(cache: Path) -> list[Path]:
    return sorted(path for path in cache.iterdir() if path.name != "index")


def test_images_are_decoded_once(cache: Path) -> None:
    paths = files()
    first, again = read(paths), read(paths)
    assert (first[1], again[1]) == (False, True) and (first[0] == again[0]).all()
    assert sorted(file.name for file in entries(cache)[0].iterdir()) == ["about.json", "pixels"]
    assert DECODING.read(paths)[1] == f"5 images were decoded before, and are read from `{cache}`"


def test_what_is_asked_for_is_part_of_the_key(cache: Path) -> None:
    paths = files()
    read(paths)
    for target in (
        ImageFormat((6, 8), True, "grayscale"),
        ImageFormat((3, 4), True, "rgb"),
        ImageFormat((6, 8), False, "rgb"),
    ):
        assert read(paths, Decoding(target))[1] is False
    assert read(paths[::-1])[1] is False and read(paths[1:])[1] is False
    assert len(entries(cache)) == 6


def test_a_changed_image_is_noticed_and_a_copy_is_known() -> None:
    paths = files()
    before, _ = read(paths)
    shutil.copytree("data", "copy")
    assert read([Path("copy", path.name).absolute() for path in paths])[1], "found by content"
    old = paths[2].stat()
    shutil.copy(paths[3], paths[2])
    os.utime(paths[2], ns=(old.st_atime_ns, old.st_mtime_ns))
    after, known = read(paths)
    assert not known and (after[2] == after[3]).all() and (after[[0, 1, 3, 4]] == before[[0, 1, 3, 4]]).all()


def test_files_that_were_just_changed_are_hashed_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_cache, "_RECENT_NS", 10**12)
    paths = files()
    read(paths)
    assert list((cache / "index").iterdir()) == [] and read(paths)[1]


@pytest.mark.parametrize("damage", ["pixel", "short", "about", "no pixels", "rows", "type"])
def test_a_damaged_entry_is_rebuilt(cache: Path, damage: str) -> None:
    paths = files()
    expected, _ = read(paths)
    pixels, about = (entries(cache)[0] / name for name in ("pixels", "about.json"))
    content = pixels.read_bytes()
    if damage == "pixel":
        pixels.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    elif damage == "short":
        pixels.write_bytes(content[:-1])
    elif damage == "no pixels":
        pixels.unlink()
    else:
        about.write_text({"about": "{", "rows": '{"rows": [0, "x"]}', "type": "[]"}[damage])
    found, known = read(paths)
    assert not known and (found == expected).all() and read(paths)[1]


def test_what_images_lost_and_which_are_bad_is_kept_too() -> None:
    paths = files()
    Image.new("RGB", (8, 6), (90, 90, 90)).save(paths[1])
    paths[3].write_text("not an image")
    skip = Decoding(DECODING.target, skip=True)
    first, again = skip.read(paths)[0], skip.read(paths)[0]
    assert again.rows.tolist() == first.rows.tolist() == [0, 1, 2, 4] and (again.x[:] == first.x[:]).all()
    assert list(skip.warnings(paths, again)) == [
        f"1 of 5 images is broken or cannot be read, and is left out; the first is `{paths[3]}`",
        f"1 of 4 images has the same colour in every pixel; the first is `{paths[1]}`",
    ]
    with pytest.raises(DataError, match=r"3\.png` is broken"):
        DECODING.read(paths)


def test_the_least_recently_used_entries_go_first(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, c = (files(name, count) for name, count in (("a", 3), ("b", 4), ("c", 5)))
    monkeypatch.setenv("NNTRAIN_IMAGE_CACHE_GB", str((8 * 144 + 300) / 1e9))  # room for a and c
    read(a)
    read(b)
    for folder in entries(cache):
        os.utime(folder / "about.json", (1, 1))
    assert read(a)[1], "it was used again"
    (cache / "half").mkdir()
    read(c)
    assert len(entries(cache)) == len(list((cache / "index").iterdir())) == 2
    assert [read(each)[1] for each in (a, c, b)] == [True, True, False]


@pytest.mark.parametrize("limit", ["0", "1e-7", "much", "nan"])
def test_more_than_the_limit_is_not_kept(cache: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setenv("NNTRAIN_IMAGE_CACHE_GB", limit)
    images, note = DECODING.read(files())
    assert note == "" and len(images.x) == 5 and not cache.exists()


def test_a_cache_that_cannot_be_written_is_done_without(cache: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("a file in its place")
    images, note = DECODING.read(files())
    assert note == "" and len(images.x) == 5


def test_a_full_disk_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    paths = files()
    Decoding(ImageFormat((3, 3), True, "rgb")).read(paths)
    monkeypatch.setattr(image_cache, "write_text", full)
    monkeypatch.setattr(content_cache, "_key", lambda *_: "k" * 64)
    images, note = DECODING.read(paths)
    assert note == "the decoded images are not kept for the next start: No space left on device" and len(images.x) == 5


def test_images_that_stay_on_the_disk_are_kept_there(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = files()
    expected = DECODING.read(paths)[0].x[:]
    shutil.rmtree(cache)
    for module in (image_cache, image_decoding):
        monkeypatch.setattr(module, "is_large", lambda _: True)
    for known in (False, True):
        images, note = DECODING.read(paths)
        assert isinstance(images.x, RowFile) and (images.x[:] == expected).all() and ("before" in note) is known
    assert sorted(file.name for file in entries(cache)[0].iterdir()) == ["about.json", "pixels"]
    shutil.rmtree(cache)
    assert (images.x[:] == expected).all(), "a process that reads them keeps them"


def test_few_images_are_not_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_cache, "_LEAST_BYTES", 50_001)
    assert DECODING.read(files())[1] == "" and not cache.exists()


def test_the_cache_is_the_users_own(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert DECODING.read(files())[1] == "" and stat.S_ISDIR(cache.stat().st_mode)
