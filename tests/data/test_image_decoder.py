"""One image as bytes: which formats and sizes are decoded, and what is lost on the way."""

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nntrain.data import image_decoder
from nntrain.data.image_decoder import ImageFault, ImageFormat, decode, size_of

RGB = ImageFormat((6, 8), False, "rgb")


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def saved(pixels: np.ndarray, name: str = "a.png", **options: object) -> Path:
    Image.fromarray(pixels).save(name, **options)  # type: ignore[arg-type]
    return Path(name)


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(30, 256, shape).astype(np.uint8)


def message(file: str | Path, target: ImageFormat = RGB) -> str:
    with pytest.raises(ImageFault) as raised:
        decode(Path(file), target)
    return str(raised.value)


def png(height: int, width: int) -> bytes:
    """A PNG file whose header promises that size, and whose pixels are missing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("suffix", ["bmp", "gif", "png", "tif"])
def test_formats_without_loss_keep_every_pixel(suffix: str) -> None:
    pixels = noise(6, 8, 3) // 64 * 64
    decoded = decode(saved(pixels, f"a.{suffix}"), RGB)
    assert (decoded.pixels == pixels).all() and decoded.lost == ()


@pytest.mark.parametrize("kind", ["EPS", "PDF", "PPM", "TGA", "ICNS", "PCX"])
def test_no_other_format_is_decoded_whatever_its_name(kind: str) -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 6), (0, 0, 250)).save(file, kind)
    Path("a.png").write_bytes(file.getvalue())
    assert message("a.png") == "`a.png` is broken, or not an image"


@pytest.mark.parametrize(("height", "width"), [(9000, 8000), (10000, 10000), (30000, 30000), (2, 2**31 - 1)])
def test_an_image_that_is_too_large_is_refused_before_it_is_decoded(height: int, width: int) -> None:
    Path("a.png").write_bytes(png(height, width))
    assert message("a.png") == "`a.png` has too many pixels to be decoded"
    with pytest.raises(ImageFault, match="too many pixels"):
        size_of(Path("a.png"))


def test_an_image_larger_than_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    file = saved(noise(6, 8, 3))
    monkeypatch.setattr(image_decoder, "is_large", lambda nbytes: nbytes >= 8 * 48)
    assert message(file) == "`a.png` has too many pixels to be decoded"


def test_large_images_are_decoded_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = noise(6, 8, 3)
    monkeypatch.setattr(image_decoder, "_MANY_PIXELS", 47)
    assert (decode(saved(pixels), RGB).pixels == pixels).all()
    assert not image_decoder._ALONE.locked()


def test_a_file_of_another_kind_is_named() -> None:
    Path("a.png").write_text("version https://git-lfs.github.com/spec/v1\n")
    assert message("a.png") == "`a.png` is a pointer of Git LFS, without the image"
    assert message("none.png") == "`none.png` cannot be read: No such file or directory"


def test_a_pipe_or_a_folder_is_refused_before_it_is_read() -> None:
    os.mkfifo("a.png")
    Path("b.png").mkdir()
    assert message("a.png") == "`a.png` is a named pipe"
    assert message("b.png") == "`b.png` is a folder"
    assert message("/dev/zero") == "`/dev/zero` is a device"


def test_the_size_is_that_of_the_upright_image() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert size_of(saved(noise(6, 8, 3), "a.jpg")) == (6, 8)
    assert size_of(saved(noise(6, 8, 3), "a.jpg", exif=exif)) == (8, 6)
    assert decode(Path("a.jpg"), ImageFormat((8, 6), False, "rgb")).pixels.shape == (8, 6, 3)


def test_a_shape_in_the_alpha_channel_is_lost_without_it() -> None:
    pixels = np.zeros((6, 8, 4), np.uint8)
    pixels[2:4, 3:5, 3] = 255
    file = saved(pixels)
    assert decode(file, RGB).lost == ("alpha", "dark")
    assert decode(file, ImageFormat((6, 8), False, "grayscale")).lost == ("alpha", "dark")
    assert decode(file, ImageFormat((6, 8), False, "rgba")).lost == ()
    opaque = noise(6, 8, 4)
    opaque[..., 3] = 255
    assert decode(saved(opaque), RGB).lost == ()


def test_a_palette_or_a_colour_that_is_transparent_is_lost_too() -> None:
    image = Image.new("P", (8, 6), 7)
    image.putpalette([value for grey in range(256) for value in (grey, 255 - grey, grey)])
    image.putpixel((0, 0), 200)
    image.save("a.png", transparency=bytes(range(256)))
    assert decode(Path("a.png"), RGB).lost == ("alpha",)
    Image.fromarray(noise(6, 8, 3)).save("b.png", transparency=tuple(map(int, noise(6, 8, 3)[0, 0])))
    assert decode(Path("b.png"), RGB).lost == ("alpha",)


@pytest.mark.parametrize(("highest", "lost"), [(200, ("black",)), (4095, ("black",)), (65535, ())])
def test_small_values_of_16_bits_become_black(highest: int, lost: tuple[str, ...]) -> None:
    pixels = np.linspace(0, highest, 48).astype(np.uint16).reshape(6, 8)
    for name in ("a.png", "a.tiff"):
        assert decode(saved(pixels, name), RGB).lost == lost


def test_one_colour_everywhere_and_further_frames_are_found() -> None:
    assert decode(saved(np.full((6, 8, 3), 90, np.uint8)), RGB).lost == ("flat",)
    pixels = noise(6, 8, 3)
    frames = [Image.fromarray(255 - pixels)]
    for name in ("a.gif", "a.tiff", "a.webp", "a.png"):
        assert decode(saved(pixels, name, save_all=True, append_images=frames), RGB).lost == ("frames",)


def test_what_pillow_says_about_a_damaged_file_is_not_printed() -> None:
    data = bytearray(saved(noise(6, 8), "a.tif").read_bytes())
    data[8] ^= 0x40  # the number of tags
    Path("a.tif").write_bytes(data)
    code = "from pathlib import Path; from nntrain.data.image_decoder import size_of; print(size_of(Path('a.tif')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == ("(6, 8)\n", "")
