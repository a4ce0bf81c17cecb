import pytest

from nntrain.report.markup import Html, element, escaped, table, terms


@pytest.mark.parametrize(
    ("value", "html"),
    [
        ('<b> & "it\'s"', "&lt;b&gt; &amp; &quot;it&#x27;s&quot;"),
        (Html("<b>"), "<b>"),
        (0.12345, "0.1235"),
        ("a\nb\x00", "a\\nb\\x00"),
        ("x" * 400, "x" * 200 + " … " + "x" * 100),
    ],
)
def test_text_is_escaped_and_html_is_not(value: object, html: str) -> None:
    assert escaped(value) == html


def test_attributes_are_escaped_too() -> None:
    assert element("p", "", aria_label='a" onclick="b', class_="c") == (
        '<p aria-label="a&quot; onclick=&quot;b" class="c"></p>'
    )


def test_a_table_has_heads_for_rows_and_columns() -> None:
    found = table("scores", ["split", "loss"], [["train", 0.5]])
    assert '<th scope="col">loss</th>' in found
    assert '<th scope="row">train</th><td class="number">0.5000</td>' in found


def test_tables_with_one_caption_are_no_landmarks_of_one_name() -> None:
    assert 'role="group" aria-label="scores"' in table("scores", ["split"], [["train"]])


def test_terms_without_a_value_are_left_out() -> None:
    assert terms([("a", ""), ("b", None), ("c", 0)]) == "<dl><dt>c</dt><dd>0</dd></dl>"
