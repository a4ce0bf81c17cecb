"""Which font has a character, for what plots write: matplotlib's own, or one of the system."""

import contextlib
import logging
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

FONT = "DejaVu Sans"  # comes with matplotlib
_NO_TEXT = ("Last Resort", "STIXNonUnicode", "STIXSize", "cm")  # fonts without letters, or with letters at other codes
_UNLIKE = re.compile("bold|black|heavy|light|thin|italic|oblique|mono|serif", re.IGNORECASE)  # unlike DejaVu Sans


@cache
def font_of(char: str) -> str:
    """Return the name of a font that has the character: matplotlib's own, or else one of the system; else nothing."""
    from matplotlib.font_manager import fontManager

    if _writes(FONT, char):
        return FONT
    known = [font for font in fontManager.ttflist if font.style == "normal" and not font.name.startswith(_NO_TEXT)]
    alike = sorted(known, key=lambda font: bool(_UNLIKE.search(font.name)))
    fitting = (str(font.name) for font in alike if _has(str(font.fname), char) and _writes(str(font.name), char))
    return next(fitting, "") or _installed_since(char)


def _writes(name: str, char: str) -> bool:
    """Return whether the font has the character, also where it writes a title, in bold."""
    return all(_has(_file(name, weight), char) for weight in ("normal", "bold"))


def _file(name: str, weight: str = "normal") -> str:
    from matplotlib.font_manager import FontProperties, findfont

    with unwarned():
        return str(findfont(FontProperties(family=name, weight=weight)))


@contextlib.contextmanager
def unwarned() -> Iterator[None]:
    """Let matplotlib not warn in the block that a font has no bold; then it takes the one there is."""
    logger = logging.getLogger("matplotlib.font_manager")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


@cache
def advance(char: str) -> float:
    """Return the width of a letter, as a share of the size."""
    font = _font(_file(font_of(char) or FONT))
    if font is None:
        return 1.0
    font.set_size(100, 72)
    return float(font.load_char(ord(char)).linearHoriAdvance) / 65536 / 100


def _installed_since(char: str) -> str:
    """Return the name of a font that has the character and that matplotlib does not know yet; else nothing.

    matplotlib lists the fonts of the system when it is first used, and keeps the list for ever.
    """
    from matplotlib.font_manager import fontManager

    known = {font.fname for font in fontManager.ttflist}
    file = next((file for file in system_files() if file not in known and _has(file, char)), None)
    if file is None:
        return ""
    count = len(fontManager.ttflist)
    fontManager.addfont(file)  # one file may hold several fonts
    return min((str(font.name) for font in fontManager.ttflist[count:]), key=lambda name: bool(_UNLIKE.search(name)))


@cache
def system_files() -> tuple[str, ...]:
    """Return the font files of the system, first those that look most like matplotlib's own."""
    from matplotlib.font_manager import findSystemFonts

    return tuple(sorted(findSystemFonts(), key=lambda file: (bool(_UNLIKE.search(file)), file)))


def _has(file: str, char: str) -> bool:
    font = _font(file)
    return font is not None and font.get_char_index(ord(char)) > 0


@lru_cache(maxsize=32)  # each holds its file open
def _font(file: str) -> "FT2Font | None":
    from matplotlib.ft2font import FT2Font

    try:
        font = FT2Font(file)
    except (OSError, RuntimeError):  # a font of pictures, which cannot be drawn at every size
        return None
    return font if font.scalable else None
