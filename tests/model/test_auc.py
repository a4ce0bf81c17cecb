"""The AUC of close and of tied scores; tests/model/test_class_metrics.py compares it with scikit-learn's in models."""

import keras
import numpy as np
import pytest
from sklearn import metrics as sk

from nntrain.model.auc import AUC, areas_of
from nntrain.model.class_metrics import Outputs, TopK

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("spread", [1e-1, 1e-2, 1e-3])
def test_the_area_of_close_probabilities_of_a_rare_class(spread: float) -> None:
    """Between two of Keras's 200 thresholds it would be 0.5."""
    random = np.random.default_rng(5)
    y = (random.uniform(size=20_000) < 0.002).astype("int32")
    z = -3.75 + spread * (random.normal(size=len(y)) + y)
    p = (1 / (1 + np.exp(-z))).astype("float32")[:, None]
    wanted = sk.roc_auc_score(y, p[:, 0])
    metric = AUC(Outputs(2), "auc")
    for part in range(0, len(y), 1000):
        metric.update_state(y[part : part + 1000, None], p[part : part + 1000])
    assert metric.exact(y[:, None], p) == pytest.approx(wanted, abs=1e-9)
    assert float(metric.result()) == pytest.approx(wanted, abs=0.002 if spread >= 1e-2 else 0.02)


@pytest.mark.parametrize("curve", ["ROC", "PR"])
def test_the_methods_of_summation_are_those_of_keras(curve: str) -> None:
    random = np.random.default_rng(6)
    y = (random.uniform(size=(60, 1)) < 0.3).astype("float32")
    p = (random.integers(1, 50, (60, 1)) / 50 + 0.005).astype("float32")  # each between two of the thresholds
    for method in ("interpolation", "minoring", "majoring"):
        theirs = keras.metrics.AUC(curve=curve, summation_method=method, num_thresholds=201)
        theirs.update_state(y, p)
        ours = AUC(Outputs(2), "auc", scored=1, curve=curve, summation_method=method)
        ours.update_state(y, p)
        assert ours.exact(y, p) == pytest.approx(float(theirs.result()), abs=1e-5), method
        assert float(ours.result()) == pytest.approx(float(theirs.result()), abs=1e-5), method


def test_only_the_areas_among_the_metrics_of_a_model_are_found() -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    area, other = AUC(Outputs(2), "auc"), TopK(Outputs(2), "top", k=1)
    model.compile(loss="mse", metrics=[other, area])
    model.compute_metrics(np.zeros((2, 2)), np.zeros((2, 1)), np.full((2, 1), 0.5))
    assert areas_of(model) == [area]
