"""The intervals of loss and metrics are those of SciPy's bootstrap, whatever the metric is."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import bootstrap, rankdata
from sklearn.metrics import f1_score, roc_auc_score

from nntrain.evaluation.evaluate import evaluate, same_data
from nntrain.evaluation.metric_intervals import of_metrics
from nntrain.model.restore import load_model
from nntrain.storage.run_dir import RunDir
from nntrain.training.scorer import Scorer

MOONS = """
    data: {toy_2d: {kind: moons, size: 400, noise: 0.4, test: 0.5}}
    model: [{Dense: {units: 4, activation: tanh, kernel_regularizer: {L2: 0.1}}}]
    train: {epochs: 3, metrics: [accuracy, AUC, {F1Score: {average: macro}}]}
    """


@pytest.fixture(scope="module")
def moons(fit: Any) -> RunDir:
    run: RunDir = fit(MOONS, name="wide")
    return run


def areas(y: np.ndarray, p: np.ndarray, axis: int = -1) -> Any:
    """The areas under the ROC curves of many resamples, by Mann and Whitney's U."""
    positive = y.sum(axis)
    below = (rankdata(p, axis=axis) * y).sum(axis) - positive * (positive + 1) / 2
    return below / (positive * (y.shape[axis] - positive))


def mean_f1(y: np.ndarray, p: np.ndarray, axis: int = -1) -> Any:
    """The means of the F1 of both classes of many resamples."""
    predicted = p > 0.5
    right = [((y == kind) & (predicted == kind)).sum(axis) for kind in (0, 1)]
    both = [(y == kind).sum(axis) + (predicted == kind).sum(axis) for kind in (0, 1)]
    return (2 * right[0] / both[0] + 2 * right[1] / both[1]) / 2


def scipys(metric: Callable[..., Any], *columns: np.ndarray) -> tuple[float, float]:
    options = {"paired": True, "vectorized": True, "n_resamples": 500, "method": "percentile"}
    low, high = bootstrap(columns, metric, rng=np.random.default_rng(1), **options).confidence_interval
    return float(low), float(high)


def test_the_intervals_of_classes_are_those_of_scipy(moons: RunDir) -> None:
    found, split, scorer = evaluate(moons, "test"), same_data(moons).test, Scorer.restored(load_model(moons))
    assert split is not None
    assert list(found.metric_intervals) == [name for name in found.metrics if name != "regularization_loss"]
    p = scorer.outputs(split.x)[:, 1].astype(np.float64)
    assert areas(split.y, p) == pytest.approx(roc_auc_score(split.y, p))
    assert mean_f1(split.y, p) == pytest.approx(f1_score(split.y, p > 0.5, average="macro"))
    expected = {"auc": scipys(areas, split.y, p), "f1_score": scipys(mean_f1, split.y, p)}
    penalty = found.metrics["loss"] - float(np.mean(losses := -np.log(np.where(split.y == 1, p, 1 - p))))
    assert penalty > 0.01, "the regularizer adds to the loss of every resample"
    expected["loss"] = tuple(bound + penalty for bound in scipys(np.mean, losses))  # type: ignore[assignment]
    for name, interval in expected.items():
        assert found.metric_intervals[name] == pytest.approx(interval, abs=0.02), name
        assert interval[0] < found.metrics[name] < interval[1]
    assert found.metric_intervals["accuracy"] == found.interval


def test_the_intervals_of_a_regression_are_around_its_metrics(trained: Any) -> None:
    found = evaluate(trained("plane"), "test")
    for name, value in found.metrics.items():
        low, high = found.metric_intervals[name]
        assert low < value < high, name
    assert found.metric_intervals["mean_absolute_error"] == found.regression_intervals["mean_absolute_error"]


def test_the_metrics_are_as_before_and_a_loss_that_is_not_finite_has_no_interval(moons: RunDir) -> None:
    scorer, split = Scorer.restored(load_model(moons)), same_data(moons).test
    assert split is not None
    before = scorer.evaluate(split)
    raw = scorer.program.predict(split.x)
    of_metrics(scorer, scorer.arrays(split).y, raw, before["loss"])
    assert scorer.evaluate(split) == before
    broken = of_metrics(scorer, scorer.arrays(split).y, np.full_like(raw, np.nan), float("nan"))
    assert np.isnan(broken["loss"]).all()
