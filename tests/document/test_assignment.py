"""A value is put at a dotted path: by `--set`, and by a search."""

from typing import Any

import pytest

from nntrain.document.assignment import Assignment
from nntrain.document.yaml_file import assign, inline, parse, put
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


def test_put_removes_the_problems_of_the_value_that_it_replaces() -> None:
    document = parse("train: {epochs: 1e999}\nmodel: &a []\n", "c.yaml")
    assert len(document.problems) == 2
    mended = assign(document, "train.epochs=5")
    assert [problem.path for problem in mended.problems] == [("model",)]
    assert mended.lost == ()


@pytest.mark.parametrize("assignment", ["a", "", "=", "=1", " =1", "a..b=1", ".=1", "a.=1"])
def test_put_refuses_an_invalid_assignment(assignment: str) -> None:
    with pytest.raises(ConfigError) as caught:
        assign(parse(CONFIG, "c.yaml"), assignment)
    assert caught.value.problems[0].help


def test_put_refuses_every_path_that_leads_nowhere() -> None:
    for path in ("seed.x", "model.2", "model.-1", "model.x", "model.0.Dense.units.x", "model.99999999999999999999"):
        with pytest.raises(ConfigError) as caught:
            assign(parse(CONFIG, "c.yaml"), f"{path}=1")
        assert caught.value.problems[0].span is not None


def test_the_error_of_a_value_of_several_lines_shows_one_line() -> None:
    with pytest.raises(ConfigError) as caught:
        assign(parse(CONFIG, "c.yaml"), "train=epochs: 3\n  batch: 4")
    assert len(str(caught.value).splitlines()) == 5


def test_a_path_deeper_than_a_config_can_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="the path has 2,001 parts, but a config has at most 40 levels"):
        Assignment.read(f"{'a.' * 2000}b=1")
