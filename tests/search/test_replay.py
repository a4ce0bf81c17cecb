"""An engine that is brought back by what the journal remembers, over another space too."""

from collections.abc import Iterator
from typing import Any

import pytest

from nntrain.config.search.space import Values
from nntrain.errors import NNTrainError
from nntrain.search.engine import Proposal, Waiting
from nntrain.search.ledger import Ledger
from nntrain.search.replay import Replay, replayed


class Fixed:
    """An engine that proposes what it was given, and stops a trial whose score is above 1."""

    def __init__(self, *proposals: Proposal) -> None:
        self.proposals: Iterator[Proposal] = iter(proposals)
        self.told: list[tuple[int, float | None, int]] = []
        self.ended = ""

    def ask(self) -> Proposal | Waiting | None:
        found = next(self.proposals, None)
        self.ended = "" if found else "the list is at its end"
        return found

    def report(self, number: int, epoch: int, score: float) -> bool:
        return score > 1

    def tell(self, number: int, score: float | None, epochs: int) -> None:
        self.told.append((number, score, epochs))


def sizes(*values: int) -> list[Proposal]:
    return [Proposal({"train.batch_size": value}) for value in values]


def ask(proposal: Proposal) -> dict[str, Any]:
    return {"event": "ask", "values": proposal.values, "epochs": proposal.epochs, "parent": proposal.parent}


def tell(trial: int, score: float | None = 0.5, status: str = "done") -> dict[str, Any]:
    result = {"spread": None, "epochs": 3, "trained": 3, "seconds": 1.0, "message": ""}
    return {"event": "tell", "trial": trial, "score": score, "status": status, **result}


EXTEND = {"event": "extend"}


def key(values: Values) -> str:
    """Of trials whose config has a batch size of 8 itself."""
    return str({"train.batch_size": 8, **values})


def test_the_calls_of_an_engine_are_repeated() -> None:
    first, second, third = sizes(8, 16, 32)
    engine, ledger = Fixed(first, second, third), Ledger("min")
    events = [ask(first), {"event": "start", "trial": 0, "task": 0}, ask(second), tell(1, 0.25), tell(0)]
    replay = replayed(engine, ledger, events, key)
    assert engine.told == [(1, 0.25, 3), (0, 0.5, 3)]
    assert [(entry.status, entry.score) for entry in ledger.entries] == [("done", 0.5), ("done", 0.25)]
    assert replay.ask() == third


def test_a_trial_that_ran_when_all_was_killed_is_a_stopped_one() -> None:
    (first,) = sizes(8)
    ledger = Ledger("min")
    replayed(Fixed(first), ledger, [ask(first), {"event": "start", "trial": 0, "task": 0}], key)
    assert [entry.status for entry in ledger.entries] == ["stopped"]


def test_workers_that_were_lost_before_do_not_count_any_more() -> None:
    (first,) = sizes(8)
    ledger = Ledger("min")
    lost = [{"event": "lost", "trial": 0, "task": 0}] * 2
    replayed(Fixed(first), ledger, [ask(first), {"event": "start", "trial": 0, "task": 0}, *lost], key)
    (entry,) = ledger.entries
    assert [entry.lose(0), entry.lose(0)] == [False, True]


def test_an_engine_that_proposes_otherwise_is_found_out() -> None:
    first, second = sizes(8, 16)
    with pytest.raises(NNTrainError, match="the engine proposes other values for trial-001 than before"):
        replayed(Fixed(second), Ledger("min"), [ask(first)], key)


def test_a_pruner_that_judges_otherwise_is_found_out() -> None:
    (first,) = sizes(8)
    report = {"event": "report", "trial": 0, "epoch": 1, "score": 2.0}
    replayed(Fixed(first), Ledger("min"), [ask(first), {**report, "stop": True}], key)
    with pytest.raises(NNTrainError, match="the pruner decides about trial-001 otherwise than before"):
        replayed(Fixed(first), Ledger("min"), [ask(first), {**report, "stop": False}], key)


def test_the_new_engine_gets_the_scores_of_the_former_space_and_trains_none_again() -> None:
    first, second, third = sizes(8, 16, 32)
    engine, ledger = Fixed(second, third, first), Ledger("min")
    events = [ask(first), tell(0, 0.75), ask(second), tell(1, None, "failed"), EXTEND]
    replay = replayed(engine, ledger, events, key)
    assert replay.ask() == second, "it has failed, and is tried again"
    replay.ledger.add(second)
    assert replay.ask() == third
    replay.ledger.add(third)
    assert replay.ask() is None and replay.engine.ended == "the list is at its end"
    assert engine.told == [(2, 0.75, 3)]


def test_a_trial_is_known_by_what_it_trains_and_not_by_the_paths_that_are_searched() -> None:
    own, other = Proposal({"train.batch_size": 8}), Proposal({"train.shuffle": False})
    engine = Fixed(Proposal({}), other)
    replay = replayed(engine, Ledger("min"), [ask(own), tell(0, 0.75), EXTEND], key)
    assert replay.ask() == other
    assert engine.told == [(0, 0.75, 3)]


def test_the_parent_of_a_promotion_has_the_number_of_its_trial() -> None:
    first, second = sizes(8, 16)
    short = Proposal(second.values, epochs=1)
    replay = Replay(Fixed(short, Proposal(second.values, epochs=3, parent=0)), Ledger("min"), first=1)
    replay.ledger.add(first).status = "done"
    assert replay.ask() == short
    replay.ledger.add(short)
    assert replay.ask() == Proposal(second.values, epochs=3, parent=1)
