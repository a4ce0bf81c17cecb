"""The table of the best trials, and which differences may be noise."""

import math
from collections.abc import Sequence

import pytest
from scipy import stats

from nntrain.search.engine import Proposal
from nntrain.search.ledger import Entry, mean_and_spread
from nntrain.search.ranking import chances, explanation, table

GOOD, CLOSE, POOR = (0.90, 0.92, 0.91, 0.93, 0.94), (0.91, 0.90, 0.92, 0.92, 0.93), (0.5, 0.55, 0.52, 0.51, 0.56)


def entry(number: int, scores: Sequence[float], optimizer: object) -> Entry:
    mean, spread = mean_and_spread(scores)
    several = scores if len(scores) > 1 else ()
    proposal = Proposal({"train.optimizer": optimizer, "model.1": "ReLU"})
    return Entry(number, proposal, "done", mean, spread, several, 30, 150, 2.0, 0.0125)


RANKED = [entry(2, GOOD, "Adam"), entry(0, CLOSE, {"SGD": {"momentum": 0.9}}), entry(1, POOR, "Lion")]


def test_the_interval_the_p_value_and_the_time_of_an_epoch() -> None:
    columns, rows = table(RANKED, "val_accuracy", ["train.optimizer", "model.1"])
    first = "val_accuracy", "spread", "95 %", "p", "epochs", "s/epoch", "optimizer", "model.1"
    assert columns == ("trial", *first)
    assert rows[0][3:] == ["0.9004 to 0.9396", "", 30, "0.013", "Adam", "ReLU"]
    assert [row[4] for row in rows[1:]] == ["0.54", "< 0.001"]
    assert rows[1][-2] == "SGD momentum=0.9"


def test_the_p_values_are_those_of_the_paired_test_corrected_by_holm() -> None:
    close, poor = (float(stats.ttest_rel(GOOD, other).pvalue) for other in (CLOSE, POOR))
    found = chances(RANKED)
    assert math.isnan(found[0])
    assert found[1:] == pytest.approx([close, 2 * poor], rel=1e-9)


def test_a_corrected_p_value_is_never_below_a_smaller_one() -> None:
    found = chances([RANKED[0], entry(3, CLOSE, "A"), entry(4, CLOSE, "B")])
    assert found[1] == found[2] == pytest.approx(min(1.0, 2 * float(stats.ttest_rel(GOOD, CLOSE).pvalue)))


def test_the_line_names_what_may_be_noise() -> None:
    test = "p: Student's paired test against the best, seed by seed, corrected by Holm for 2"
    assert explanation(RANKED, folds=False) == f"{test}; above 0.05, where the difference may be noise: trial-001"


def test_trials_of_one_training_have_neither_interval_nor_p_value() -> None:
    single = [entry(0, (0.9,), "Adam"), entry(1, (0.8,), "Lion")]
    columns, rows = table(single, "val_accuracy", ["train.optimizer"])
    assert columns == ("trial", "val_accuracy", "epochs", "s/epoch", "optimizer")
    assert rows[1] == ["trial-002", 0.8, 30, "0.013", "Lion"]
    assert explanation(single, folds=False) == ""
