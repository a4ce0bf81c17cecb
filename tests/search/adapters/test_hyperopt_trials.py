"""Hyperopt's TPE: that it learns, and what from."""

import sys
from typing import Any

import numpy as np
import pytest

from nntrain.config.search.space import Condition, Parameter, Space
from nntrain.errors import MissingPackage
from nntrain.search.engine import Proposal

pytest.importorskip("hyperopt", reason="Hyperopt is not installed: nntrain[hyperopt]")


def test_it_finds_better_values_than_random_draws(begin: Any, smooth: Space) -> None:
    def best(engine: str, **options: Any) -> float:
        searches = [begin(engine, smooth, seed=seed, **options).run(trials=40) for seed in range(3)]
        return float(np.mean([min(search.scores.values()) for search in searches]))

    assert best("HyperoptTPE", n_startup_jobs=10) < best("RandomSearch") / 2


def test_a_score_to_maximize_is_a_loss_with_the_other_sign(begin: Any, smooth: Space) -> None:
    least = begin("HyperoptTPE", smooth, n_startup_jobs=3, score=_units).run(trials=12)
    most = begin("HyperoptTPE", smooth, n_startup_jobs=3, direction="max", score=lambda p: -_units(p)).run(trials=12)
    assert least.proposals == most.proposals


def _units(proposal: Proposal) -> float:
    return float(proposal.values["units"])


def test_a_trial_that_failed_is_among_the_poorest(begin: Any, smooth: Space) -> None:
    def proposed(score_of_large: float | None) -> list[Proposal]:
        def score(proposal: Proposal) -> float | None:
            return score_of_large if _units(proposal) > 30 else 1 + _units(proposal)

        search = begin("HyperoptTPE", smooth, n_startup_jobs=5, score=score).run(trials=14)
        assert any(_units(each) > 30 for each in search.proposals[:8])
        return list(search.proposals)

    assert proposed(None) == proposed(1e9) != proposed(0.5)


def test_trials_that_all_failed_are_proposals_that_differ(begin: Any, smooth: Space) -> None:
    search = begin("HyperoptTPE", smooth, n_startup_jobs=2, score=lambda p: None).run(trials=6, workers=3)
    assert len(set(search.keys)) == 6
    assert search.engine._list.statuses() == ["fail"] * 6


def test_rounding_leaves_no_range(begin: Any) -> None:
    space = Space(
        (
            Parameter("log", "int", low=1, high=3, log=True),
            Parameter("step", "float", low=0.1, high=0.3, step=0.1),
            Parameter("kind", "choice", options=("a", "b")),
            Parameter("inner", "int", low=5, high=6, step=1, condition=Condition("kind", 1)),
        ),
        {"log": 1, "step": 0.1, "kind": "a"},
    )
    search = begin("HyperoptTPE", space, score=lambda p: float(p.values["log"])).run(trials=100)
    assert len(search.keys) == len(set(search.keys)) == 3 * 3 * (1 + 2)
    assert all(space.holds(values) for values in search.values)


def test_without_the_package_the_error_holds_the_command(
    begin: Any, smooth: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "hyperopt", None)
    with pytest.raises(MissingPackage, match=r"install 'nntrain\[hyperopt\]'"):
        begin("HyperoptTPE", smooth)
