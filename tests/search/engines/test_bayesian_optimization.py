"""KerasTuner's Bayesian search: the short way of its regressor, and what it proposes."""

from typing import Any

import numpy as np
import pytest

from nntrain import backend
from nntrain.config.search.space import Parameter, Space

pytestmark = pytest.mark.trains  # or rather, KerasTuner loads TensorFlow


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("level", [0.0, 3.0])
def test_the_short_way_predicts_what_scikit_learn_does(level: float) -> None:
    backend.import_keras_tuner()
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import Matern

    from nntrain.search.adapters.bayesian_oracle import Regressor

    generator = np.random.default_rng(0)
    x = generator.uniform(size=(20, 4))
    y = level + np.sin(5 * x).sum(axis=1) * (level > 0)
    options = {"normalize_y": True, "alpha": 1e-4, "n_restarts_optimizer": 3, "random_state": 1}
    ours = Regressor(kernel=Matern(nu=2.5), **options).fit(x, y)
    theirs = GaussianProcessRegressor(kernel=Matern(nu=2.5), **options).fit(x, y)
    points = np.concatenate([generator.uniform(size=(20, 4)), x[:2]])
    for point in points:
        found, expected = (one.predict(point.reshape(1, -1), return_std=True) for one in (ours, theirs))
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(ours.predict(points), theirs.predict(points))


def test_an_unfitted_one_predicts_scikit_learns_prior() -> None:
    backend.import_keras_tuner()
    from sklearn.gaussian_process.kernels import Matern

    from nntrain.search.adapters.bayesian_oracle import Regressor

    mean, deviation = Regressor(kernel=Matern(nu=2.5)).predict(np.zeros((1, 2)), return_std=True)
    assert (float(mean), float(deviation[0])) == (0.0, 1.0)


def test_it_closes_in_on_the_minimum(begin: Any) -> None:
    space = Space(tuple(Parameter(name, "float", low=0, high=1) for name in "xy"), {"x": 0.9, "y": 0.9})
    search = begin("BayesianOptimization", space, score=lambda p: sum((v - 0.3) ** 2 for v in p.values.values()))
    assert min(search.run(trials=15).scores.values()) < 0.01


def test_a_logarithmic_range_of_whole_numbers_is_not_left(begin: Any) -> None:
    space = Space(
        (Parameter("units", "int", low=1, high=50, log=True), Parameter("x", "float", low=0, high=1)),
        {"units": 3, "x": 0.5},
    )
    search = begin("BayesianOptimization", space, score=lambda p: -float(p.values["units"]), num_initial_points=2)
    assert max(values["units"] for values in search.run(trials=8).values) == 50


def test_several_workers_ask_while_others_run(begin: Any, smooth: Space) -> None:
    search = begin("BayesianOptimization", smooth, num_initial_points=2).run(trials=12, workers=4)
    assert len(set(search.keys)) == 12
    assert search.waited == 0
