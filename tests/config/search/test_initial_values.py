"""The first trial has the values of the config itself."""

from typing import Any

import pytest

from nntrain.config.search.load import search_of
from nntrain.config.search.trial_config import with_values

pytestmark = pytest.mark.quick


def test_own_values_are_those_of_the_config_and_its_defaults(search: Any) -> None:
    found = search(
        """model.1.Dropout.rate: {float: [0.1, 0.5]}
train.batch_size: {choice: [16, 32]}
train.epochs: {int: [5, 9]}
train.optimizer.SGD.momentum: {float: [0.0, 0.9]}
train.optimizer.SGD.clipnorm: {float: [0.5, 0.9]}"""
    )
    assert found.space.own == {
        "model.1.Dropout.rate": 0.2,
        "train.batch_size": 32,
        "train.epochs": 5,
        "train.optimizer.SGD.momentum": 0.0,
    }
    assert not found.space.holds(found.space.own)  # no number means no clipping


def test_own_epochs_that_are_not_written_are_those_of_nntrain(plain: str, search: Any) -> None:
    found = search("train.epochs: {int: [5, 10]}", config=plain.replace("  epochs: 5\n", ""))
    assert found.space.own == {"train.epochs": 10}


@pytest.mark.parametrize("written", ["SGD", "{SGD: {}}", "sgd", "{sgd: {learning_rate: {float: [0.01, 0.1]}}}"])
def test_the_own_option_is_the_one_that_makes_the_same_experiment(search: Any, written: str) -> None:
    lines = [f"train.optimizer: {{choice: [Adam, {written}]}}"]
    if "float" not in written:
        lines.append("train.optimizer.SGD.learning_rate: {float: [0.01, 0.1]}")
    found = search("\n".join(lines))
    assert found.space.own["train.optimizer"] == found.space.parameters[0].options[1]
    assert found.space.holds(found.space.own)


def test_an_option_of_the_config_that_is_not_in_the_choice_is_kept(search: Any) -> None:
    found = search("train.optimizer: {choice: [Adam, {SGD: {learning_rate: 0.5}}]}")
    assert found.space.own == {"train.optimizer": {"SGD": {"learning_rate": 0.1}}}
    assert not found.space.holds(found.space.own)


def test_the_own_values_make_the_experiment_of_the_config(read: Any) -> None:
    config = read(
        "train.optimizer: {choice: [{SGD: {learning_rate: {float: [0.01, 0.5]}}}, Adam]}\ntrain.shuffle: bool"
    )
    made = with_values(config, search_of(config).space.own)
    assert made.experiment == config.experiment.model_copy(update={"tune": None})
