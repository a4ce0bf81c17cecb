"""What is known of every trial: the order of the scored ones, what counts as one cause, what the journal gives back."""

import math
from collections.abc import Sequence
from typing import Any

import pytest

from nntrain.search.engine import Proposal
from nntrain.search.ledger import Entry, Ledger, cause, mean_and_spread, rebuild_entry, score_of


def ledger(scores: Sequence[tuple[Any, float | None]], direction: Any = "min") -> Ledger:
    """A ledger of trials with these states and scores."""
    made = Ledger(direction)
    for status, score in scores:
        entry = made.add(Proposal({}))
        entry.status, entry.score = status, score
    return made


def names(entries: Sequence[Entry]) -> list[str]:
    return [entry.name for entry in entries]


def test_the_best_trial_comes_first_and_pruned_ones_follow() -> None:
    trials = [("pruned", 0.1), ("done", 0.5), ("running", 0.0), ("failed", None), ("done", 0.3), ("done", 0.5)]
    assert names(ledger(trials).ranked()) == ["trial-005", "trial-002", "trial-006", "trial-001"]
    assert names(ledger(trials, "max").ranked()) == ["trial-002", "trial-006", "trial-005", "trial-001"]
    assert ledger([("failed", None)]).best is None


def test_progress_counts_the_trials_that_have_ended() -> None:
    assert ledger([("done", 1.0), ("running", None)]).progress == "1 trial is done"
    assert ledger([("done", 1.0), ("failed", None), ("waiting", None)]).progress == "2 trials are done"


def test_failures_of_one_cause_differ_in_digits_only() -> None:
    found = ledger([("failed", None), ("failed", None), ("done", 1.0)])
    found.entries[0].message, found.entries[1].message = "diverged in epoch 3", "diverged in epoch 12"
    assert found.alike("diverged in epoch 4") == 2
    assert found.alike("out of memory") == 0
    assert cause("epoch 12") == cause("epoch 3") != cause("step 3")


def test_a_trial_whose_worker_dies_twice_without_a_further_epoch_is_given_up() -> None:
    entry = Entry(0, Proposal({}))
    assert not entry.lose(0)
    entry.reach(1, task=0)
    assert not entry.lose(0), "it has got further since"
    assert entry.lose(0)


def test_what_the_parents_have_trained_is_counted_for_a_promoted_trial() -> None:
    found = Ledger("min")
    first, second = found.add(Proposal({})), found.add(Proposal({}, epochs=4, parent=0))
    (first.epochs, first.seconds), (second.epochs, second.seconds) = (2, 1.5), (4, 0.5)
    third = found.add(Proposal({}, epochs=8, parent=1))
    assert (found.before(first), found.before(third)) == ((0, 0.0), (4, 2.0))


@pytest.mark.parametrize(
    ("values", "direction", "epoch", "score"),
    [
        ([3.0, 1.0, 2.0], "min", "best", 1.0),
        ([3.0, 1.0, 2.0], "max", "best", 3.0),
        ([3.0, 1.0, 2.0], "min", "last", 2.0),
        ([3.0, math.nan, 2.0], "min", "best", None),
        ([3.0, math.inf], "max", "last", None),
        ([], "min", "best", None),
    ],
)
def test_the_score_of_a_training(values: list[float], direction: Any, epoch: str, score: float | None) -> None:
    rows = [{"loss": 0.0, "val_loss": value} for value in values]
    assert score_of(rows, "val_loss", direction, epoch) == score


def test_repeats_have_a_mean_and_a_spread() -> None:
    assert mean_and_spread([2.0]) == (2.0, None)
    assert mean_and_spread([1.0, 3.0]) == (2.0, pytest.approx(2**0.5))


def test_a_ledger_is_rebuilt_from_the_events_of_the_journal() -> None:
    end = {"status": "done", "score": 0.5, "spread": None, "epochs": 3, "trained": 3, "seconds": 1.0, "message": ""}
    events = [
        {"event": "ask", "values": {"train.epochs": 3}, "epochs": 3, "parent": None},
        {"event": "start", "trial": 0, "task": 0},
        {"event": "report", "trial": 0, "epoch": 2, "score": 1.0, "stop": False},
        {"event": "lost", "trial": 0, "task": 0},
        {"event": "pause", "spent": 3.0},
        {"event": "tell", "trial": 0, **end},
    ]
    found = Ledger("min")
    assert [rebuild_entry(found, event) is None for event in events] == [False, False, False, False, True, False]
    (entry,) = found.entries
    assert (entry.verdicts, entry.reached, entry.losses) == ({2: False}, 2, {})
    assert {name: getattr(entry, name) for name in end} == end
