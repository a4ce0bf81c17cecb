"""A character is drawn in a font that has it, also in one that matplotlib's own list lacks."""

from pathlib import Path

import pytest
from matplotlib.font_manager import fontManager

from nntrain import canvas, fonts

ARC = "\u2312"  # in fonts that come with matplotlib, but not in DejaVu Sans


def test_letters_are_in_the_font_of_matplotlib() -> None:
    assert {fonts.font_of(char) for char in "aÄжΩ"} == {fonts.FONT}


def test_a_character_that_no_font_has_is_in_none(bundled_fonts: None) -> None:
    assert fonts.font_of("猫") == ""


def test_a_font_that_was_installed_after_matplotlib_listed_them_is_found(
    bundled_fonts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [font.fname for font in fontManager.ttflist if fonts._has(font.fname, ARC)]
    others = [font for font in fontManager.ttflist if font.fname not in files]
    monkeypatch.setattr(fontManager, "ttflist", others)
    assert files and fonts.font_of(ARC) == ""
    fonts.font_of.cache_clear()
    monkeypatch.setattr(fonts, "system_files", lambda: tuple(files))
    name = fonts.font_of(ARC)
    assert [font.fname for font in fontManager.ttflist if font.name == name] == files[:1]


def test_plain_fonts_of_the_system_come_first() -> None:
    files = fonts.system_files()
    plain = [not fonts._UNLIKE.search(file) for file in files]
    assert plain == sorted(plain, reverse=True) and all(Path(file).is_file() for file in files)


def test_few_files_are_held_open() -> None:
    held = Path("/proc/self/fd")
    if not held.is_dir():
        pytest.skip("the system does not list the open files")
    fonts.font_of.cache_clear()
    fonts._font.cache_clear()
    before = len(list(held.iterdir()))  # matplotlib holds some itself
    assert fonts.font_of("\uffff") == ""  # looked for in every font
    assert len(list(held.iterdir())) - before <= 32


def test_a_font_without_a_bold_is_no_warning(
    bundled_fonts: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    thin = [font for font in fontManager.ttflist if not (font.name == "DejaVu Sans Mono" and font.weight != 400)]
    monkeypatch.setattr(fontManager, "ttflist", thin)
    fontManager._findfont_cached.cache_clear()
    fonts.font_of.cache_clear()
    assert fonts.font_of(ARC) == "DejaVu Sans Mono"
    figure = canvas.sheet(2, 1, f"a bold {ARC}")
    canvas.png(figure)
    assert [record.message for record in caplog.records] == []
    fontManager._findfont_cached.cache_clear()
    fonts.font_of.cache_clear()
