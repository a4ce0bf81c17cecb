import time
import tracemalloc
from math import isnan

import numpy as np
import pytest
from scipy import stats

from nntrain.evaluation.intervals import bootstrap_interval, summarize

pytestmark = pytest.mark.quick


def test_three_values_by_hand():
    summary = summarize([1, 2, 3])
    reach = 4.302653 / 3**0.5  # Student's t for 2 degrees of freedom, from a printed table
    assert (summary.mean, summary.sd, summary.count) == (2, 1, 3)
    assert (summary.low, summary.high) == pytest.approx((2 - reach, 2 + reach), abs=1e-6)


def test_the_interval_is_scipys():
    values = np.random.default_rng(0).normal(size=10)
    summary = summarize(values)
    expected = stats.t.interval(0.95, 9, loc=values.mean(), scale=stats.sem(values))
    assert (summary.low, summary.high) == pytest.approx(expected)


def test_one_value_has_no_spread():
    summary = summarize([0.5])
    assert (summary.mean, summary.count) == (0.5, 1)
    assert isnan(summary.sd)
    assert isnan(summary.low)
    assert isnan(summary.high)
    assert str(summary) == "0.5000 (n = 1)"


def test_equal_values_are_a_point():
    summary = summarize([0.25] * 4)
    assert (summary.sd, summary.low, summary.high) == (0, 0.25, 0.25)


def test_no_values_are_refused():
    with pytest.raises(ValueError, match="at least one value"):
        summarize([])


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([0.9, 1.0], "0.9500 ± 0.0707 (95 % interval 0.3147 to 1.5853, n = 2)"),
        ([1, 2, 3], "2.0000 ± 1.0000 (95 % interval -0.4841 to 4.4841, n = 3)"),
        ([-1, 1], "0.0000 ± 1.4142 (95 % interval -12.7062 to 12.7062, n = 2)"),
        ([1e-5, 2e-5], "1.5e-05 ± 7.071e-06 (95 % interval -4.853e-05 to 7.853e-05, n = 2)"),
        ([10000, 10010], "10005.0 ± 7.1 (95 % interval 9941.5 to 10068.5, n = 2)"),
    ],
)
def test_the_summary_as_text(values, text):
    assert str(summarize(values)) == text


def test_bootstrap_interval_of_shares_is_close_to_the_normal_one():
    values = np.repeat([1, 0], [900, 100])
    reach = 1.96 * (0.9 * 0.1 / 1000) ** 0.5
    assert bootstrap_interval(values) == pytest.approx((0.9 - reach, 0.9 + reach), abs=0.002)


def test_bootstrap_interval_depends_on_the_seed_alone():
    values = np.random.default_rng(0).random(50)
    assert bootstrap_interval(values) == bootstrap_interval(values) == pytest.approx((0.447595354, 0.607780009))
    assert bootstrap_interval(values) != bootstrap_interval(values, seed=1)


def test_bootstrap_interval_of_equal_values_is_a_point():
    assert bootstrap_interval(np.ones(30, bool)) == (1, 1)


def test_bootstrap_interval_of_one_value_is_a_point_and_of_infinity_is_nan():
    assert bootstrap_interval(np.array([0.5], np.float32)) == (0.5, 0.5)
    assert all(map(isnan, bootstrap_interval(np.array([1.0, np.inf]))))


def test_bootstrap_interval_of_60000_examples_needs_little_memory_and_time():
    values = np.random.default_rng(0).random(60_000)
    start = time.perf_counter()
    tracemalloc.start()
    bootstrap_interval(values)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40e6
    assert time.perf_counter() - start < 20
