from nntrain import canvas


def test_a_short_text_stays():
    assert canvas.short("abcdefghi", 9) == "abcdefghi"


def test_a_long_text_loses_its_middle():
    assert canvas.short("abcdefghijklmnop", 9) == "abcde…nop"


def test_lines_are_joined():
    assert canvas.short("a\n b\t c", 9) == "a b c"


def test_an_accuracy_has_its_counts() -> None:
    assert canvas.accuracy(1900, 2000) == "1,900 of 2,000 right, 95.00%"
    assert canvas.accuracy(0, 0) == "0 of 0 right, 0.00%"
