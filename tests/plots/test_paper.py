from nntrain.plots import _paper


def test_a_short_text_stays():
    assert _paper.short("abcdefghi", 9) == "abcdefghi"


def test_a_long_text_loses_its_middle():
    assert _paper.short("abcdefghijklmnop", 9) == "abcde…nop"


def test_lines_are_joined():
    assert _paper.short("a\n b\t c", 9) == "a b c"
