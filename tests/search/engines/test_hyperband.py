"""KerasTuner's Hyperband: how many trials, how long, and which are promoted."""

from collections import Counter
from typing import Any

import pytest

from nntrain.config.search.space import Space
from nntrain.search.engine import Waiting


def distance(proposal: Any) -> float:
    return abs(float(proposal.values["rate"]) - 0.01) + 1 / proposal.epochs


def test_an_iteration_with_10_epochs_and_factor_3_has_30_trials(begin: Any, smooth: Space) -> None:
    search = begin("Hyperband", smooth, score=distance).run()
    assert search.engine.ended == "the algorithm has ended"
    assert Counter((p.epochs, p.parent is not None) for p in search.proposals) == {
        (2, False): 12,
        (4, True): 4,
        (10, True): 4,
        (4, False): 6,
        (10, False): 4,
    }


def test_two_iterations_have_60(begin: Any, smooth: Space) -> None:
    assert len(begin("Hyperband", smooth, score=distance, iterations=2).run().proposals) == 60


@pytest.mark.parametrize("direction", ["min", "max"])
def test_a_promotion_continues_the_best_of_its_round_with_the_same_values(
    begin: Any, smooth: Space, direction: str
) -> None:
    sign = 1 if direction == "min" else -1
    search = begin("Hyperband", smooth, direction=direction, score=lambda p: sign * distance(p)).run()
    first_round = range(12)
    assert {search.proposals[number].epochs for number in first_round} == {2}
    promoted = [p for p in search.proposals if p.parent in first_round]
    best = sorted(first_round, key=lambda number: sign * search.scores[number])[:4]
    assert [p.parent for p in promoted] == best
    assert all(p.values == search.proposals[p.parent].values and p.epochs == 4 for p in promoted)


def test_the_own_values_take_the_place_of_the_first_draw(begin: Any, smooth: Space) -> None:
    first = begin("Hyperband", smooth, score=distance).run(trials=1).proposals[0]
    assert (first.values, first.epochs, first.parent) == (smooth.own, 2, None)


def test_own_values_outside_the_space_are_trained_to_the_full_length_beside_the_algorithm(
    begin: Any, smooth: Space
) -> None:
    outside = Space(smooth.parameters, {**smooth.own, "units": 15})
    search = begin("Hyperband", outside, score=distance).run()
    assert (search.values[0], search.proposals[0].epochs) == (outside.own, 10)
    assert len(search.proposals) == 31
    assert all(p.parent != 0 for p in search.proposals)


def test_a_failed_trial_is_never_promoted(begin: Any, smooth: Space) -> None:
    search = begin("Hyperband", smooth, score=lambda p: None if p.values["bias"] else distance(p)).run()
    assert None in search.scores.values()
    assert all(search.scores[p.parent] is not None for p in search.proposals if p.parent is not None)


def test_a_search_whose_trials_all_fail_ends(begin: Any, smooth: Space) -> None:
    search = begin("Hyperband", smooth, score=lambda p: None).run()
    assert {p.parent for p in search.proposals} == {None}
    assert len(search.proposals) == 12 + 6 + 4


def test_it_waits_only_while_a_round_has_to_be_finished(begin: Any, smooth: Space) -> None:
    search = begin("Hyperband", smooth, score=distance)
    asked = [search.engine.ask() for _ in range(23)]
    assert sum(isinstance(proposal, Waiting) for proposal in asked) == 1  # 12 + 6 + 4 need no score
    for number in range(22):
        search.engine.tell(number, float(number), 2)
    assert search.engine.ask().parent == 0
    parallel = begin("Hyperband", smooth, score=distance).run(workers=8)
    assert len(parallel.proposals) == 30


@pytest.mark.parametrize("workers", [1, 4])
def test_in_a_small_space_the_rounds_are_finished_with_what_there_is(begin: Any, branches: Space, workers: int) -> None:
    """KerasTuner ends after 14 trials of 2 epochs when all 14 sets of values have been drawn."""
    search = begin("Hyperband", branches, score=lambda p: p.values.get("momentum", 1.0) + 1 / p.epochs, max_epochs=27)
    search.run(workers=workers)
    assert search.engine.ended == "the space is exhausted"
    assert len(set(search.keys)) == 14
    assert Counter(p.epochs for p in search.proposals) == {1: 14, 3: 5, 9: 2, 27: 1}
    longest = next(p for p in search.proposals if p.epochs == 27)
    assert longest.values["momentum"] == 0.5


def test_failures_in_a_small_space_leave_nothing_waiting(begin: Any, branches: Space) -> None:
    search = begin("Hyperband", branches, score=lambda p: None if "momentum" in p.values else 1.0, max_epochs=27).run()
    assert all(search.scores[p.parent] is not None for p in search.proposals if p.parent is not None)
    assert search.engine.ask() is None
