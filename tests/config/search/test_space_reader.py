"""The section `tune.space` becomes parameters with conditions."""

from typing import Any

import pytest

from nntrain.config.load import from_document, put
from nntrain.config.search.load import search_of
from nntrain.config.search.space import Condition, Parameter, Search
from nntrain.document import yaml_file
from nntrain.document.yaml_file import assign
from nntrain.errors import ConfigError

BATCH = "train.batch_size: {choice: [16, 32]}"


def paths(found: Search) -> list[str]:
    return [one.path for one in found.space.parameters]


def test_every_form_of_a_parameter(search: Any) -> None:
    found = search(
        """model.0.Dense.units: {choice: [100, 200, 300]}
train.shuffle: bool
train.batch_size: {int: [16, 64], step: 20}
model.1.Dropout.rate: {float: [0.1, 0.5], step: 0.15}
train.optimizer.SGD.learning_rate: {float: [1e-4, 1e-1], log: true}
train.checkpoint_seconds: {float: [1, 5]}"""
    )
    assert found.space.parameters == (
        Parameter("model.0.Dense.units", "choice", (100, 200, 300)),
        Parameter("train.shuffle", "bool", (False, True)),
        Parameter("train.batch_size", "int", low=16, high=56, step=20),
        Parameter("model.1.Dropout.rate", "float", low=0.1, high=0.4, step=0.15),
        Parameter("train.optimizer.SGD.learning_rate", "float", low=1e-4, high=0.1, log=True),
        Parameter("train.checkpoint_seconds", "float", low=1.0, high=5.0),
    )
    assert type(found.space.parameters[-1].low) is float
    assert type(found.space.parameters[2].high) is int


def test_a_space_may_be_nested_and_set_by_hand(plain: str, search: Any) -> None:
    assert paths(
        search("train:\n  batch_size: {choice: [16, 32]}\n  optimizer: {SGD: {momentum: {float: [0, 0.9]}}}")
    ) == [
        "train.batch_size",
        "train.optimizer.SGD.momentum",
    ]
    document = yaml_file.parse(plain, "c.yaml")
    for assignment in ("tune.space.train.batch_size={choice: [16, 32]}", "tune.trials=3"):
        document = assign(document, assignment)
    found = search_of(from_document(document))
    assert paths(found) == ["train.batch_size"]
    assert found.tune.budget == 3


def test_a_parameter_of_the_file_is_changed_by_hand(read: Any) -> None:
    config = read(BATCH)
    document = put(config.document, "tune.space.train.batch_size", {"int": [8, 9]})
    assert search_of(from_document(document)).space.parameters == (Parameter("train.batch_size", "int", low=8, high=9),)
    again = assign(config.document, "tune.space.train.batch_size.choice=[1, 2, 0]")
    with pytest.raises(ConfigError) as caught:
        search_of(from_document(again))
    assert str(caught.value) == (
        "error: `batch_size` must be a whole number from 1, or `full`, got `0`\n"
        "  --> --set tune.space.train.batch_size.choice  (tune.space.train.batch_size.choice.2)\n"
        "    | tune.space.train.batch_size.choice=[1, 2, 0]\n"
        "    |                                           ^\n"
        " help: write `1` or more"
    )


def test_parameters_inside_and_below_an_option_exist_under_that_option(search: Any) -> None:
    found = search(
        """train.optimizer.SGD.learning_rate: {float: [1e-4, 1e-1], log: true}
train.optimizer: {choice: [{SGD: {momentum: {float: [0.5, 0.99]}, nesterov: bool}}, {Adam: {}}, RMSprop]}
train.optimizer.rmsprop.rho: {choice: [0.8, 0.9]}"""
    )
    choice, *others = found.space.parameters
    assert choice == Parameter("train.optimizer", "choice", ({"SGD": {}}, {"Adam": {}}, "RMSprop"))
    assert {one.path: one.condition for one in others} == {
        "train.optimizer.SGD.learning_rate": Condition("train.optimizer", 0),
        "train.optimizer.SGD.momentum": Condition("train.optimizer", 0),
        "train.optimizer.SGD.nesterov": Condition("train.optimizer", 0),
        "train.optimizer.rmsprop.rho": Condition("train.optimizer", 2),
    }


def test_a_path_below_several_options_has_a_parameter_for_each(search: Any) -> None:
    found = search(
        """train.optimizer: {choice: [SGD, {SGD: {momentum: 0.9}}, Adam]}
train.optimizer.SGD.learning_rate: {choice: [0.1, 0.2]}"""
    )
    conditions = [one.condition for one in found.space.parameters[1:]]
    assert conditions == [Condition("train.optimizer", 0), Condition("train.optimizer", 1)]
    assert found.space.size == 2 + 2 + 1


def test_conditions_reach_through_a_choice_inside_a_choice(search: Any) -> None:
    found = search(
        """train.optimizer: {choice: [SGD, Adam]}
train.optimizer.SGD.learning_rate:
  choice: [0.1, {CosineDecay: {initial_learning_rate: {choice: [0.1, 0.2, 0.3]}, decay_steps: 10}}]
train.optimizer.SGD.learning_rate.CosineDecay.alpha: {choice: [0.1, 0.2]}"""
    )
    rate = "train.optimizer.SGD.learning_rate"
    conditions = {one.path: one.condition for one in found.space.parameters}
    assert conditions[f"{rate}.CosineDecay.alpha"] == Condition(rate, 1)
    assert conditions[f"{rate}.CosineDecay.initial_learning_rate"] == Condition(rate, 1)
    assert conditions[rate] == Condition("train.optimizer", 0)
    assert found.space.size == (1 + 3 * 2) + 1


def test_layers_and_lists_of_layers_may_be_searched(search: Any) -> None:
    found = search(
        """model.0:
  choice:
    - {Dense: {units: {int: [10, 50]}, activation: relu}}
    - {Repeat: {times: {int: [1, 3]}, layers: [{Dense: {units: {choice: [10, 20]}}}, ReLU]}}"""
    )
    assert paths(found) == [
        "model.0",
        "model.0.Dense.units",
        "model.0.Repeat.times",
        "model.0.Repeat.layers.0.Dense.units",
    ]
    assert found.space.own == {"model.0": {"Dense": {"activation": "relu"}}, "model.0.Dense.units": 40}
    assert found.space.holds(found.space.own)
