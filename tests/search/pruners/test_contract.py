"""Optuna's pruners: what is stopped, and what the sampler hears of it."""

from typing import Any

import pytest

from nntrain.config.search.space import Space
from nntrain.search.engine import Proposal

PRUNERS = {
    "Median": {"n_startup_trials": 3, "n_warmup_steps": 1},
    "ASHA": {"min_resource": 1, "reduction_factor": 2},
    "Hyperband": {"min_resource": 1, "max_resource": 9, "reduction_factor": 3},
}


def train(search: Any, epochs: int = 9) -> list[tuple[Proposal, int, bool]]:
    """Twenty trials whose score falls by a tenth an epoch; each with its epochs and whether it was stopped."""
    done = []
    for number in range(20):
        proposal = search.engine.ask()
        for epoch in range(1, epochs + 1):
            score = search.score(proposal) * 0.9**epoch
            if stopped := search.engine.report(number, epoch, score):
                break
        search.engine.tell(number, score, epoch)
        done.append((proposal, epoch, stopped))
    return done


@pytest.mark.parametrize("name", PRUNERS)
@pytest.mark.parametrize("engine", ["TPE", "CmaEs"])
def test_poor_trials_are_stopped_early_and_the_best_is_trained_to_the_end(
    begin: Any, smooth: Space, engine: str, name: str
) -> None:
    search = begin(engine, smooth, pruner={name: PRUNERS[name]})
    done = train(search)
    assert min(done, key=lambda trial: search.score(trial[0]))[1] == 9
    assert sum(length < 9 for _, length, _ in done) >= 4
    states = [trial.state.name for trial in search.engine._study.trials]
    assert states == ["PRUNED" if stopped else "COMPLETE" for _, _, stopped in done]


@pytest.mark.parametrize("name", PRUNERS)
def test_the_same_calls_stop_the_same_trials(begin: Any, smooth: Space, name: str) -> None:
    first, again = (train(begin("TPE", smooth, pruner={name: PRUNERS[name]})) for _ in range(2))
    assert first == again


def test_a_pruned_trial_has_the_score_of_its_last_epoch(begin: Any, smooth: Space) -> None:
    search = begin("TPE", smooth, pruner={"Median": PRUNERS["Median"]})
    train(search)
    for trial in search.engine._study.trials:
        assert trial.value == trial.intermediate_values[trial.last_step]


def test_own_values_outside_the_space_are_not_stopped(begin: Any, smooth: Space) -> None:
    search = begin("TPE", Space(smooth.parameters, {**smooth.own, "units": 15}), pruner={"Median": PRUNERS["Median"]})
    assert search.engine.ask().values["units"] == 15
    assert not search.engine.report(0, 1, 1e9)
    search.engine.tell(0, 1e9, 9)
    assert search.engine._study.trials == []


@pytest.mark.parametrize("engine", ["RandomSearch", "GridSearch", "Hyperband", "BayesianOptimization"])
def test_keras_tuner_stops_no_running_trial(begin: Any, smooth: Space, engine: str) -> None:
    search = begin(engine, smooth)
    search.engine.ask()
    assert not search.engine.report(0, 1, 1e9)
