"""YAML 1.2 is read strictly: scalars by the core schema, places of keys and values, limits before anything is built."""

import math
import os
import random
from typing import Any

import pytest

from nntrain.config.load import from_document
from nntrain.document import yaml_parser
from nntrain.document.yaml_file import parse
from nntrain.document.yaml_parser import scalar
from nntrain.errors import ConfigError

CONFIG = """\
seed: 42
data:
  iris: {validation: 0.1}
model:
  - Dense: {units: 8, activation: relu}
  - Dropout: 0.5
train:
  epochs: 5
  optimizer: SGD
  class_weight: {0: 1.0, 1: 2.0}
"""


def value(text: str) -> Any:
    return parse(f"x: {text}", "c.yaml").tree["x"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e-3", 0.001),
        ("5e-4", 0.0005),
        ("1E5", 1e5),
        ("1.", 1.0),
        (".5", 0.5),
        ("-0.0", -0.0),
        ("+3", 3),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("no", "no"),
        ("Y", "Y"),
        ("1:20", "1:20"),
        ("190:20:30", "190:20:30"),
        ("2024-01-01", "2024-01-01"),
        ("1_000", "1_000"),
        ("1,5", "1,5"),
        ("0b11", "0b11"),
        ("true", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("null", None),
        ("~", None),
        ("", None),
        ("nUll", "nUll"),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("inf", "inf"),
        ("nan", "nan"),
        ("=", "="),
        ("'12'", "12"),
        ('"true"', "true"),
    ],
)
def test_plain_scalars_follow_the_core_schema_of_yaml_1_2(text: str, expected: Any) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


def test_not_a_number_is_written_with_a_point() -> None:
    assert math.isnan(value(".nan"))
    assert math.isnan(value(".NaN"))


def test_keys_are_the_text_that_was_typed() -> None:
    assert parse("1: a\ntrue: b\n01: c\n~: d\n", "c.yaml").tree == {"1": "a", "true": "b", "01": "c", "~": "d"}


def test_texts_may_be_quoted_folded_and_hold_any_letter() -> None:
    tree = parse("a: |\n  one\n  two\nb: >\n  one\n  two\nc: 'grün # 日本'\nd: \"\\u00e9\"\n", "c.yaml").tree
    assert tree == {"a": "one\ntwo\n", "b": "one two\n", "c": "grün # 日本", "d": "é"}


def place(text: str, *path: str | int, key: bool = False) -> tuple[int, int, int]:
    document = parse(text, "c.yaml")
    span = (document.keys if key else document.values)[path]
    return span.line, span.column, span.width


def test_every_key_and_value_knows_its_place() -> None:
    assert place(CONFIG, "seed", key=True) == (1, 1, 4)
    assert place(CONFIG, "seed") == (1, 7, 2)
    assert place(CONFIG, "data", "iris", key=True) == (3, 3, 4)
    assert place(CONFIG, "data", "iris", "validation") == (3, 22, 3)
    assert place(CONFIG, "model", 0, "Dense", "activation", key=True) == (5, 23, 10)
    assert place(CONFIG, "model", 0, "Dense", "activation") == (5, 35, 4)
    assert place(CONFIG, "model", 1) == (6, 5, 1)
    assert place(CONFIG, "train", "class_weight", "1") == (10, 29, 3)


def test_places_count_letters_not_bytes() -> None:
    assert place("größe: {日本: 3}", "größe", "日本", key=True) == (1, 9, 2)
    assert place("größe: {日本: 3}", "größe", "日本") == (1, 13, 1)


def test_places_are_right_behind_the_unusual_line_ends_that_pyyaml_counts() -> None:
    assert place("a: 'x\u2028y'\nb: 3\n", "b") == (3, 4, 1)
    assert place("a: 1\x85b: 3\n", "b") == (2, 4, 1)
    assert place("a: 1\rb: 3\n", "b") == (2, 4, 1)


def test_a_value_of_several_lines_is_marked_where_it_begins() -> None:
    assert place("a:\n  b: 1\n", "a") == (2, 3, 1)
    assert place("a: |\n  text\n", "a") == (1, 4, 1)


def refused(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        from_document(parse(text, "c.yaml"))
    return caught.value


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 30)]
    problems = refused("\n".join(lines)).problems
    assert sum(problem.message.startswith("the anchor") for problem in problems) == 30
    assert not any("alias" in problem.message for problem in problems)


def test_depth_is_limited_before_anything_is_built() -> None:
    for text in ("[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000):
        assert refused(text).problems[-1].message == "nested deeper than 40 levels"
    assert parse("[" * 40 + "]" * 40, "c.yaml").problems == ()


def test_a_refused_value_is_reported_once_without_what_follows_from_it() -> None:
    text = "data: iris\nmodel:\n  - Dense: {units: 1e999}\n  - *layer\n  - Dense: {<<: {units: 3}}\n  - Dens: 3\n"
    messages = [problem.message for problem in refused(text).problems]
    assert messages == [
        "the number `1e999` is too large",
        "the alias `*layer` is not allowed",
        "the merge key `<<` is not allowed",
        "unknown layer `Dens`",
    ]


def test_every_tag_is_refused_and_shown_as_it_was_typed() -> None:
    for tag in ("!", "!!int", "!!python/object/apply:os.system", "!mine"):
        assert [problem.message for problem in parse(f"a: {tag} 1\n", "c.yaml").problems] == [
            f"the tag `{tag}` is not allowed"
        ]


def test_a_message_about_a_key_of_several_lines_is_one_line() -> None:
    (problem,) = parse('"a\\nb": 1\n"a\\nb": 2\n', "c.yaml").problems
    assert problem.message == "the key `a\\nb` is repeated"
    assert [problem.message for problem in refused('data: iris\nmodel: []\n"a\\nb": 1\n').problems] == [
        "`model` must be a list of at least 1 item, got an empty list",
        "the config has no option `a\\nb`",
    ]


def test_text_in_quotes_is_never_refused_for_its_content() -> None:
    text = f"a: '*b'\nc: '<<'\n'<<': 3\nd: '{'9' * 100}'\ne: '1e999'\n"
    document = parse(text, "c.yaml")
    assert document.problems == ()
    assert document.tree["<<"] == 3


def test_whatever_is_typed_ends_in_a_config_or_in_a_message() -> None:
    """Deletes, doubles and changes characters of a good config at random; a crash would be no ConfigError.

    `scripts/torture odd` does so more often.
    """
    source = random.Random(1)
    signs = [*"{}[]:,-#&*!|>'\"%@`?\t\n 019.eé\x85\u2028\ufeff\\~=", '"\\UFFFFFFFF"', '"\\ud800"', "%YAML 9", 50 * "9"]
    outcomes = {True: 0, False: 0}
    for _ in range(500 * int(os.environ.get("NNTRAIN_ODD_TIMES", "1"))):
        text = list(CONFIG)
        for _ in range(source.randint(1, 4)):
            index = source.randrange(len(text))
            text[index] = source.choice(["", text[index] * 2, source.choice(signs), text[index] + source.choice(signs)])
        try:
            from_document(parse("".join(text), "c.yaml"))
            outcomes[True] += 1
        except ConfigError as error:
            outcomes[False] += 1
            assert all(problem.message and problem.help and problem.span for problem in error.problems), error
    assert min(outcomes.values()) > 10


def test_scalar_reads_a_text_as_parse_does() -> None:
    for text in ("1e-3", "no", "~", "0x1F", "1_000", ".inf", "12"):
        assert scalar(text) == value(text)


def test_a_number_that_python_does_not_read_stays_a_text() -> None:
    assert scalar(5000 * "9") == 5000 * "9"
    assert (
        refused(f"data: iris\nmodel: [{{Dense: {{units: '{5000 * '9'}'}}}}]\n").problems[0].help
        == "write a whole number"
    )


def test_a_surrogate_pair_of_json_is_one_character() -> None:
    assert parse(r'{"\ud83d\ude00": ["\ud83d\ude00x"]}', "c.yaml").tree == {"😀": ["😀x"]}


def test_the_number_of_values_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_parser, "MAX_VALUES", 500)
    for text in ("a: [" + 600 * "1, " + "]", "{" + 600 * "a: 1, " + "}"):
        assert refused(text).problems[-1].message == "a config holds at most 500 values"


def test_byte_order_marks_are_skipped_and_columns_count_from_the_text() -> None:
    for marks in ("\ufeff", "\ufeff\ufeff\ufeff"):
        assert parse(f"{marks}a: 1\n", "c.yaml").tree == {"a": 1}
        assert place(f"{marks}a: 1\n", "a", key=True) == (1, 1, 1)
        with pytest.raises(ConfigError, match="this `\\[` is never closed"):
            parse(f"{marks}[a, b", "c.yaml")
