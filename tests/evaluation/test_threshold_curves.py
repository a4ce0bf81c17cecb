import numpy as np
import pytest

from nntrain.evaluation.threshold_curves import precision_recall_curves, roc_curves

Y = np.array([0, 0, 1, 1])


def test_the_area_is_the_share_of_pairs_in_the_right_order() -> None:
    scores = np.array([0.1, 0.6, 0.4, 0.9])
    found = roc_curves(Y, np.stack([1 - scores, scores], axis=1), ["no", "yes"])
    [curve] = found.shown
    assert (curve.name, curve.share) == ("yes", 0.5)
    assert curve.area == found.mean == pytest.approx(3 / 4)
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)


def test_the_average_precision_of_a_worked_example() -> None:
    scores = np.array([0.1, 0.4, 0.35, 0.8])  # scikit-learn's example
    [curve] = precision_recall_curves(Y, np.stack([1 - scores, scores], axis=1), ["no", "yes"]).shown
    assert curve.area == pytest.approx(0.8333, abs=1e-4)
    assert curve.x[0] == 0 and curve.x[-1] == 1


def test_a_class_without_rows_has_none_and_scores_may_be_infinite() -> None:
    outputs = np.array([[np.inf, 0, 0], [0, 1, np.nan]])
    found = roc_curves(np.array([0, 1]), outputs, ["a", "b", "c"])
    assert [curve.name for curve in found.shown] == ["a", "b"]
    assert found.mean == 1
    none = roc_curves(np.array([0, 0]), outputs, ["a", "b", "c"])
    assert none.shown == [] and np.isnan(none.mean)
