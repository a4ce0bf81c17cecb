import time
import tracemalloc
from math import isnan

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from nntrain.evaluation.scores import (
    MOST_MISTAKES,
    ConfusedPair,
    bootstrap_interval,
    class_table,
    confusion_matrix,
    count_scores,
    most_confused,
    paired_p_value,
    regression_scores,
    summarize,
)

pytestmark = pytest.mark.quick

Y = np.array([0, 0, 0, 1, 1, 2], np.int32)
PREDICTED = np.array([0, 0, 1, 1, 1, 0])


def test_confusion_matrix_is_scikit_learns():
    matrix = confusion_matrix(Y, PREDICTED, 4)
    assert matrix.tolist() == [[2, 1, 0, 0], [0, 2, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    assert (matrix == metrics.confusion_matrix(Y, PREDICTED, labels=range(4))).all()
    assert matrix.dtype == np.int64


def test_confusion_matrix_refuses_an_index_without_a_class():
    with pytest.raises(IndexError, match="index 3 is out of bounds"):
        confusion_matrix(Y, np.array([0, 0, 1, 1, 1, 3]), 3)


def test_class_table_by_hand():
    first, second, third = class_table(Y, PREDICTED, ["a", "b", "c"])
    assert (first.name, first.support) == ("a", 3)
    assert (first.precision, first.recall, first.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (second.precision, second.recall, second.f1) == pytest.approx((2 / 3, 1, 4 / 5))
    assert (third.support, third.precision, third.recall, third.f1) == (1, 0, 0, 0)


def test_class_table_of_rare_classes_prints_no_warning():
    y = np.arange(40) % 25
    assert [row.recall for row in class_table(y, y, [str(name) for name in range(26)])] == [1.0] * 25 + [0.0]


def test_support_is_an_integer_where_every_prediction_is_wrong():
    table = class_table(Y, (Y + 1) % 3, "abc")
    assert [repr(row.support) for row in table] == ["3", "2", "1"]
    assert {row.f1 for row in table} == {0}


def test_regression_scores_by_hand():
    scores = regression_scores(np.array([1.0, 2, 3]), np.array([1.0, 2, 5]))
    expected = {"mean_absolute_error": 2 / 3, "root_mean_squared_error": (4 / 3) ** 0.5, "r2_score": 1 - 4 / 2}
    assert scores == pytest.approx(expected)


def test_regression_scores_of_several_targets():
    y, predicted = np.array([[1, 10], [3, 30]], np.float32), np.array([[1, 10], [3, 20]], np.float32)
    expected = {"mean_absolute_error": 10 / 4, "root_mean_squared_error": (100 / 4) ** 0.5, "r2_score": (1 + 0.5) / 2}
    assert regression_scores(y, predicted) == pytest.approx(expected)


def test_regression_scores_take_a_column_for_a_row():
    y = np.arange(3.0)
    assert regression_scores(y[:, None], y)["mean_absolute_error"] == 0


@pytest.mark.parametrize(("predicted", "r2"), [([2.0, 2], 1), ([2.0, 3], 0)])
def test_r2_of_a_target_that_never_changes(predicted, r2):
    assert regression_scores(np.array([2.0, 2]), np.array(predicted))["r2_score"] == r2


@pytest.mark.parametrize(("predicted", "r2"), [(2.0, 1), (3.0, 0)])
def test_r2_of_a_single_row(predicted, r2):
    assert regression_scores(np.array([2.0]), np.array([predicted]))["r2_score"] == r2


def test_regression_scores_of_a_prediction_that_is_not_finite_are_nan():
    scores = regression_scores(np.zeros(3), np.array([1.0, np.inf, 2.0]))
    assert len(scores) == 3 and np.isnan(list(scores.values())).all()


def test_regression_scores_refuse_another_shape():
    with pytest.raises(ValueError, match="different number of output"):
        regression_scores(np.zeros((3, 1)), np.zeros((3, 2)))


def test_scores_of_counts_are_scikit_learns():
    y, predicted = np.array([[0.0], [3], [1], [7]]), np.array([[0.5], [2], [1], [9]])
    found = count_scores(y, predicted)
    assert found["poisson_deviance"] == pytest.approx(metrics.mean_poisson_deviance(y, predicted))
    assert found["d2_score"] == pytest.approx(metrics.d2_tweedie_score(y, predicted, power=1))


@pytest.mark.parametrize(("predicted", "d2"), [(3.0, 1.0), (2.0, 0.0)])
def test_d2_of_a_count_that_never_changes(predicted: float, d2: float) -> None:
    assert count_scores(np.full((4, 1), 3.0), np.full((4, 1), predicted))["d2_score"] == d2


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan, np.inf])
def test_scores_of_counts_need_predictions_above_0(wrong: float) -> None:
    assert np.isnan(list(count_scores(np.ones((2, 1)), np.array([[1], [wrong]])).values())).all()


@pytest.mark.trains
def test_fit_imports_neither_scikit_learn_nor_scipy_and_pandas_only_for_a_table(command, tmp_path):
    """The plots at its end would wait for them."""
    (tmp_path / "net.yaml").write_text(
        "data: {toy_2d: moons}\nmodel: [{Dense: {units: 4, activation: tanh}}]\ntrain: {epochs: 1}\n"
    )
    code = """
import atexit, sys
from nntrain.cli.app import main
atexit.register(lambda: print(*sorted({"sklearn", "scipy", "pandas"} & sys.modules.keys()), "end"))
sys.argv = ["nntrain", "fit", "net.yaml", "--device", "cpu", "--quiet"]
main()
"""
    done = command(tmp_path, "-c", code, python=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "end"
    assert (tmp_path / "runs/net/plots/confusion_matrix.png").is_file()


def test_three_values_by_hand():
    summary = summarize([1, 2, 3])
    reach = 4.302653 / 3**0.5  # Student's t for 2 degrees of freedom, from a printed table
    assert (summary.mean, summary.sd, summary.count) == (2, 1, 3)
    assert (summary.low, summary.high) == pytest.approx((2 - reach, 2 + reach), abs=1e-6)


def test_the_interval_stays_inside_what_is_possible():
    accuracy, loss = summarize([0.9, 1.0, 1.0], (0, 1)), summarize([0.01, 0.02, 0.09], (0, np.inf))
    free = summarize([0.9, 1.0, 1.0])
    assert free.high > 1 and (accuracy.low, accuracy.high) == (free.low, 1)
    assert (loss.low, loss.high) == (0, summarize([0.01, 0.02, 0.09]).high)
    assert isnan(summarize([0.5], (0, 1)).low)


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


def test_infinite_values_have_no_spread_and_print_no_warning():
    summary = summarize([np.inf, 1.0])
    assert summary.mean == np.inf and np.isnan(summary.sd)
    assert np.isnan(paired_p_value([np.inf, 1.0], [np.inf, 2.0]))


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


def test_bootstrap_interval_depends_on_the_values_alone():
    values = np.random.default_rng(0).random(50)
    assert bootstrap_interval(values) == bootstrap_interval(values) == pytest.approx((0.447595354, 0.607780009))


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


def test_the_most_frequent_mistakes_come_first_with_the_rows_of_their_true_class() -> None:
    y = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
    predicted = np.array([1, 1, 0, 1, 0, 0, 0, 0, 2])
    found = most_confused(y, predicted, ["a", "b", "c"])
    assert found == [ConfusedPair("c", "a", 3, 4), ConfusedPair("a", "b", 2, 3), ConfusedPair("b", "a", 1, 2)]
    assert most_confused(y, y, ["a", "b", "c"]) == []
    many = np.arange(MOST_MISTAKES + 1)
    assert len(most_confused(many, np.roll(many, 1), [str(name) for name in many])) == MOST_MISTAKES
    matrix = confusion_matrix(y, predicted, 3)
    every = most_confused(y, predicted, ["0", "1", "2"])
    assert {(int(each.true), int(each.predicted)): each.rows for each in every} == {
        (i, j): matrix[i, j] for i in range(3) for j in range(3) if i != j and matrix[i, j]
    }


def test_of_equally_frequent_mistakes_class_2_comes_before_10() -> None:
    names = ["0", "1", "10", "2"]
    found = most_confused(np.array([2, 3, 0, 0, 1]), np.array([0, 0, 2, 3, 1]), names)
    assert [(each.true, each.predicted) for each in found] == [("0", "2"), ("0", "10"), ("2", "0"), ("10", "0")]
