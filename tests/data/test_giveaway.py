import numpy as np

from nntrain.data.giveaway import correlation, purity


def test_one_value_for_each_class_is_pure_and_one_more_is_not() -> None:
    labels = np.array([0, 1, 2, 0, 1, 2])
    assert purity(np.array([5.0, 3, 9, 5, 3, 9]), labels) == 1
    assert purity(np.array([5.0, 3, 9, 5, 3, 5]), labels) == 0
    assert purity(np.array([5.0, 3, 9, 6, 3, 9]), labels) == 0


def test_one_class_is_given_away_by_nothing() -> None:
    assert purity(np.ones(6), np.zeros(6)) == 0


def test_a_line_is_correlated_and_a_constant_is_not() -> None:
    y = np.arange(5.0)
    assert correlation(3 - 2 * y, y) > 1 - 1e-12
    assert correlation(np.ones(5), y) == 0
    assert correlation(y**2, y) < 0.97
