"""Intervals by formula, and as SciPy's bootstrap gives them."""

import numpy as np
import pytest
from scipy.stats import bootstrap

from nntrain.evaluation import intervals
from nntrain.evaluation.scores import count_scores, regression_scores


def test_the_interval_of_a_recall_is_that_of_a_share() -> None:
    [first, second] = intervals.of_classes(np.array([[80, 20], [10, 90]]))
    margin = 1.96 * (0.8 * 0.2 / 100) ** 0.5
    assert first.recall == pytest.approx((0.8 - margin, 0.8 + margin), abs=0.01)
    assert first.precision[0] < 80 / 90 < first.precision[1] and second.f1[0] < 2 * 90 / 210 < second.f1[1]
    assert intervals.of_classes(np.array([[80, 20], [10, 90]])) == [first, second]


def test_a_class_that_is_never_predicted_has_zeros() -> None:
    found = intervals.of_classes(np.array([[5, 0], [3, 0]]))
    assert found[1].precision == found[1].recall == found[1].f1 == (0, 0)


def test_the_intervals_of_a_regression_are_those_of_scipy() -> None:
    random = np.random.default_rng(1)
    y = random.normal(size=(80, 1))
    predicted = y + random.normal(size=(80, 1)) / 3
    found = intervals.of_regression(y, predicted)
    for name, interval in found.items():

        def metric(a: np.ndarray, b: np.ndarray, name: str = name) -> float:
            return regression_scores(a, b)[name]

        pairs = (y[:, 0], predicted[:, 0])
        options = {"paired": True, "vectorized": False, "n_resamples": 400, "method": "percentile"}
        expected = bootstrap(pairs, metric, rng=np.random.default_rng(0), **options).confidence_interval
        assert interval == pytest.approx(expected, abs=0.02)


def test_the_intervals_of_counts_are_those_of_scipy() -> None:
    random = np.random.default_rng(1)
    predicted = random.uniform(1, 6, (80, 1))
    y = random.poisson(predicted).astype(float)
    for name, interval in intervals.of_counts(y, predicted).items():

        def metric(a: np.ndarray, b: np.ndarray, name: str = name) -> float:
            return count_scores(a[:, None], b[:, None])[name]

        options = {"paired": True, "vectorized": False, "n_resamples": 400, "method": "percentile"}
        pairs = (y[:, 0], predicted[:, 0])
        expected = bootstrap(pairs, metric, rng=np.random.default_rng(0), **options).confidence_interval
        assert interval == pytest.approx(expected, abs=0.06)
    assert np.isnan(intervals.of_counts(y, predicted - 9)["d2_score"]).all()


def test_there_is_no_interval_of_one_row_or_of_nan() -> None:
    assert np.isnan(intervals.of_regression(np.ones((1, 1)), np.ones((1, 1)))["r2_score"]).all()
    assert np.isnan(intervals.of_regression(np.ones((3, 1)), np.full((3, 1), np.nan))["r2_score"]).all()


def test_infinite_losses_have_no_interval_and_print_no_warning() -> None:
    assert np.isnan(intervals.within(np.array([1.0, np.inf, np.inf, 2.0]))).any()
