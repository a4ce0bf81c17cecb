"""Features of a point in the plane: each formula, with NumPy and with Keras."""

import typing

import numpy as np
import pytest
from keras import ops

from nntrain.config.plane_features import FORMULAS, Feature

pytestmark = pytest.mark.quick


def test_every_name_has_a_formula() -> None:
    assert set(FORMULAS) == set(typing.get_args(Feature))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("x", 2), ("y", -3), ("xy", -6), ("x2", 4), ("y2", 9), ("sin_x", np.sin(2)), ("sin_y", np.sin(-3))],
)
def test_features(name: str, wanted: float) -> None:
    x, y = np.float32([2]), np.float32([-3])
    assert FORMULAS[name](np, x, y) == pytest.approx([wanted])
    assert np.asarray(FORMULAS[name](ops, x, y)) == pytest.approx([wanted])
