import time
import tracemalloc

import numpy as np
import pytest
from sklearn import metrics

from nntrain.evaluation.scores import bootstrap_interval, class_table, confusion, regression_scores

Y = np.array([0, 0, 0, 1, 1, 2], np.int32)
PREDICTED = np.array([0, 0, 1, 1, 1, 0])


def test_confusion_counts_true_classes_down_and_predicted_ones_across():
    matrix = confusion(Y, PREDICTED, 4)
    assert matrix.tolist() == [[2, 1, 0, 0], [0, 2, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    assert matrix.dtype == np.int64


def test_confusion_does_not_overflow_the_labels_type():
    y = np.array([199], np.uint8)
    assert confusion(y, y, 200)[199, 199] == 1


def test_confusion_of_nothing_is_zero():
    assert confusion(Y[:0], PREDICTED[:0], 2).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("wrong", [3, -1])
def test_confusion_refuses_an_index_that_is_no_class(wrong):
    with pytest.raises(ValueError, match="class indices must be from 0 to 2, got"):
        confusion(Y, np.array([0, 0, 1, 1, 1, wrong]), 3)


def test_confusion_refuses_another_length():
    with pytest.raises(ValueError, match=r"\(1,\) predictions do not fit \(6,\) true values"):
        confusion(Y, PREDICTED[:1], 3)


def test_class_table_by_hand():
    first, second, third = class_table(Y, PREDICTED, ["a", "b", "c"])
    assert (first.name, first.support) == ("a", 3)
    assert (first.precision, first.recall, first.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (second.precision, second.recall, second.f1) == pytest.approx((2 / 3, 1, 4 / 5))
    assert (third.support, third.precision, third.recall, third.f1) == (1, 0, 0, 0)


def test_class_table_is_scikit_learns():
    source = np.random.default_rng(3)
    y, predicted = source.integers(0, 5, 500), source.integers(0, 5, 500)
    table = class_table(y, predicted, list("abcde"))
    expected = np.array(metrics.precision_recall_fscore_support(y, predicted)).T
    assert [(row.precision, row.recall, row.f1, row.support) for row in table] == pytest.approx(expected)


def test_bootstrap_interval_of_shares_is_close_to_the_normal_one():
    values = np.repeat([1, 0], [900, 100])
    reach = 1.96 * (0.9 * 0.1 / 1000) ** 0.5
    assert bootstrap_interval(values) == pytest.approx((0.9 - reach, 0.9 + reach), abs=0.002)


def test_bootstrap_interval_covers_what_it_promises():
    source = np.random.default_rng(5)
    intervals = [bootstrap_interval(source.normal(2, 1, 100), level=0.8, resamples=500) for _ in range(300)]
    assert np.mean([low < 2 < high for low, high in intervals]) == pytest.approx(0.8, abs=0.06)


def test_bootstrap_interval_depends_on_the_seed_alone():
    values = np.random.default_rng(0).random(50)
    assert bootstrap_interval(values) == bootstrap_interval(values)
    assert bootstrap_interval(values) != bootstrap_interval(values, seed=1)


def test_bootstrap_interval_of_equal_values_is_a_point():
    assert bootstrap_interval(np.ones(30, bool)) == (1, 1)


def test_bootstrap_interval_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one value"):
        bootstrap_interval(np.zeros(0))


def test_bootstrap_interval_of_60000_examples_needs_little_memory_and_time():
    values = np.random.default_rng(0).random(60_000)
    start = time.perf_counter()
    tracemalloc.start()
    bootstrap_interval(values)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40e6
    assert time.perf_counter() - start < 20


def test_regression_scores_by_hand():
    scores = regression_scores(np.array([1.0, 2, 3]), np.array([1.0, 2, 5]))
    expected = {"mean_absolute_error": 2 / 3, "root_mean_squared_error": (4 / 3) ** 0.5, "r2_score": 1 - 4 / 2}
    assert scores == pytest.approx(expected)


def test_regression_scores_are_scikit_learns():
    source = np.random.default_rng(1)
    y = source.normal(size=(40, 3)).astype(np.float32)
    predicted = y + source.normal(size=(40, 3)).astype(np.float32)
    scores = regression_scores(y, predicted)
    assert scores["mean_absolute_error"] == pytest.approx(metrics.mean_absolute_error(y, predicted))
    assert scores["root_mean_squared_error"] == pytest.approx(metrics.mean_squared_error(y, predicted) ** 0.5)
    assert scores["r2_score"] == pytest.approx(metrics.r2_score(y, predicted))


def test_regression_scores_take_a_column_for_a_row():
    y = np.arange(3.0)
    assert regression_scores(y[:, None], y)["mean_absolute_error"] == 0


@pytest.mark.parametrize(("predicted", "r2"), [([2.0, 2], 1), ([2.0, 3], 0)])
def test_r2_of_a_target_that_never_changes(predicted, r2):
    assert regression_scores(np.array([2.0, 2]), np.array(predicted))["r2_score"] == r2


def test_regression_scores_refuse_another_shape():
    with pytest.raises(ValueError, match=r"\(3, 2\) predictions do not fit \(3, 1\) true values"):
        regression_scores(np.zeros((3, 1)), np.zeros((3, 2)))
