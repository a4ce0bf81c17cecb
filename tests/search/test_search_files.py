"""What a trial of a search trains."""

from pathlib import Path

import pytest

from nntrain.config.load import Config, from_document
from nntrain.config.search.load import search_of
from nntrain.config.search.space import Values
from nntrain.document import yaml_file
from nntrain.errors import Problem, in_one_line
from nntrain.processes.messages import Event
from nntrain.search.engine import Proposal
from nntrain.search.ledger import Ledger
from nntrain.search.search_files import SearchDir, error_of, length_of, trial_config
from nntrain.storage.run_dir import RunDir

CONFIG = """
data: iris
model: [{Dense: {units: 8, activation: relu}}, {Dense: 3}]
train: {TRAIN}
tune: {space: {SPACE}}
"""
UNITS = "model.0.Dense.units: {choice: [4, 8]}"
OPTIMIZER = "train.optimizer: {choice: [{SGD: {momentum: {float: [0.0, 0.9]}}}, {Adam: {learning_rate: 0.5}}]}"


def read(space: str = UNITS, train: str = "{}") -> Config:
    text = CONFIG.replace("{TRAIN}", train).replace("SPACE", space)
    return from_document(yaml_file.parse(text, "c.yaml"))


def keys(first: Values, *others: Values, space: str = UNITS, train: str = "{}") -> list[str]:
    """The keys of sets of values, the first being the config's own in the space before."""
    config, ledger = read(space, train), Ledger("min")
    ledger.add(Proposal(first))
    folder = SearchDir(config, search_of(config), RunDir(Path("search")), ledger)
    return [folder.key(values) for values in (first, *others)]


def test_the_configs_own_values_are_one_trial_in_every_space() -> None:
    rate = "train.optimizer.Adam.learning_rate"
    own = {"train.batch_size": 32, rate: 0.001}  # which is Keras's, and not written
    units = "model.0.Dense.units"
    first, same, other, another = keys(own, {units: 8}, {units: 4}, {units: 4, rate: 0.001})
    assert first == same != other == another


def test_what_is_below_another_option_counts_though_it_is_as_in_the_config() -> None:
    adam, sgd = {"Adam": {"learning_rate": 0.5}}, {"SGD": {}}
    path = "train.optimizer"
    own = {path: sgd, f"{path}.SGD.momentum": 0.5}
    one, two = {path: adam}, {path: sgd, f"{path}.SGD.momentum": 0.6}
    train = "{optimizer: {SGD: {momentum: 0.5}}}"
    assert len(set(keys(own, one, two, {f"{path}.SGD.momentum": 0.6}, space=OPTIMIZER, train=train))) == 3


def test_values_that_make_no_config_have_a_key_too() -> None:
    first, second = keys({}, {"model.9.Dense.units": 4})
    assert first != second


@pytest.mark.parametrize(
    ("train", "proposal", "length"),
    [
        ("{}", Proposal({}), 10),
        ("{epochs: 7}", Proposal({}), 7),
        ("{epochs: 7}", Proposal({"train.epochs": 5}), 5),
        ("{epochs: 7}", Proposal({}, epochs=3), 3),
        ("{steps: 70}", Proposal({}), 0),
        ("{}", Proposal({"train.steps": 70}), 0),
    ],
)
def test_the_length_of_a_trial(train: str, proposal: Proposal, length: int) -> None:
    assert length_of(read(train=train), proposal) == length


def test_each_fold_of_a_trial_is_a_training_with_another_validation_split() -> None:
    text = CONFIG.replace("{TRAIN}", "{}").replace("{space: {SPACE}}", "{folds: 3, space: {" + UNITS + "}}")
    config = from_document(yaml_file.parse(text, "c.yaml"))
    search = search_of(config)
    folder = SearchDir(config, search, RunDir(Path("search")), ledger := Ledger("min"))
    tasks = list(folder.tasks(ledger.add(Proposal({"model.0.Dense.units": 4}))))
    assert [Path(task.folder).name for task in tasks] == ["fold-1", "fold-2", "fold-3"]
    trees = [yaml_file.parse(task.config, "t.yaml").tree for task in tasks]
    assert [tree["data"]["iris"]["validation"] for tree in trees] == [
        {"fold": {"index": at, "count": 3}} for at in (1, 2, 3)
    ]
    assert len({tree["seed"] for tree in trees}) == 1
    best = trial_config(config, search, Proposal({}))
    assert best.experiment.data.validation == config.experiment.data.validation


VALIDATION = ("data", "iris", "validation", "fold", "count")


@pytest.mark.parametrize(("key", "path"), [("folds", ("tune", "folds")), ("repeats", VALIDATION)])
def test_a_fault_of_the_validation_split_is_one_of_the_folds_that_make_it(key: str, path: tuple[str, ...]) -> None:
    text = CONFIG.replace("{TRAIN}", "{}").replace("{space: {SPACE}}", f"{{{key}: 1000, space: {{{UNITS}}}}}")
    fault = Problem("1000 folds need at least 1000 rows, there are 120", VALIDATION, "use at most 120 folds")
    config = from_document(yaml_file.parse(text, "c.yaml"))
    error = error_of(config, Event(0, "failed", wrong="data", faults=(fault,)))
    assert [(one.path, one.help) for one in error.problems] == [(path, "use at most 120 folds")]
    assert in_one_line(error) == f"{'.'.join(path)}: 1000 folds need at least 1000 rows, there are 120"
