"""The bundled iris table."""

import numpy as np
import pytest

from nntrain.config.data import Source
from nntrain.data.dataset import load


def test_iris_is_the_known_table() -> None:
    data = load(Source.parse("iris"))
    assert data.schema == Source.parse("iris").known_schema
    assert data.schema.classes == ("setosa", "versicolor", "virginica")
    assert data.schema.features == ("sepal_length", "sepal_width", "petal_length", "petal_width")
    assert data.warnings == ()
    parts = [split for split in (data.train, data.validation, data.test) if split is not None]
    every = np.concatenate([split.x for split in parts])
    assert every.mean(axis=0) == pytest.approx([5.843, 3.057, 3.758, 1.199], abs=1e-3)
    assert [np.bincount(split.y).tolist() for split in parts] == [[32] * 3, [8] * 3, [10] * 3]


def test_the_split_is_the_same_on_every_machine() -> None:
    assert load(Source.parse("iris")).digest == "db6a6e5f49da08709abf4105ea371556b6b90de5f36f5aef17dcec3691eae0f2"
