"""The closed form of linear discriminant analysis, and logistic regression, in the units of the columns."""

import numpy as np
import pytest

from nntrain.config.data_schema import Schema
from nntrain.data.dataset import Dataset
from nntrain.data.examples import Split
from nntrain.evaluation.baselines import baselines
from nntrain.evaluation.linear_models import Linear, rows

MODELS = ("logistic regression", "linear discriminant analysis")


def fitted(x: np.ndarray, y: np.ndarray, *classes: str) -> list[tuple[str, Linear | None]]:
    split = Split(x.astype("float32"), y.astype("int32"))
    data = Dataset("points", split, None, None, split.schema(classes, [f"f{at}" for at in range(x.shape[1])]))
    return [(found.name, found.linear) for found in baselines(data, split, 0, limit=len(x)) if found.name in MODELS]


def test_two_gaussians_of_unit_covariance() -> None:
    """With means (-1, 0) and (1, 0) and equal shares, w = (2, 0) and b = 0; the columns are in other units."""
    random = np.random.default_rng(0)
    y = np.arange(20_000) % 2
    x = random.normal(size=(20_000, 2)) + np.stack([2 * y - 1, 0 * y], axis=1)
    for name, found in fitted(x * [10, 0.1] + [5, 0], y, "no", "yes"):
        assert found is not None
        (weights,), (bias,) = found.weights, found.biases
        assert (found.classes, found.features) == (["yes"], ["f0", "f1"])
        assert weights[0] * 10 == pytest.approx(2, rel=0.03), name
        assert weights[1] * 0.1 == pytest.approx(0, abs=0.05)
        assert bias + weights[0] * 5 == pytest.approx(0, abs=0.05)


def test_the_closed_form_of_the_lectures() -> None:
    """w = Σ⁻¹ (μ1 - μ0), b = ½ (μ0ᵀ Σ⁻¹ μ0 - μ1ᵀ Σ⁻¹ μ1) + log(π1 / π0), with the covariance inside the classes."""
    random = np.random.default_rng(1)
    y = (np.arange(600) % 3 == 0).astype(int)
    x = random.normal(size=(600, 3)) @ [[1, 0.5, 0], [0, 1, 0], [0, 0.3, 2]] + 0.7 * y[:, None]
    x = x.astype("float32").astype("float64")
    means = [x[y == label].mean(axis=0) for label in (0, 1)]
    inside = x - np.stack(means)[y]
    inverse = np.linalg.inv(inside.T @ inside / len(x))  # the covariance of largest likelihood
    w = inverse @ (means[1] - means[0])
    b = (means[0] @ inverse @ means[0] - means[1] @ inverse @ means[1]) / 2 + np.log(200 / 400)
    found = dict(fitted(x, y, "no", "yes"))["linear discriminant analysis"]
    assert found is not None
    np.testing.assert_allclose(found.weights[0], w, rtol=1e-6)
    assert found.biases[0] == pytest.approx(b, rel=1e-6)


def test_three_classes_have_a_row_each() -> None:
    x, y = np.random.default_rng(2).normal(size=(90, 2)), np.arange(90) % 3
    models = [(name, found) for name, found in fitted(x + y[:, None], y, "a", "b", "c") if found]
    assert [row[:2] for row in rows(models)] == [
        ["logistic regression", "a"],
        ["", "b"],
        ["", "c"],
        ["linear discriminant analysis", "a"],
        ["", "b"],
        ["", "c"],
    ]
    assert all(len(row) == 5 for row in rows(models))


def test_many_columns_have_no_table() -> None:
    x = np.random.default_rng(3).normal(size=(60, 11))
    assert [found for _, found in fitted(x, np.arange(60) % 2, "no", "yes")] == [None, None]


def test_a_column_of_categories_has_no_table() -> None:
    x = np.stack([np.arange(60) % 2, np.arange(60) % 3], axis=1).astype("float32")
    split = Split(x, (np.arange(60) % 5 == 0).astype("int32"))
    data = Dataset("words", split, None, None, Schema((2,), ("no", "yes"), ("size", "word"), sizes=(0, 3)))
    assert not any(found.linear for found in baselines(data, split, 0))
