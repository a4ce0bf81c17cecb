import math
import random
from pathlib import Path
from typing import Any

import pytest

from nntrain.config.load import from_document
from nntrain.document.yaml_file import assign, dump, inline, parse, put, read
from nntrain.document.yaml_parser import scalar
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


def test_a_byte_order_mark_and_the_line_ends_of_windows_change_nothing(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_bytes(b"\xef\xbb\xbfseed: 1\r\ndata: iris\r\n")
    document = read(file)
    assert document.tree == {"seed": 1, "data": "iris"}
    assert str(document.values["data",]).endswith("c.yaml:2:7")


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
        assert "nested deeper than 40 levels" in str(refused(text))
    assert parse("[" * 40 + "]" * 40, "c.yaml").problems == ()


def test_a_refused_value_is_told_once_and_its_echoes_are_not() -> None:
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
    assert [told.message for told in refused('data: iris\nmodel: []\n"a\\nb": 1\n').problems] == [
        "`model` must be a list of at least 1 item, got an empty list",
        "the config has no option `a\\nb`",
    ]


def test_text_in_quotes_is_never_refused_for_its_content() -> None:
    text = f"a: '*b'\nc: '<<'\n'<<': 3\nd: '{'9' * 100}'\ne: '1e999'\n"
    document = parse(text, "c.yaml")
    assert document.problems == ()
    assert document.tree["<<"] == 3


def test_whatever_is_typed_ends_in_a_config_or_in_a_message() -> None:
    """Deletes, doubles and changes characters of a good config at random; a crash would be no ConfigError."""
    source = random.Random(1)
    signs = "{}[]:,-#&*!|>'\"%@`?\t\n 019.eé\x85\u2028\ufeff\\~="
    outcomes = {True: 0, False: 0}
    for _ in range(1500):
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
    assert min(outcomes.values()) > 20


def after(assignment: str, text: str = CONFIG) -> Any:
    return assign(parse(text, "c.yaml"), assignment).tree


def test_put_replaces_a_value_and_leaves_the_rest() -> None:
    before = parse(CONFIG, "c.yaml")
    tree = assign(before, "train.epochs=7").tree
    assert tree["train"]["epochs"] == 7
    assert {**tree, "train": {**tree["train"], "epochs": 5}} == before.tree
    assert before.tree["train"]["epochs"] == 5


def test_put_reads_its_value_as_yaml() -> None:
    assert after("train.epochs=1e3")["train"]["epochs"] == 1000.0
    assert after("train.loss=no")["train"]["loss"] == "no"
    assert after("train.loss=")["train"]["loss"] is None
    assert after("train.loss='a=b: c'")["train"]["loss"] == "a=b: c"
    assert after("train.callbacks=[{EarlyStopping: {patience: 3}}]")["train"]["callbacks"] == [
        {"EarlyStopping": {"patience": 3}}
    ]


def test_put_makes_missing_mappings() -> None:
    assert after("tune.engine.Hyperband.factor=3")["tune"] == {"engine": {"Hyperband": {"factor": 3}}}


def test_put_reaches_into_lists() -> None:
    assert after("model.0.Dense.units=9")["model"][0] == {"Dense": {"units": 9, "activation": "relu"}}
    assert after("model.1=Flatten")["model"][1] == "Flatten"


def test_put_turns_a_bare_name_into_a_mapping() -> None:
    assert after("train.optimizer.SGD.momentum=0.9")["train"]["optimizer"] == {"SGD": {"momentum": 0.9}}
    assert after("train.optimizer.sgd.momentum=0.9")["train"]["optimizer"] == {"sgd": {"momentum": 0.9}}


def test_put_finds_a_name_in_its_other_spelling() -> None:
    text = "optimizer: {rmsprop: {rho: 0.8}}"
    assert after("optimizer.RMSprop.momentum=0.5", text) == {"optimizer": {"RMSprop": {"rho": 0.8, "momentum": 0.5}}}


def test_put_keeps_what_a_bare_scalar_stands_for() -> None:
    document = parse(CONFIG, "c.yaml")
    tree = assign(
        document, "model.1.Dropout.seed=3", lambda name, value: {"rate": value} if name == "Dropout" else None
    )
    assert tree.tree["model"][1] == {"Dropout": {"rate": 0.5, "seed": 3}}
    with pytest.raises(ConfigError, match=r"`model.1.Dropout` is `0.5`; it has no `seed`"):
        assign(document, "model.1.Dropout.seed=3")


def test_put_keeps_numbers_as_keys_of_a_mapping() -> None:
    assert after("train.class_weight.1=5")["train"]["class_weight"] == {"0": 1.0, "1": 5}


def test_put_remembers_its_place_and_that_it_was_by_hand() -> None:
    document = assign(parse(CONFIG, "c.yaml"), "train.optimizer={SGD: {momentum: 2}}")
    problem = document.locate(Problem("m", ("train", "optimizer", "SGD", "momentum"), "h"))
    assert str(problem) == (
        "error: m\n"
        "  --> --set train.optimizer  (train.optimizer.SGD.momentum)\n"
        "    | train.optimizer={SGD: {momentum: 2}}\n"
        "    |                                  ^\n"
        " help: h"
    )
    assert document.set_by_hand(("train", "optimizer", "SGD"))
    assert not document.set_by_hand(("train", "epochs"))


@pytest.mark.parametrize("value", [3, 0.5, 1e-05, True, None, "no", "0.5", [1, "a: b"], {"SGD": {"momentum": 0.9}}])
def test_put_takes_the_value_that_its_yaml_stands_for(value: Any) -> None:
    document = put(parse(CONFIG, "c.yaml"), "train.optimizer", value)
    written = assign(parse(CONFIG, "c.yaml"), f"train.optimizer={inline(value)}")
    assert repr(document.tree) == repr(written.tree)
    place = document.locate(Problem("m", ("train", "optimizer"), "h"))
    assert place == written.locate(Problem("m", ("train", "optimizer"), "h"))
    assert place.span is not None and place.span.file == "train.optimizer"
    assert document.set_by_hand(("train", "optimizer", "SGD"))


def test_the_last_put_wins() -> None:
    document = assign(assign(parse(CONFIG, "c.yaml"), "train.epochs=1"), "train={epochs: 2}")
    assert document.tree["train"] == {"epochs": 2}
    assert document.values["train", "epochs"].source == "train={epochs: 2}"
    assert ("train", "optimizer") not in document.values


def test_put_mends_what_the_text_had_wrong_at_that_place() -> None:
    document = parse("train: {epochs: 1e999}\nmodel: &a []\n", "c.yaml")
    assert len(document.problems) == 2
    mended = assign(document, "train.epochs=5")
    assert [problem.path for problem in mended.problems] == [("model",)]
    assert mended.lost == ()


@pytest.mark.parametrize("assignment", ["a", "", "=", "=1", " =1", "a..b=1", ".=1", "a.=1"])
def test_put_refuses_what_is_no_assignment(assignment: str) -> None:
    with pytest.raises(ConfigError) as caught:
        assign(parse(CONFIG, "c.yaml"), assignment)
    assert caught.value.problems[0].help


def test_put_refuses_every_path_that_leads_nowhere() -> None:
    for path in ("seed.x", "model.2", "model.-1", "model.x", "model.0.Dense.units.x", "model.99999999999999999999"):
        with pytest.raises(ConfigError) as caught:
            assign(parse(CONFIG, "c.yaml"), f"{path}=1")
        assert caught.value.problems[0].span is not None


def test_put_with_a_value_of_several_lines_is_told_on_one_line() -> None:
    with pytest.raises(ConfigError) as caught:
        assign(parse(CONFIG, "c.yaml"), "train=epochs: 3\n  batch: 4")
    assert len(str(caught.value).splitlines()) == 5


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


def test_scalar_is_what_parse_does() -> None:
    for text in ("1e-3", "no", "~", "0x1F", "1_000", ".inf", "12"):
        assert scalar(text) == value(text)


def test_a_device_is_read_like_a_file_and_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the file is empty"):
        read("/dev/null")
    with pytest.raises(ConfigError, match="there is no folder"):
        read(tmp_path / "none" / "c.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read("a\0b.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read("x" * 5000)
