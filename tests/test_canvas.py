import warnings

import pytest

from nntrain import canvas, fonts
from nntrain.plots import confusion_matrix


def test_a_short_text_stays():
    assert canvas.short("abcdefghi", 9) == "abcdefghi"


def test_a_long_text_loses_its_middle():
    assert canvas.short("abcdefghijklmnop", 9) == "abcde…nop"


def test_a_code_stays_whole(bundled_fonts: None) -> None:
    assert canvas.short("猫" * 20, 28) == "U+732B U+732B … U+732B"
    assert canvas.short("abcdefgh猫ijklmnopqrst", 16) == "abcdefgh…pqrst"


def test_wide_letters_are_wider() -> None:
    assert canvas.inches("жжжж", 9) > 1.4 * canvas.inches("aaaa", 9) > canvas.inches("iiii", 9) > 0
    assert canvas.inches("ab", 18) == pytest.approx(2 * canvas.inches("ab", 9))


def test_lines_are_joined():
    assert canvas.short("a\n b\t c", 9) == "a b c"


def test_an_accuracy_has_its_counts() -> None:
    assert canvas.accuracy(1900, 2000) == "1,900 of 2,000 right, 95.00%"
    assert canvas.accuracy(0, 0) == "0 of 0 right, 0.00%"


def test_a_name_in_arabic_turns_no_line_around() -> None:
    from nntrain.plots import confused_pairs

    assert canvas.short("مربع", 9) == canvas.drawable("مربع") == "\u200eمربع\u200e"
    assert canvas.short("קטגוריה ארוכה", 8) == "\u200eקטגור…כה\u200e"
    pairs = [("مربع", "b", 1, 2)], [("b", "مربع", 1, 2)]
    one, other = (confused_pairs.draw(confused_pairs.Options(each, 1, 2, "")) for each in pairs)
    assert one != other  # both would be `b → مربع`


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("plain [b] $x$", "plain [b] $x$"),
        ("größe ñ → 😀 Ω", "größe ñ → 😀 Ω"),
        ("猫", "U+732B"),
        ("黒猫 x", "U+9ED2 U+732B x"),
        ("a猫b", "a U+732B b"),
        ("🫠", "U+1FAE0"),
        ("\x07", "U+0007"),
        ("\ufe0f", "\ufe0f"),
    ],
)
def test_what_no_font_can_draw_is_its_code(text: str, drawn: str, bundled_fonts: None) -> None:
    assert canvas.drawable(text) == drawn


def test_a_character_of_another_font_is_drawn_in_it() -> None:
    assert fonts.font_of("a") == fonts.FONT
    other = fonts.font_of("\u2312")  # of one of the fonts that come with matplotlib
    assert other not in ("", fonts.FONT)
    figure = canvas.sheet(2, 1, "")
    text = figure.text(0.5, 0.5, canvas.short("arc \u2312", 20))
    canvas.png(figure)
    assert text.get_fontfamily() == [fonts.FONT, other]


def test_no_plot_draws_a_box_for_a_name() -> None:
    """matplotlib warns of every character that none of the fonts has, before it draws a box."""
    np = pytest.importorskip("numpy")
    names = ["黒猫", "🫠", "\u2312", "a\x07b", "\U00010ffff"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert confusion_matrix.draw(confusion_matrix.Options(np.eye(5, dtype=int), names, "黒猫 🫠"))
