"""Optuna's engines: repeated proposals, and packages that are missing."""

import sys
from typing import Any

import pytest

from nntrain.config.search.space import Parameter, Space
from nntrain.errors import MissingPackage

TWO = Space((Parameter("x", "int", low=1, high=5, step=1),), {"x": 1})


def test_what_the_sampler_repeats_is_answered_with_the_first_score_and_not_trained(begin: Any) -> None:
    search = begin("TPE", TWO, score=lambda p: float(p.values["x"])).run()
    assert sorted(values["x"] for values in search.values) == [1, 2, 3, 4, 5]
    scored = [(trial.params["x"] + 1, trial.value) for trial in search.engine._study.trials]
    assert len(scored) > 5
    assert all(value == x for x, value in scored)


def test_a_repeat_of_a_running_or_failed_trial_has_no_score(begin: Any) -> None:
    search = begin("TPE", TWO, score=lambda p: None).run(workers=5)
    assert sorted(values["x"] for values in search.values) == [1, 2, 3, 4, 5]
    assert {trial.state.name for trial in search.engine._study.trials} == {"FAIL"}


def test_when_a_sampler_only_repeats_itself_an_untried_set_of_values_is_drawn(begin: Any) -> None:
    space = Space(
        (Parameter("x", "int", low=1, high=40, step=1), Parameter("y", "int", low=1, high=2)), {"x": 1, "y": 1}
    )
    search = begin("CmaEs", space, score=lambda p: float(p.values["x"])).run()
    assert len(search.keys) == len(set(search.keys)) == 80


def test_brute_force_takes_ten_places_of_a_continuous_range(begin: Any) -> None:
    space = Space((Parameter("rate", "float", low=0, high=1), Parameter("bias", "bool", options=(False, True))), {})
    search = begin("BruteForce", space, score=lambda p: 0.0).run()
    assert search.values[0] == {}  # the config has no value, so that it is trained as written
    assert len(search.keys) == len(set(search.keys)) == 21
    rates = {values["rate"] for values in search.values[1:]}
    assert rates == {0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95}


@pytest.mark.parametrize(
    "engine, package, extra", [("TPE", "optuna", "optuna"), ("CmaEs", "cmaes", "optuna"), ("GP", "torch", "gp")]
)
def test_a_missing_package_is_an_error_with_the_command_that_installs_it(
    begin: Any, smooth: Space, monkeypatch: pytest.MonkeyPatch, engine: str, package: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackage) as error:
        begin(engine, smooth)
    assert error.value.exit_code == 3
    assert str(error.value) == (
        f"error: `{engine}` needs the package `{package}`, which is not installed\n"
        f" help: run `{sys.executable} -m pip install 'nntrain[{extra}]'`"
    )
