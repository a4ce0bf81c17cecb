"""Numbers as people write them."""

import pytest

from nntrain.data.written_numbers import Style, comma_style, find_styles


def styles(texts: list[str], decimal: str = ".") -> list[str]:
    return [style.example for style in find_styles(texts, [1] * len(texts), decimal)]


@pytest.mark.parametrize(
    ("texts", "decimal", "example", "first"),
    [
        (["$1,234.50", "$5", "-$3.1"], ".", "$1,234.5", 1234.5),
        (["$1,234", "$2,000"], ".", "$1,234.5", 1234),
        (["-$1.5", "$2"], ".", "$1234.5", -1.5),
        (["EUR 5", "EUR 1,000.5"], ".", "EUR1,234.5", 5),
        (["1.234,56 €", "3,1 €"], ",", "1.234,5€", 1234.56),
        (["1.234", "3.456"], ",", "1.234,5", 1234),
        (["1.234,56", "3,1"], ".", "1.234,5", 1234.56),
        (["1,234", "5,678,901"], ".", "1,234.5", 1234),
        (["1,234", "950"], ".", "1,234.5", 1234),
        (["76.4%", "3 %"], ".", "1234.5%", 76.4),
        (["1\u202f234,5", "2"], ",", "1 234,5", 1234.5),
        (["1\u2019234.5", "7"], ".", "1'234.5", 1234.5),
        (["\u22125 °C", "12.5 °C"], ".", "1234.5°C", -5),
        ([f"{number} km" for number in range(20)], ".", "1234.5 km", 0),
        (["$5", "n/a", "$6"], ".", "$1234.5", 5),
    ],
)
def test_a_column_shows_how_it_writes_numbers(texts: list[str], decimal: str, example: str, first: float) -> None:
    [style] = find_styles(texts, [1] * len(texts), decimal)
    assert (style.example, style.number(texts[0])) == (example, first)
    assert Style.of(example) == style and style.number(style.written(-1234.25)) == -1234.25


@pytest.mark.parametrize(
    "texts",
    [
        ["1", "2.5", "?"],  # plain numbers
        ["007", "008"],
        ["2wd", "4wd"],
        ["A5", "B6"],
        ["V6", "V8"],
        ["3+", "4+"],
        ["1-2", "3-4"],
        ["12:30", "13:45"],
        ["1.2.3", "1.2.4"],
        ["10.0.0.1", "10.0.0.2"],
        ["$5", "€6"],  # a mixture is no column of numbers
        ["5 ft", "6 m"] * 9,
        ["1st", "2nd"],
        ["5²", "6²"],
        ["12,5", "3,4"],  # a decimal comma, or a list
        ["123 Main St"],
    ],
)
def test_other_texts_are_no_numbers(texts: list[str]) -> None:
    assert styles(texts) == []


def test_a_comma_before_three_digits_in_every_cell_may_be_meant_in_two_ways() -> None:
    found = find_styles(["1,234", "5,678"], [1, 1], ".")
    assert [style.example for style in found] == ["1,234.5", "1234,5"]
    assert [style.number("1,234") for style in found] == [1234, 1.234]


def test_a_cell_of_another_style_is_no_number() -> None:
    style = Style.of("1.234,5 €")
    assert style is not None
    assert [style.number(text) for text in ("1234.5", "12.34", "$5", "", "1e5", "9" * 60)] == [None] * 6
    assert style.number("1.234") == 1234 and style.number("5") == 5
    assert Style.of("1.234.5") is None and Style.of("12,5") is None


def test_a_decimal_comma_is_offered_where_it_reads_all() -> None:
    texts = [f"{row},5" for row in range(12)]
    assert comma_style(texts, ".") == Style(decimal=",")
    assert comma_style([*texts, "1,234", "7"], ".") == Style(decimal=",")
    assert comma_style([*texts, "1,234.5"], ".") is None
    assert comma_style([*texts, "many"], ".") is None
    assert comma_style(texts, ",") is None
    assert comma_style(texts[:2], ".") is None, "two answers, as `1,5`"
