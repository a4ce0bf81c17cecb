"""A config as a document: where a problem is placed, and trees written as YAML that read back the same."""

import math
import os
import random
from pathlib import Path
from typing import Any

import pytest

from nntrain.document.yaml_file import dump, inline, parse, read
from nntrain.errors import ConfigError, Problem

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


def test_a_byte_order_mark_and_the_line_ends_of_windows_change_nothing(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_bytes(b"\xef\xbb\xbfseed: 1\r\ndata: iris\r\n")
    document = read(file)
    assert document.tree == {"seed": 1, "data": "iris"}
    assert str(document.values["data",]).endswith("c.yaml:2:7")


def located(text: str, *path: str | int, on_key: bool = False) -> tuple[int, int, int]:
    span = parse(text, "c.yaml").locate(Problem("m", path, on_key=on_key)).span
    assert span is not None
    return span.line, span.column, span.width


def test_a_problem_is_placed_at_its_value_or_at_its_key() -> None:
    assert located(CONFIG, "train", "epochs") == (8, 11, 1)
    assert located(CONFIG, "train", "epochs", on_key=True) == (8, 3, 6)


def test_a_problem_with_a_missing_option_is_placed_at_the_key_above() -> None:
    assert located(CONFIG, "train", "steps") == (7, 1, 5)
    assert located(CONFIG, "steps") == (1, 1, 1)


def test_a_problem_with_an_option_that_a_bare_scalar_stands_for_is_placed_at_the_scalar() -> None:
    assert located(CONFIG, "model", 1, "Dropout", "rate") == (6, 14, 3)
    assert located(CONFIG, "train", "optimizer", "SGD", "momentum", on_key=True) == (9, 14, 3)


def test_a_problem_finds_a_name_in_its_other_spelling() -> None:
    text = "optimizer: {rms_prop: {rho: 2}}"
    assert located(text, "optimizer", "RMSprop", "rho") == (1, 29, 1)


NASTY = [
    "",
    " ",
    " x",
    "x ",
    "~",
    "null",
    "true",
    "no",
    "on",
    "y",
    "1e-3",
    "1e3",
    "0x1F",
    "0o17",
    "010",
    "1_000",
    "1:20",
    "2024-01-01",
    ".nan",
    "-.inf",
    "=",
    "<<",
    "a: b",
    "a:",
    "- a",
    "#a",
    "a #b",
    "&a",
    "*a",
    "!a",
    "%a",
    "@a",
    "`a",
    "'",
    '"',
    "it's",
    "{a}",
    "[a]",
    "a,b",
    "|",
    ">",
    "?",
    "? a",
    "line\nbreak",
    "trailing\n",
    "\n",
    "tab\there",
    "\x07bell",
    "back\\slash",
    "grün",
    "日本",
    "\u2028",
    "\x85",
    "\ufeff",
    "😀",
    "x" * 300,
    "word " * 60,
    "---",
    "...",
    "-",
    ":",
    "9" * 60,
]


@pytest.mark.parametrize("text", NASTY)
def test_a_dumped_text_reads_back_as_the_same_text(text: str) -> None:
    for tree in (
        {"a": text},
        {"a": [text, text]},
        {"a": {"b": text, "c": 1}},
        {text: 1},
        {"a": [{text: {"b": [text]}}]},
    ):
        document = parse(dump(tree), "c.yaml")
        assert document.tree == tree
        assert document.problems == ()


@pytest.mark.parametrize(
    "number", [0, -1, 10**15, 0.1, 1e-5, 5e-324, 1e22, 1.7976931348623157e308, -0.0, math.inf, -math.inf, True, None]
)
def test_a_dumped_number_reads_back_as_the_same_number(number: Any) -> None:
    found = parse(dump({"a": number, "b": [number]}), "c.yaml").tree
    assert found == {"a": number, "b": [number]}
    assert type(found["a"]) is type(number)


def test_a_dumped_nan_reads_back() -> None:
    assert math.isnan(parse(dump({"a": math.nan}), "c.yaml").tree["a"])


def test_random_trees_read_back_the_same() -> None:
    source = random.Random(3)

    def tree(depth: int) -> Any:
        kind = source.random()
        if depth and kind < 0.3:
            return {source.choice(NASTY): tree(depth - 1) for _ in range(source.randint(0, 4))}
        if depth and kind < 0.6:
            return [tree(depth - 1) for _ in range(source.randint(0, 4))]
        number = source.choice([source.randint(-9, 9), source.gauss(0, 1), 10 ** source.uniform(-300, 300)])
        return source.choice([number, source.choice(NASTY), source.random() < 0.5, None])

    for _ in range(100):
        made = {"a": tree(5)}
        assert parse(dump(made), "c.yaml").tree == made


def test_inline_is_one_line_that_reads_back() -> None:
    made = {"Dense": {"units": 3, "name": "a: b", "rates": [0.1, 1e-9]}}
    text = inline(made)
    assert "\n" not in text
    assert parse(text, "c.yaml").tree == made
    assert inline(3) == "3"
    assert inline("no") == "'no'"


def test_dumped_trees_share_no_anchors() -> None:
    shared = [1, 2]
    assert parse(dump({"a": shared, "b": shared}), "c.yaml").tree == {"a": [1, 2], "b": [1, 2]}


def test_a_device_is_read_like_a_file_and_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the file is empty"):
        read("/dev/null")
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(ConfigError, match="the file is empty"):
        read(tmp_path / "pipe.yaml")
    with pytest.raises(ConfigError, match="there is no folder"):
        read(tmp_path / "none" / "c.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read("a\0b.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read("x" * 5000)


def test_an_empty_key_is_written_as_people_write_it() -> None:
    for tree, text in (({"columns": {"": "drop"}}, "{columns: {'': drop}}"), ({"": {"": 1}}, "{'': {'': 1}}")):
        assert inline(tree) == text
        assert parse(text, "config.yaml").tree == parse(dump(tree), "config.yaml").tree == tree
