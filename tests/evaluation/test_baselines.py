import warnings
from importlib.resources import files

import numpy as np
import pytest

from nntrain.data.dataset import Dataset
from nntrain.data.examples import Split
from nntrain.evaluation.baselines import _part, baselines

CLASSIFIERS = [
    "majority class",
    "logistic regression",
    "linear discriminant analysis",
    "perceptron",
    "scikit-learn MLPClassifier",
    "histogram gradient boosting",
]


def iris() -> tuple[Dataset, Split]:
    """Every fifth flower is held out; the file is sorted by species, so each keeps its share."""
    lines = (files("nntrain.data.sources") / "iris.csv").read_text().split()[1:]
    x = np.array([line.split(",")[:4] for line in lines], np.float32)
    y = np.repeat(np.arange(3, dtype=np.int32), 50)
    held_out = np.arange(150) % 5 == 0
    train, test = Split(x[~held_out], y[~held_out]), Split(x[held_out], y[held_out])
    return Dataset("iris", train, None, test, train.schema(("setosa", "versicolor", "virginica"))), test


def scores(dataset: Dataset, split: Split, **options: int) -> dict[str, float]:
    return {found.name: found.score for found in baselines(dataset, split, 0, **options)}


def test_iris():
    found = scores(*iris())
    assert list(found) == CLASSIFIERS
    assert found["majority class"] == pytest.approx(1 / 3)
    assert min(found["linear discriminant analysis"], found["scikit-learn MLPClassifier"]) >= 0.9
    assert found["perceptron"] >= 0.7 and found["histogram gradient boosting"] >= 0.9


def test_every_baseline_has_its_rows_and_its_time():
    for found in baselines(*iris(), seed=0):
        assert found.train_rows == 120
        assert 0 < found.seconds < 30


def test_same_seed_same_scores():
    assert scores(*iris(), limit=30) == scores(*iris(), limit=30)


def test_warnings_are_silenced_and_the_filters_restored():
    dataset, split = iris()
    x = np.hstack([dataset.train.x, dataset.train.x[:, :1], np.zeros((120, 1), np.float32)])
    same = Dataset("same", Split(x, dataset.train.y), None, None, dataset.schema)
    before = list(warnings.filters)
    assert len(baselines(same, Split(x, dataset.train.y), 0)) == 6
    assert warnings.filters == before


def images(rows: int) -> Split:
    """Noise with one bright column, whose place is the class; class 3 is rare."""
    source = np.random.default_rng(0)
    y = np.where(np.arange(rows) % 500 == 0, 3, np.arange(rows) % 3).astype(np.int32)
    x = source.integers(0, 128, (rows, 6, 6, 1)).astype(np.uint8)
    x[np.arange(rows), :, y] += 100
    return Split(x, y)


def test_images_are_flattened_and_a_part_of_them_keeps_every_class():
    train, test = images(2500), images(1300)
    dataset = Dataset("bars", train, None, None, train.schema("abcd"))
    found = baselines(dataset, test, seed=1, limit=200)
    assert {one.train_rows for one in found} == {200}
    by_name = {one.name: one.score for one in found}
    assert by_name["majority class"] == pytest.approx(np.bincount(test.y).max() / 1300, abs=0.01)
    assert by_name["logistic regression"] > 0.97


def test_a_limit_below_the_number_of_classes_keeps_two_rows_of_each():
    dataset, split = iris()
    assert {found.train_rows for found in baselines(dataset, split, 0, limit=1)} == {6}


def test_the_part_has_the_share_of_each_class_and_depends_on_the_seed():
    groups = np.repeat([0, 1, 2], [600, 399, 1])
    part = _part(groups, 100, seed=0)
    assert np.abs(np.bincount(groups[part]) - [60, 39, 1]).max() <= 1
    assert len(np.unique(part)) == 100
    assert not np.array_equal(part, _part(groups, 100, seed=1))


def test_only_the_training_rows_set_the_scale():
    dataset, split = iris()
    far = Split(np.vstack([split.x, np.full((1, 4), 1e6, np.float32)]), np.append(split.y, 2).astype(np.int32))
    right = [round(found.score * len(split)) for found in baselines(dataset, split, 0)]
    with_far = [round(found.score * len(far)) for found in baselines(dataset, far, 0)]
    assert all(more - less in (0, 1) for more, less in zip(with_far, right, strict=True))


@pytest.mark.parametrize("scale", [1, 1e5])
def test_regression(scale):
    source = np.random.default_rng(0)
    x = source.normal(size=(400, 3)).astype(np.float32)
    y = (scale * (2 * x[:, :1] - x[:, 1:2] + 5)).astype(np.float32)
    train = Split(x[:300], y[:300])
    dataset = Dataset("plane", train, None, None, train.schema(targets=["height"]))
    found = scores(dataset, Split(x[300:], y[300:]))
    assert list(found) == ["mean", "linear regression", "scikit-learn MLPRegressor", "histogram gradient boosting"]
    assert found["mean"] == pytest.approx(0, abs=0.05)
    assert found["linear regression"] == pytest.approx(1)
    assert found["scikit-learn MLPRegressor"] > 0.98


def test_regression_of_two_targets_on_a_part_of_the_rows():
    source = np.random.default_rng(0)
    x = source.normal(size=(300, 2)).astype(np.float32)
    train = Split(x, x * 3)
    dataset = Dataset("two", train, None, None, train.schema(targets="ab"))
    found = baselines(dataset, Split(x, x * 3), 0, limit=100)
    assert {one.train_rows for one in found} == {100}
    assert found[1].score == pytest.approx(1)


def test_constant_classes_leave_out_the_discriminant():
    split = Split(np.array([[0], [0], [1]], np.float32), np.array([0, 0, 1], np.int32))
    found = scores(Dataset("tiny", split, None, None, split.schema("ab")), split)
    assert list(found) == [name for name in CLASSIFIERS if name != "linear discriminant analysis"]
