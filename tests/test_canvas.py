from nntrain import canvas


def test_a_short_text_stays():
    assert canvas.short("abcdefghi", 9) == "abcdefghi"


def test_a_long_text_loses_its_middle():
    assert canvas.short("abcdefghijklmnop", 9) == "abcde…nop"


def test_lines_are_joined():
    assert canvas.short("a\n b\t c", 9) == "a b c"
