"""The libraries know every option of our engines and pruners."""

from importlib.util import find_spec
from typing import Any

import pytest

from nntrain.config.search.space import Space
from nntrain.config.tune import Engine, Pruner

EVERY_OPTION: dict[str, dict[str, Any]] = {
    "RandomSearch": {},
    "GridSearch": {},
    "BruteForce": {},
    "BayesianOptimization": {"num_initial_points": 2, "alpha": 0.01, "beta": 1.0},
    "Hyperband": {"max_epochs": 9, "factor": 2, "iterations": 2},
    "TPE": {"n_startup_trials": 1, "n_ei_candidates": 9, "multivariate": True, "group": True, "constant_liar": False},
    "GP": {"n_startup_trials": 1, "deterministic_objective": True},
    "CmaEs": {"n_startup_trials": 1, "sigma0": 0.2, "popsize": 5},
    "HyperoptTPE": {"n_startup_jobs": 1, "n_EI_candidates": 9, "gamma": 0.3},
}
EVERY_OPTION_OF_PRUNERS = {
    "Hyperband": {"min_resource": 1, "max_resource": 9, "reduction_factor": 2},
    "ASHA": {"min_resource": 1, "reduction_factor": 2, "min_early_stopping_rate": 1},
    "Median": {"n_startup_trials": 1, "n_warmup_steps": 1, "interval_steps": 2},
}


@pytest.mark.parametrize("name", Engine.members())
def test_the_library_takes_every_option_of_the_engine(begin: Any, smooth: Space, name: str) -> None:
    package = {"GP": "torch", "HyperoptTPE": "hyperopt"}.get(name)
    if package and not find_spec(package):
        pytest.skip(f"{package} is not installed")
    assert set(Engine.members()[name].model_fields) == set(EVERY_OPTION[name])
    assert len(begin(name, smooth, **EVERY_OPTION[name]).run(trials=4).proposals) == 4


@pytest.mark.parametrize("name", Pruner.members())
def test_the_library_takes_every_option_of_the_pruner(begin: Any, smooth: Space, name: str) -> None:
    assert set(Pruner.members()[name].model_fields) == set(EVERY_OPTION_OF_PRUNERS[name])
    search = begin("TPE", smooth, pruner={name: EVERY_OPTION_OF_PRUNERS[name]}).run(trials=4)
    search.engine.ask()
    assert not search.engine.report(4, 1, 0.0)
