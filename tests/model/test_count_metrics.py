"""The metric of counts is scikit-learn's."""

import numpy as np
import pytest

from nntrain.model.count_metrics import PoissonDeviance


def test_the_deviance_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import mean_poisson_deviance

    random = np.random.default_rng(0)
    y, predicted = random.poisson(3, (50, 2)).astype("float32"), random.uniform(0.5, 9, (50, 2)).astype("float32")
    metric = PoissonDeviance()
    metric.update_state(y[:20], predicted[:20])
    metric.update_state(y[20:], predicted[20:])
    expected = [mean_poisson_deviance(y[:, at], predicted[:, at]) for at in range(2)]
    assert float(metric.result()) == pytest.approx(np.mean(expected), rel=1e-5)


def test_a_prediction_of_0_is_finite_and_what_is_met_costs_nothing() -> None:
    metric = PoissonDeviance()
    metric.update_state(np.float32([[0], [4]]), np.float32([[0], [4]]))
    assert float(metric.result()) == pytest.approx(0, abs=1e-6)
    metric.update_state(np.float32([[4]]), np.float32([[0]]))
    assert np.isfinite(float(metric.result()))
