"""One image file as bytes, and what is lost on the way."""

import struct
import threading
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from nntrain.data.file_formats import HEAD_BYTES, LFS_POINTER
from nntrain.data.image_files import FORMATS
from nntrain.data.row_file import is_large
from nntrain.storage.regular_file import irregular_kind

CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # of a damaged file, which is refused or read
warnings.simplefilter("error", Image.DecompressionBombWarning)
MOST_PIXELS = 1 << 26  # 67 million; in memory 256 MiB with four channels, twice while they are converted
_MANY_PIXELS = 1 << 22  # an image of more is decoded while no other such image is
_ALONE = threading.Lock()
_WIDE = ("I", "F")  # whole numbers and floats of 32 bits
_BLACK = 15  # what 12 of 16 bits become at most
_BROKEN = (
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)


class ImageFault(Exception):
    """What is wrong with one image; is_bad: it is of no use, whatever the options are."""

    def __init__(self, message: str, help: str, is_bad: bool = True) -> None:
        super().__init__(message)
        self.help, self.is_bad = help, is_bad


class ImageFormat(NamedTuple):
    """What images become: height and width, whether those of another size are scaled to it, the colour mode."""

    size: tuple[int, int]
    scale: bool
    color_mode: str


class Decoded(NamedTuple):
    """pixels: uint8 (height, width, channels). lost: the keys of LOSSES that the image has."""

    pixels: np.ndarray
    lost: tuple[str, ...]


LOSSES = {
    "frames": "{} several frames, of which only the first is used",
    "alpha": "{} transparent pixels, but the colour mode drops the alpha channel; `color_mode: rgba` keeps it",
    "dark": "{} no value above 15 of 255",
    "black": "{} no value above 15 of 255; pixels of 16 bits are divided by 256, so scale them to 0 to 65535",
    "flat": "{} the same colour in every pixel",
}
"""What an image may lose, or have lost already, in words after the number of images."""


def size_of(file: Path) -> tuple[int, int]:
    """Return height and width of an image that is turned upright. Raises ImageFault."""
    try:
        with _opened(file) as image:
            width, height = image.size
            lies = image.getexif().get(0x0112, 1) > 4  # EXIF's orientations 5 to 8 are turned by a quarter
            return (width, height) if lies else (height, width)
    except _BROKEN:
        raise _broken(file) from None


def decode(file: Path, target: ImageFormat) -> Decoded:
    """Return the image, rotated as its EXIF data say and scaled to the target. Raises ImageFault."""
    try:
        with _opened(file) as opened:
            if opened.width * opened.height <= _MANY_PIXELS:
                return _decoded(opened, file, target)
            with _ALONE:
                return _decoded(opened, file, target)
    except _BROKEN:
        raise _broken(file) from None


def _opened(file: Path) -> Image.Image:
    """Return the image, whose header only is read. Raises ImageFault for one that is too large, or of 32 bits."""
    if kind := irregular_kind(file):
        raise ImageFault(f"`{file}` is {kind}", "give the path of a file")
    try:
        image = Image.open(file, formats=list(FORMATS))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(file) from None
    if (pixels := image.width * image.height) > MOST_PIXELS or is_large(8 * pixels):
        image.close()
        raise _too_large(file)
    if image.mode in _WIDE:
        image.close()
        raise ImageFault(f"`{file}` has pixels of 32 bits", "save it with 8 or 16 bits a channel")
    return image


def _decoded(opened: Image.Image, file: Path, target: ImageFormat) -> Decoded:
    height, width = target.size
    has_frames = opened.format != "MPO" and getattr(opened, "is_animated", False)  # MPO: a photo and its preview
    ImageOps.exif_transpose(opened, in_place=True)
    image = _of_bytes(opened)
    has_alpha = target.color_mode != "rgba" and image.has_transparency_data and _alpha(image) < 255
    image = image.convert(_MODES[target.color_mode])
    if image.size != (width, height):
        if not target.scale:
            message = f"`{file}` has {image.height} x {image.width} pixels, the first image has {height} x {width}"
            raise ImageFault(message, f"write `image_size: [{height}, {width}]`, to which all are scaled", is_bad=False)
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    pixels = np.asarray(image, np.uint8).reshape(height, width, -1)
    dark = "black" if opened.mode.startswith("I;16") else "dark"
    found = {"frames": has_frames, "alpha": has_alpha, **_dark_or_flat(pixels, dark)}
    return Decoded(pixels, tuple(name for name, is_found in found.items() if is_found))


def _alpha(image: Image.Image) -> int:
    """Return the lowest alpha of any pixel."""
    return int(np.asarray(image.convert("RGBA").getchannel("A")).min())


def _dark_or_flat(pixels: np.ndarray, dark: str) -> dict[str, bool]:
    is_black = bool(pixels.max() <= _BLACK)
    return {dark: is_black, "flat": not is_black and bool((pixels == pixels[0, 0]).all())}


def _of_bytes(image: Image.Image) -> Image.Image:
    """Return the image with one byte for each channel; Pillow would clip values above 255."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return image.convert("RGBA") if image.mode == "P" and "transparency" in image.info else image


def _too_large(file: Path) -> ImageFault:
    help = f"scale it down, or cut it into pieces of at most {MOST_PIXELS // 10**6} million pixels"
    return ImageFault(f"`{file}` has too many pixels to be decoded", help)


def _broken(file: Path) -> ImageFault:
    try:
        with file.open("rb") as opened:
            is_pointer = opened.read(HEAD_BYTES).startswith(LFS_POINTER)
    except OSError as error:
        return ImageFault(f"`{file}` cannot be read: {error.strerror}", "check its permissions")
    if is_pointer:
        return ImageFault(f"`{file}` is a pointer of Git LFS, without the image", "run `git lfs pull`")
    return ImageFault(f"`{file}` is broken, or not an image", "replace or remove it")
