"""Which font has a character, for what plots write: matplotlib's own, or one of the system."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

FONT = "DejaVu Sans"  # comes with matplotlib
_NO_TEXT = ("Last Resort", "STIXNonUnicode", "STIXSize", "cm")  # fonts without letters, or with letters at other codes
_UNLIKE = re.compile("bold|black|heavy|light|thin|italic|oblique|mono|serif", re.IGNORECASE)  # unlike DejaVu Sans


@cache
def font_of(char: str) -> str:
    """Return the name of a font that has the character: matplotlib's own, or else one of the system; else nothing."""
    from matplotlib.font_manager import FontProperties, findfont, fontManager

    own = (findfont(FontProperties(family=FONT, weight=weight)) for weight in ("normal", "bold"))
    if all(_has(file, char) for file in own):
        return FONT
    known = [font for font in fontManager.ttflist if font.style == "normal" and not font.name.startswith(_NO_TEXT)]
    alike = sorted(known, key=lambda font: bool(_UNLIKE.search(font.name)))
    return next((str(font.name) for font in alike if _has(str(font.fname), char)), "") or _installed_since(char)


@cache
def advance(char: str) -> float:
    """Return the width of a letter, as a share of the size."""
    from matplotlib.font_manager import FontProperties, findfont

    font = _font(findfont(FontProperties(family=font_of(char) or FONT)))
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
    fontManager.addfont(file)
    return str(fontManager.ttflist[-1].name)


@cache
def system_files() -> tuple[str, ...]:
    """Return the font files of the system, first those that look most like matplotlib's own."""
    from matplotlib.font_manager import findSystemFonts

    return tuple(sorted(findSystemFonts(), key=lambda file: (bool(_UNLIKE.search(file)), file)))


def _has(file: str, char: str) -> bool:
    font = _font(file)
    return font is not None and font.get_char_index(ord(char)) > 0


@cache
def _font(file: str) -> "FT2Font | None":
    from matplotlib.ft2font import FT2Font

    try:
        font = FT2Font(file)
    except (OSError, RuntimeError):  # a font of pictures, which cannot be drawn at every size
        return None
    return font if font.scalable else None
