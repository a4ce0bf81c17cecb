from nntrain.config.plugin import PluginFile
from nntrain.plugins.place import Place, at, raised, words

FILE = PluginFile(
    "/nowhere/own.py", b"import keras\n\n@keras.saving.x\nclass Own:\n    def __init__(self, size): pass\n"
)


def test_a_place_is_the_name_of_a_class_or_of_an_argument_and_otherwise_the_file() -> None:
    spans = [Place(FILE, *names).error("x", "y").problems[0].span for names in (("Own",), ("Own", "size"), ("Other",))]
    assert [(span.line, span.column, span.width) for span in spans if span] == [(4, 7, 3), (5, 24, 4), (1, 1, 0)]


def test_a_line_is_marked_from_its_first_letter() -> None:
    span = at(FILE, 5)
    assert (span.column, span.width, span.source[span.column - 1 :][:3]) == (5, 30, "def")
    assert at(FILE, 99).source == ""


def test_the_words_of_an_error_are_on_one_line() -> None:
    assert words(ValueError("a\n  b")) == "ValueError: a b" and words(KeyError()) == "KeyError"
    assert raised(ValueError("from elsewhere")) is None
