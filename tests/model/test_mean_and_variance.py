import numpy as np
import pytest

from nntrain.model.mean_and_variance import Moments

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("kept", [(), (1,), (0, 1), (2,), (1, 2)])
def test_moments_of_parts_are_those_of_the_whole(kept: tuple[int, ...]) -> None:
    x = (np.random.default_rng(0).normal(size=(1000, 4, 5)) * 3 + 1e4).astype(np.float32)
    moments = Moments(kept)
    for start in range(0, 1000, 130):
        moments.add(x[start : start + 130] if 0 not in kept else x)
    others = tuple(axis for axis in range(3) if axis not in kept)
    assert moments.mean == pytest.approx(x.mean(axis=others, dtype=np.float64), rel=1e-14)
    assert moments.variance == pytest.approx(x.var(axis=others, dtype=np.float64), rel=1e-12)
