"""The values of a trial become a config that runs from any folder."""

import json
from pathlib import Path
from typing import Any

import pytest

from nntrain.config.load import load
from nntrain.config.named import to_tree
from nntrain.config.search.load import search_of
from nntrain.config.search.trial_config import as_yaml, with_values
from nntrain.errors import ConfigError

BATCH = "train.batch_size: {choice: [16, 32]}"


def test_values_are_put_from_the_outer_to_the_inner_path_and_extra_values_too(read: Any) -> None:
    config = read("train.optimizer: {choice: [Adam, {RMSprop: {rho: {float: [0.1, 0.9]}}}]}")
    values = {"train.optimizer.RMSprop.rho": 0.3, "model.1.Dropout.seed": 4, "train.optimizer": {"RMSprop": {}}}
    made = with_values(config, values, {"seed": 3, "train.epochs": 1})
    assert to_tree(made.experiment.train.optimizer) == {"RMSprop": {"rho": 0.3}}
    assert to_tree(made.experiment.model[1]) == {"Dropout": {"rate": 0.2, "seed": 4}}
    assert (made.experiment.seed, made.experiment.train.epochs) == (3, 1)
    assert made.experiment.tune is None
    assert config.experiment.seed == 0


def test_values_that_make_no_config_are_refused(read: Any) -> None:
    with pytest.raises(ConfigError, match="`units` must be at least 1"):
        with_values(read(BATCH), {"model.0.Dense.units": 0})


def test_null_leaves_the_option_out(read: Any) -> None:
    space = """model.0.Dense.kernel_regularizer: {choice: [null, {L2: {l2: {float: [1e-5, 1e-2], log: true}}}]}
train.optimizer.SGD.clipnorm: {choice: [null, 1.0]}
model.1.Dropout.seed: {choice: [null, 1]}
train.class_weight: {choice: [null, balanced]}"""
    config = read(space)
    found = search_of(config)
    assert found.space.holds(found.space.own)
    assert set(found.space.own.values()) == {None}
    assert with_values(config, found.space.own).experiment == with_values(config, {}).experiment
    written = with_values(config, {"train.optimizer": {"SGD": {"clipnorm": 1.0}}}).document.tree
    assert written["train"]["optimizer"] == {"SGD": {"clipnorm": 1.0}}
    made = with_values(config, {"model.0.Dense.activation": None, "train.optimizer.SGD.learning_rate": None})
    assert to_tree(made.experiment.model[0]) == {"Dense": {"units": 40}}
    assert to_tree(made.experiment.train.optimizer) == "SGD"


def test_the_yaml_of_a_trial_is_complete_and_runs_from_any_folder(plain: str, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b,c\n1,2,x\n")
    file = tmp_path / "c.yaml"
    text = plain.replace("data: iris", "data: {table: {path: data.csv, target: c}}")
    file.write_text(f"{text}tune: {{space: {{train.batch_size: {{choice: [8, 16]}}}}}}\n")
    made = with_values(load(file), {"train.batch_size": 8})
    (tmp_path / "elsewhere").mkdir()
    other = tmp_path / "elsewhere" / "trial.yaml"
    other.write_text(as_yaml(made))
    again = load(other)
    assert again.experiment == made.experiment
    assert again.experiment.train.batch_size == 8
    assert str(tmp_path / "data.csv") in as_yaml(made)


def test_values_survive_json(search: Any) -> None:
    found = search(
        "train.optimizer: {choice: [{SGD: {momentum: {float: [0.5, 0.99]}}}, {Adam: {}}]}\ntrain.shuffle: bool"
    )
    values: dict[str, Any] = json.loads(json.dumps(found.space.own))
    assert values == found.space.own
