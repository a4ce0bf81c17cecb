from typing import Any

import pytest

from nntrain.config.words import sample, values_in_words


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 20}, "a whole number from 1 to 20"),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 3.4e38}, "a number above 0"),
        ({"enum": ["a", "b", "c"]}, "`a`, `b` or `c`"),
        ({"enum": list("abcdefghi")}, "one of 9 names, such as `b`"),
        ({"anyOf": [{"$ref": "#/$defs/Initializer"}, {"type": "null"}]}, "an initializer or `null`"),
        (
            {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
            "a list of 2, each a whole number",
        ),
        ({"type": ["integer", "string"]}, "a whole number or text"),
    ],
)
def test_a_schema_is_worded(schema: dict[str, Any], words: str) -> None:
    assert values_in_words(schema) == words


def test_a_sample_is_within_the_bounds() -> None:
    assert sample({"type": "integer", "minimum": 10}) == 10
    assert sample({"type": "integer", "minimum": 1, "default": 32}) == 32
    assert sample({"type": "array", "items": {"enum": ["a"]}, "minItems": 2}) == ["a", "a"]
