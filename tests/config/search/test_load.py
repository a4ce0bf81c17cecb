"""The section `tune` of a config: its defaults, what it measures, and what is refused."""

from typing import Any

import pytest

from nntrain.config.load import from_document
from nntrain.config.search.load import search_of
from nntrain.config.tune import Engine
from nntrain.document import yaml_file
from nntrain.errors import ConfigError

BATCH = "train.batch_size: {choice: [16, 32]}"


def test_what_is_left_out_has_its_default(search: Any) -> None:
    found = search(BATCH)
    section = found.tune
    assert isinstance(section.engine, Engine)
    assert section.engine.called() == "RandomSearch"
    assert (section.epoch, section.on_error, section.keep) == ("best", "stop", "best")
    assert (section.repeats, section.seed, section.budget) == (1, 0, 20)
    assert section.pruner is section.max_seconds is section.max_epochs_total is None
    assert (found.metric, found.direction) == ("val_loss", "min")


def test_an_engine_that_ends_by_itself_has_no_budget_unless_it_is_given_one(search: Any) -> None:
    assert search(BATCH, "engine: GridSearch").tune.budget is None
    assert search(BATCH, "engine: {Hyperband: 9}").tune.budget is None
    assert search(BATCH, "engine: {Hyperband: 9}\ntrials: 7").tune.budget == 7


def test_engines_and_pruners_take_their_options(search: Any) -> None:
    found = search(BATCH, "engine: {Hyperband: {max_epochs: 10}}")
    assert found.tune.engine == Engine.members()["Hyperband"](max_epochs=10)
    assert found.tune.engine.written() == {"max_epochs": 10, "factor": 3, "iterations": 1}
    pruned = search(
        BATCH, "engine: {TPE: {n_startup_trials: 3, multivariate: true}}\npruner: {ASHA: {min_resource: 2}}"
    )
    assert pruned.tune.engine.written() == {"n_startup_trials": 3, "multivariate": True}
    assert pruned.tune.pruner.written() == {"min_resource": 2}
    assert search(BATCH, "engine: TPE\npruner: Hyperband").tune.pruner.written() == {}


def test_null_takes_back_a_pruner_or_a_limit(search: Any, refused: Any) -> None:
    found = search(BATCH, "pruner: null\ntrials: null\nmax_seconds: null\nmax_epochs_total: null").tune
    assert found.pruner is found.max_seconds is found.max_epochs_total is None
    assert found.budget == 20
    assert search(BATCH, "engine: GridSearch\ntrials: null").tune.budget is None
    assert refused(BATCH, "repeats: null")


@pytest.mark.parametrize(
    ("options", "metric", "direction"),
    [
        ("objective: val_accuracy", "val_accuracy", "max"),
        ("objective: val_loss", "val_loss", "min"),
        ("objective: {metric: val_accuracy}", "val_accuracy", "max"),
        ("objective: {metric: val_loss, direction: min}", "val_loss", "min"),
    ],
)
def test_the_direction_follows_from_the_metric(search: Any, options: str, metric: str, direction: str) -> None:
    found = search(BATCH, options)
    assert (found.metric, found.direction) == (metric, direction)


def test_the_monitor_is_the_objective_where_none_is_written(plain: str, search: Any) -> None:
    found = search(BATCH, config=plain + "  monitor: val_accuracy\n")
    assert (found.metric, found.direction) == ("val_accuracy", "max")
    stopped = search(BATCH, config=plain + "  callbacks: [{EarlyStopping: {monitor: val_accuracy, patience: 2}}]\n")
    assert stopped.metric == "val_accuracy"


def test_the_direction_is_known_where_the_metrics_depend_on_the_data(search: Any) -> None:
    config = "data: {npz_file: {path: a.npz}}\nmodel: [{Dense: 5}]\n"
    found = search("train.shuffle: bool", "objective: val_accuracy", config)
    assert (found.metric, found.direction) == ("val_accuracy", "max")
    regression = search("train.shuffle: bool", "objective: val_mean_absolute_error", config)
    assert regression.direction == "min"


def test_validation_and_test_must_be_two_files(search: Any, refused: Any) -> None:
    config = "data: {npz_file: {path: a.npz, validation: {file: b.npz}, test: {file: %s}}}\nmodel: [{Dense: 5}]\n"
    found = refused("train.shuffle: bool", "", config % "./x/../b.npz")
    assert found == ["validation and test are the same file, so that the search would choose by the test rows"]
    assert search("train.shuffle: bool", "", config % "c.npz")


def test_fit_reads_a_config_whose_search_is_wrong(read: Any) -> None:
    config = read("model.0.Dense.unit: {int: [1]}", "engine: none")
    assert config.experiment.tune is not None
    with pytest.raises(ConfigError):
        search_of(config)


def test_a_config_without_a_search_is_an_error(plain: str) -> None:
    with pytest.raises(ConfigError, match="the config has no section `tune`"):
        search_of(from_document(yaml_file.parse(plain, "c.yaml")))


def test_a_search_has_no_doctor(refused: Any, plain: str) -> None:
    assert refused(BATCH, config=f"{plain}  on_disease: stop\n") == [
        "the doctor does not look at the trials of a search, so `on_disease` cannot act"
    ]
