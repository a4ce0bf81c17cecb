"""What every engine promises: the own values first, no set of values twice, the same calls the same proposals."""

import importlib.util
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.search.space import Space

ENGINES = ["RandomSearch", "GridSearch", "Hyperband", "BayesianOptimization", "TPE", "CmaEs", "BruteForce"]
if importlib.util.find_spec("torch"):  # not among the packages for development, being larger than all of them
    ENGINES.append("GP")
if importlib.util.find_spec("hyperopt"):
    ENGINES.append("HyperoptTPE")
DRAWING = [engine for engine in ENGINES if engine not in ("GridSearch", "BruteForce")]
BLIND = [engine for engine in ("RandomSearch", "GridSearch", "BruteForce") if engine in ENGINES]


def cases(engines: list[str]) -> list[Any]:
    """As parameters; `scripts/test quick` leaves out the engine that loads TensorFlow."""
    return [pytest.param(name, marks=[pytest.mark.trains] * (name == "BayesianOptimization")) for name in engines]


def cost(proposal: Any) -> float:
    """Of `branches`: least with the plain option."""
    return 0.0 if proposal.values["optimizer"] == ["plain"] else 1.0 + proposal.values.get("momentum", 0.0)


@pytest.mark.parametrize("engine", cases(ENGINES))
def test_the_own_values_are_the_first_trial(begin: Any, branches: Space, engine: str) -> None:
    own = {"optimizer": {"SGD": {"nesterov": True}}, "momentum": 0.6, "schedule": "cosine", "steps": 3}
    search = begin(engine, Space(branches.parameters, own), score=cost).run(trials=5)
    assert search.values[0] == own
    outside = begin(engine, Space(branches.parameters, {"optimizer": "Nadam"}), score=cost).run(trials=5)
    assert outside.values[0] == {"optimizer": "Nadam"}
    assert all(branches.holds(values) for values in outside.values[1:])


@pytest.mark.parametrize("engine", cases(ENGINES))
def test_only_active_parameters_have_values_and_each_is_one_that_the_space_holds(
    begin: Any, branches: Space, engine: str, needed: Any
) -> None:
    search = begin(engine, branches, score=cost).run(trials=14)
    assert {tuple(values) for values in search.values} == {tuple(needed(values)) for values in search.values}
    assert len({tuple(values) for values in search.values}) > 1
    for values in search.values:
        assert list(values) == needed(values)
        assert branches.holds(values)


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("engine", cases([engine for engine in ENGINES if engine != "Hyperband"]))
def test_a_finite_space_is_tried_completely_and_nothing_twice(
    begin: Any, branches: Space, engine: str, workers: int
) -> None:
    search = begin(engine, branches, score=cost).run(trials=100, workers=workers)
    assert len(search.keys) == len(set(search.keys)) == 14
    assert search.engine.ended == "the space is exhausted"
    assert search.engine.ask() is None


@pytest.mark.parametrize("engine", cases(ENGINES))
def test_the_same_calls_give_the_same_proposals(begin: Any, smooth: Space, branches: Space, engine: str) -> None:
    space, score = (branches, cost) if engine in ("GridSearch", "BruteForce") else (smooth, None)
    given = {"score": score} if score else {}
    first, again = (begin(engine, space, **given).run(trials=12, workers=3, last_first=True) for _ in range(2))
    assert first.proposals == again.proposals


@pytest.mark.parametrize("engine", cases(DRAWING))
def test_0_is_a_seed_and_neighbours_share_no_draw(begin: Any, smooth: Space, engine: str) -> None:
    draws = [set(begin(engine, smooth, seed=seed).run(trials=6).keys[1:]) for seed in (0, 0, 1, 3)]
    assert draws[0] == draws[1]
    assert all(a.isdisjoint(b) for i, a in enumerate(draws[1:]) for b in draws[1 : 1 + i])


@pytest.mark.parametrize("engine", BLIND)
def test_the_proposals_do_not_depend_on_scores_or_workers(begin: Any, branches: Space, engine: str) -> None:
    alone = begin(engine, branches, score=cost).run(trials=14)
    together = begin(engine, branches, score=lambda p: None).run(trials=14, workers=5, last_first=True)
    assert alone.proposals == together.proposals
    assert together.waited == 0


@pytest.mark.parametrize("engine", cases(ENGINES))
def test_failures_stop_nothing(begin: Any, branches: Space, engine: str) -> None:
    assert len(begin(engine, branches, score=lambda p: None).run(trials=10).proposals) == 10


@pytest.mark.parametrize("direction", ["min", "max"])
@pytest.mark.parametrize("engine", cases(DRAWING))
def test_a_search_finds_better_than_its_first_trial(begin: Any, smooth: Space, engine: str, direction: str) -> None:
    sign = 1 if direction == "min" else -1
    search = begin(engine, smooth, direction=direction)
    score = search.score
    search.score = lambda proposal: sign * score(proposal)
    search.run(trials=16)
    assert min(sign * value for value in search.scores.values()) < 0.5 * sign * search.scores[0]


@pytest.mark.parametrize("engine", cases(ENGINES))
def test_nothing_is_written_printed_or_drawn_from_a_global_generator(
    begin: Any, branches: Space, engine: str, tmp_path: Path, monkeypatch: Any, capfd: Any
) -> None:
    begin(engine, branches, score=cost).run(trials=1)  # what importing the libraries prints is not the engine's
    capfd.readouterr()
    monkeypatch.chdir(tmp_path)
    before = random.getstate(), np.random.get_state()[1].tolist()
    begin(engine, branches, score=cost).run(trials=8)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("engine", cases(ENGINES))
def test_the_caller_may_change_proposed_options(begin: Any, branches: Space, engine: str) -> None:
    search = begin(engine, branches, score=cost).run(trials=10)
    for values in search.values:
        if isinstance(values["optimizer"], dict):
            values["optimizer"].clear()
    assert branches.parameters[0].options[1] == {"SGD": {"nesterov": True}}
