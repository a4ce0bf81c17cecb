import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from nntrain.config.load import Config, from_document, load, put
from nntrain.config.named import Named, to_tree
from nntrain.config.search.initial_values import KERAS_DEFAULTS
from nntrain.config.search.load import search_of
from nntrain.config.search.parameter_syntax import KINDS
from nntrain.config.search.space import Condition, Parameter, Search
from nntrain.config.search.trial_config import as_yaml, with_values
from nntrain.config.section import Section
from nntrain.config.tune import Engine
from nntrain.document import yaml_file
from nntrain.document.yaml_file import assign
from nntrain.errors import ConfigError

CONFIG = """data: iris
model:
  - Dense: {units: 40, activation: relu}
  - Dropout: 0.2
  - Dense: {units: 3, activation: softmax}
train:
  epochs: 5
  optimizer: {SGD: {learning_rate: 0.1}}
  metrics: [accuracy]
"""
BATCH = "train.batch_size: {choice: [16, 32]}"


def read(space: str, options: str = "", config: str = CONFIG) -> Config:
    text = f"{config}tune:\n{_indented(options, 2)}  space:\n{_indented(space, 4)}"
    return from_document(yaml_file.parse(text, "c.yaml"))


def _indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


def search(space: str, options: str = "", config: str = CONFIG) -> Search:
    return search_of(read(space, options, config))


def refused(space: str, options: str = "", config: str = CONFIG) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        search(space, options, config)
    return [problem.message for problem in caught.value.problems]


def paths(found: Search) -> list[str]:
    return [one.path for one in found.space.parameters]


def test_what_is_left_out_has_its_default() -> None:
    found = search(BATCH)
    section = found.tune
    assert isinstance(section.engine, Engine)
    assert section.engine.called() == "RandomSearch"
    assert (section.epoch, section.on_error, section.keep) == ("best", "stop", "best")
    assert (section.repeats, section.seed, section.budget) == (1, 0, 20)
    assert section.pruner is section.max_seconds is section.max_epochs_total is None
    assert (found.metric, found.direction) == ("val_loss", "min")


def test_an_engine_that_ends_by_itself_has_no_budget_unless_it_is_given_one() -> None:
    assert search(BATCH, "engine: GridSearch").tune.budget is None
    assert search(BATCH, "engine: {Hyperband: 9}").tune.budget is None
    assert search(BATCH, "engine: {Hyperband: 9}\ntrials: 7").tune.budget == 7


def test_engines_and_pruners_take_their_options() -> None:
    found = search(BATCH, "engine: {Hyperband: {max_epochs: 10}}")
    assert found.tune.engine == Engine.members()["Hyperband"](max_epochs=10)
    assert found.tune.engine.written() == {"max_epochs": 10, "factor": 3, "iterations": 1}
    pruned = search(
        BATCH, "engine: {TPE: {n_startup_trials: 3, multivariate: true}}\npruner: {ASHA: {min_resource: 2}}"
    )
    assert pruned.tune.engine.written() == {"n_startup_trials": 3, "multivariate": True}
    assert pruned.tune.pruner.written() == {"min_resource": 2}
    assert search(BATCH, "engine: TPE\npruner: Hyperband").tune.pruner.written() == {}


def test_null_takes_back_a_pruner_or_a_limit() -> None:
    found = search(BATCH, "pruner: null\ntrials: null\nmax_seconds: null\nmax_epochs_total: null").tune
    assert found.pruner is found.max_seconds is found.max_epochs_total is None
    assert found.budget == 20
    assert search(BATCH, "engine: GridSearch\ntrials: null").tune.budget is None
    assert refused(BATCH, "repeats: null")


def test_every_form_of_a_parameter() -> None:
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


def test_nothing_in_a_config_has_an_option_of_the_name_of_a_form() -> None:
    named = [member for family in Named.__subclasses__() for member in family.members().values()]
    sections: list[type[Section]] = [*named, *Section.__subclasses__()]
    assert not [kind for kind in sections if set(kind.model_fields) & set(KINDS)]


def test_a_space_may_be_nested_and_set_by_hand() -> None:
    assert paths(
        search("train:\n  batch_size: {choice: [16, 32]}\n  optimizer: {SGD: {momentum: {float: [0, 0.9]}}}")
    ) == [
        "train.batch_size",
        "train.optimizer.SGD.momentum",
    ]
    document = yaml_file.parse(CONFIG, "c.yaml")
    for assignment in ("tune.space.train.batch_size={choice: [16, 32]}", "tune.trials=3"):
        document = assign(document, assignment)
    found = search_of(from_document(document))
    assert paths(found) == ["train.batch_size"]
    assert found.tune.budget == 3


def test_a_parameter_of_the_file_is_changed_by_hand() -> None:
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


def test_parameters_inside_and_below_an_option_exist_under_that_option() -> None:
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


def test_a_path_below_several_options_has_a_parameter_for_each() -> None:
    found = search(
        """train.optimizer: {choice: [SGD, {SGD: {momentum: 0.9}}, Adam]}
train.optimizer.SGD.learning_rate: {choice: [0.1, 0.2]}"""
    )
    conditions = [one.condition for one in found.space.parameters[1:]]
    assert conditions == [Condition("train.optimizer", 0), Condition("train.optimizer", 1)]
    assert found.space.size == 2 + 2 + 1


def test_conditions_reach_through_a_choice_inside_a_choice() -> None:
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


def test_layers_and_lists_of_layers_may_be_searched() -> None:
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


def test_own_values_are_those_of_the_config_and_its_defaults() -> None:
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


def test_own_epochs_that_are_not_written_are_those_of_nntrain() -> None:
    found = search("train.epochs: {int: [5, 10]}", config=CONFIG.replace("  epochs: 5\n", ""))
    assert found.space.own == {"train.epochs": 10}


@pytest.mark.parametrize("written", ["SGD", "{SGD: {}}", "sgd", "{sgd: {learning_rate: {float: [0.01, 0.1]}}}"])
def test_the_own_option_is_the_one_that_makes_the_same_experiment(written: str) -> None:
    lines = [f"train.optimizer: {{choice: [Adam, {written}]}}"]
    if "float" not in written:
        lines.append("train.optimizer.SGD.learning_rate: {float: [0.01, 0.1]}")
    found = search("\n".join(lines))
    assert found.space.own["train.optimizer"] == found.space.parameters[0].options[1]
    assert found.space.holds(found.space.own)


def test_an_own_option_that_is_none_of_the_choice_is_kept_as_it_is() -> None:
    found = search("train.optimizer: {choice: [Adam, {SGD: {learning_rate: 0.5}}]}")
    assert found.space.own == {"train.optimizer": {"SGD": {"learning_rate": 0.1}}}
    assert not found.space.holds(found.space.own)


@pytest.mark.parametrize("name", KERAS_DEFAULTS)
def test_the_defaults_of_optimizers_are_keras_s(name: str) -> None:
    import keras

    parameters = inspect.signature(getattr(keras.optimizers, name)).parameters
    assert {option: parameters[option].default for option in KERAS_DEFAULTS[name]} == KERAS_DEFAULTS[name]


def test_the_own_values_make_the_experiment_of_the_config() -> None:
    config = read(
        "train.optimizer: {choice: [{SGD: {learning_rate: {float: [0.01, 0.5]}}}, Adam]}\ntrain.shuffle: bool"
    )
    made = with_values(config, search_of(config).space.own)
    assert made.experiment == config.experiment.model_copy(update={"tune": None})


def test_values_are_put_from_above_to_below_with_what_else_is_asked_for() -> None:
    config = read("train.optimizer: {choice: [Adam, {RMSprop: {rho: {float: [0.1, 0.9]}}}]}")
    values = {"train.optimizer.RMSprop.rho": 0.3, "model.1.Dropout.seed": 4, "train.optimizer": {"RMSprop": {}}}
    made = with_values(config, values, {"seed": 3, "train.epochs": 1})
    assert to_tree(made.experiment.train.optimizer) == {"RMSprop": {"rho": 0.3}}
    assert to_tree(made.experiment.model[1]) == {"Dropout": {"rate": 0.2, "seed": 4}}
    assert (made.experiment.seed, made.experiment.train.epochs) == (3, 1)
    assert made.experiment.tune is None
    assert config.experiment.seed == 0


def test_values_that_make_no_config_are_refused() -> None:
    with pytest.raises(ConfigError, match="`units` must be at least 1"):
        with_values(read(BATCH), {"model.0.Dense.units": 0})


def test_null_leaves_the_option_out() -> None:
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


def test_the_yaml_of_a_trial_is_complete_and_runs_from_any_folder(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b,c\n1,2,x\n")
    file = tmp_path / "c.yaml"
    text = CONFIG.replace("data: iris", "data: {csv_table: {path: data.csv, label: c}}")
    file.write_text(f"{text}tune: {{space: {{train.batch_size: {{choice: [8, 16]}}}}}}\n")
    made = with_values(load(file), {"train.batch_size": 8})
    (tmp_path / "elsewhere").mkdir()
    other = tmp_path / "elsewhere" / "trial.yaml"
    other.write_text(as_yaml(made))
    again = load(other)
    assert again.experiment == made.experiment
    assert again.experiment.train.batch_size == 8
    assert str(tmp_path / "data.csv") in as_yaml(made)


def test_values_survive_json() -> None:
    found = search(
        "train.optimizer: {choice: [{SGD: {momentum: {float: [0.5, 0.99]}}}, {Adam: {}}]}\ntrain.shuffle: bool"
    )
    values: dict[str, Any] = json.loads(json.dumps(found.space.own))
    assert values == found.space.own


@pytest.mark.parametrize(
    ("options", "metric", "direction"),
    [
        ("objective: val_accuracy", "val_accuracy", "max"),
        ("objective: val_loss", "val_loss", "min"),
        ("objective: {metric: val_accuracy}", "val_accuracy", "max"),
        ("objective: {metric: val_loss, direction: min}", "val_loss", "min"),
    ],
)
def test_the_direction_follows_from_the_metric(options: str, metric: str, direction: str) -> None:
    found = search(BATCH, options)
    assert (found.metric, found.direction) == (metric, direction)


def test_the_monitor_is_the_objective_where_none_is_written() -> None:
    found = search(BATCH, config=CONFIG + "  monitor: val_accuracy\n")
    assert (found.metric, found.direction) == ("val_accuracy", "max")
    stopped = search(BATCH, config=CONFIG + "  callbacks: [{EarlyStopping: {monitor: val_accuracy, patience: 2}}]\n")
    assert stopped.metric == "val_accuracy"


def test_the_direction_is_known_where_only_the_data_tell_the_metrics() -> None:
    config = "data: {npz_file: {path: a.npz}}\nmodel: [{Dense: 5}]\n"
    found = search("train.shuffle: bool", "objective: val_accuracy", config)
    assert (found.metric, found.direction) == ("val_accuracy", "max")
    regression = search("train.shuffle: bool", "objective: val_mean_absolute_error", config)
    assert regression.direction == "min"


def test_validation_and_test_must_be_two_files() -> None:
    config = "data: {npz_file: {path: a.npz, validation: {file: b.npz}, test: {file: %s}}}\nmodel: [{Dense: 5}]\n"
    found = refused("train.shuffle: bool", "", config % "./x/../b.npz")
    assert found == ["validation and test are the same file, so that the search would choose by the test rows"]
    assert search("train.shuffle: bool", "", config % "c.npz")


def test_a_value_that_fits_together_with_another_parameter_is_right() -> None:
    space = """model.2.Dense.activation: {choice: [softmax, linear]}
train.loss: {choice: [SparseCategoricalCrossentropy, {SparseCategoricalCrossentropy: {from_logits: true}}]}"""
    options = "objective: val_accuracy"
    config = CONFIG + "  loss: SparseCategoricalCrossentropy\n"
    assert search(space, options, config).space.size == 4
    alone = refused(space.splitlines()[0], options, config)
    assert alone == [
        "`train.loss`: `SparseCategoricalCrossentropy` needs probabilities, but the output layer is `linear`"
    ]


def test_a_warning_of_a_value_does_not_matter() -> None:
    assert search("train.epochs: {int: [2, 9]}", config=CONFIG + "  callbacks: [{EarlyStopping: 4}]\n")


def test_fit_reads_a_config_whose_search_is_wrong() -> None:
    config = read("model.0.Dense.unit: {int: [1]}", "engine: none")
    assert config.experiment.tune is not None
    with pytest.raises(ConfigError):
        search_of(config)


def test_a_config_without_a_search_is_an_error() -> None:
    with pytest.raises(ConfigError, match="the config has no section `tune`"):
        search_of(from_document(yaml_file.parse(CONFIG, "c.yaml")))


def test_a_long_config_with_many_values_is_checked_within_seconds() -> None:
    layers = "".join(f"  - Dense: {{units: {n + 1}, activation: relu}}\n" for n in range(200))
    config = CONFIG.replace("  - Dropout: 0.2\n", f"  - Dropout: 0.2\n{layers}")
    space = "\n".join(f"model.{n}.Dense.units: {{choice: [10, 20, 30]}}" for n in range(2, 22))
    assert search(space, config=config).space.size == 3**20
