import random
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import permutation_importance

from nntrain.canvas import NothingToDraw
from nntrain.config.search.space import Condition, Parameter, Space
from nntrain.search import importance
from nntrain.search.importance import ParameterImportance, measure
from nntrain.search.trial_table import Trial

SPACE = Space(
    (
        Parameter("train.batch_size", "choice", (16, 32, 64)),
        Parameter("train.optimizer.learning_rate", "float", low=1e-5, high=1e-1, log=True),
        Parameter("train.shuffle", "bool", (False, True)),
    )
)
CONDITIONAL = Space(
    (
        Parameter("train.optimizer", "choice", ({"SGD": {}}, {"Adam": {}})),
        Parameter("train.optimizer.SGD.momentum", "float", low=0, high=1, condition=Condition("train.optimizer", 0)),
    )
)


def searched(count: int) -> list[Trial]:
    """The score depends on the learning rate's logarithm alone, but for a little noise."""
    chance = random.Random(0)
    found = []
    for number in range(1, count + 1):
        power = chance.uniform(-5, -1)
        values = {
            "train.batch_size": chance.choice([16, 32, 64]),
            "train.optimizer.learning_rate": 10**power,
            "train.shuffle": chance.random() < 0.5,
        }
        found.append(Trial(number, values, -power + chance.gauss(0, 0.05), "done", 5, 1.0))
    return found


def conditional(matters: str) -> list[Trial]:
    chance = random.Random(1)
    found = []
    for number in range(1, 61):
        momentum = chance.random()
        sgd = chance.random() < 0.5
        values = (
            {"train.optimizer": {"SGD": {}}, "train.optimizer.SGD.momentum": momentum}
            if sgd
            else {"train.optimizer": {"Adam": {}}}
        )
        score = float(sgd) if matters == "optimizer" else momentum * sgd + 0.5 * (not sgd)
        found.append(Trial(number, values, score + chance.gauss(0, 0.02), "done", 5, 1.0))
    return found


def measured(trials: list[Trial], space: Space = SPACE, seed: int = 0) -> ParameterImportance:
    return measure(trials, space, seed)


@pytest.fixture(autouse=True)
def fewer_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """A smaller forest, which is harder to learn from and quicker to grow."""
    monkeypatch.setattr(importance, "_TREES", 20)


def test_the_parameter_that_matters_comes_first():
    found = measured(searched(40))
    assert found.paths[0] == "train.optimizer.learning_rate"
    assert found.drops[0] > 1
    assert all(abs(drop) < 0.1 for drop in found.drops[1:])
    assert 0.8 < found.r2 <= 1
    assert (found.trials, found.epochs) == (40, (5, 5))
    assert len(found.paths) == len(found.drops) == len(found.spreads) == 3


def test_the_drops_are_those_of_scikit_learn() -> None:
    places, ranks = importance._table(searched(16), SPACE)
    fitted, held = np.arange(12), np.arange(12, 16)
    forest = RandomForestRegressor(importance._TREES, random_state=3).fit(places[fitted], ranks[fitted])
    options = {"scoring": "neg_mean_squared_error", "n_repeats": importance._PERMUTATIONS, "random_state": 3}
    wanted = permutation_importance(forest, places[held], ranks[held], **options).importances_mean
    assert importance._errors(places, ranks, fitted, held, 3)[1:] == pytest.approx(wanted)
    assert np.abs(wanted).max() > 0


def test_the_r2_is_low_where_nothing_can_be_learned():
    chance = random.Random(2)
    found = measured([replace(trial, score=chance.random()) for trial in searched(40)])
    assert found.r2 < 0.3


def test_the_same_seed_gives_the_same_importance(monkeypatch):
    monkeypatch.setattr(importance, "_TREES", 5)
    trials = searched(12)
    found = measured(trials)
    assert measured(trials) == found
    assert measured(trials, seed=7) != found


def test_the_direction_and_the_unit_of_the_score_do_not_matter():
    trials = searched(20)
    diverged = [replace(trial, score=10 ** -(trial.score or 0)) for trial in trials]
    one, other = measured(trials), measured(diverged)
    assert one.paths[0] == other.paths[0]
    assert one.r2 == pytest.approx(other.r2, abs=0.1)


@pytest.mark.parametrize(
    ("matters", "path"), [("optimizer", "train.optimizer"), ("momentum", "train.optimizer.SGD.momentum")]
)
def test_a_choice_and_what_depends_on_it_have_separate_importance(matters, path):
    found = measured(conditional(matters), CONDITIONAL)
    assert found.paths[0] == path
    assert found.drops[0] > 5 * found.drops[1]


def test_only_trials_that_are_done_and_finite_count(monkeypatch):
    monkeypatch.setattr(importance, "_TREES", 5)
    trials = searched(14)
    trials[0] = replace(trials[0], score=None, status="failed")
    trials[1] = replace(trials[1], status="pruned")
    trials[2] = replace(trials[2], score=float("nan"))
    trials[3] = replace(trials[3], epochs=9)
    found = measured(trials)
    assert (found.trials, found.epochs) == (11, (5, 9))


@pytest.mark.parametrize("count", [0, 9])
def test_too_few_trials_are_too_little(count, monkeypatch):
    monkeypatch.setattr(importance, "_TREES", 5)
    with pytest.raises(NothingToDraw, match=f"^importance needs 10 finished trials, there are {count}$"):
        measure(searched(count), SPACE)
    measured(searched(10))


@pytest.mark.parametrize(
    ("change", "words"), [({"score": 0.5}, "scores"), ({"values": searched(1)[0].values}, "values")]
)
def test_equal_scores_or_values_are_too_little(change, words):
    with pytest.raises(NothingToDraw, match=f"^importance needs {words} that differ$"):
        measure([replace(trial, **change) for trial in searched(12)], SPACE)


def test_a_value_of_the_config_may_be_outside_of_the_space(monkeypatch):
    monkeypatch.setattr(importance, "_TREES", 5)
    trials = searched(12)
    own = {**trials[0].values, "train.batch_size": 7, "train.optimizer.learning_rate": {"CosineDecay": {}}}
    assert measured([replace(trials[0], values=own), *trials[1:]]).trials == 12


def test_importing_it_loads_nothing_heavy():
    code = "import sys; import nntrain.search.importance, nntrain.search.trial_table; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
