"""The points of the TensorFlow Playground: their places, labels, noise and features."""

from typing import Any

import numpy as np
import pytest

from nntrain.config.data import Source
from nntrain.data.dataset import load as load_dataset
from nntrain.data.examples import Split
from nntrain.data.sources.toy_2d import load

KINDS = ["circle", "xor", "gauss", "spiral", "moons", "reg_plane", "reg_gauss"]


def pool(kind: str, size: int = 2000, **options: Any) -> Split:
    source: Any = Source.parse({"toy_2d": {"kind": kind, "size": size, **options}})
    return load(source).remaining


@pytest.mark.parametrize("kind", KINDS)
def test_facts_are_true_and_known_beforehand(kind: str) -> None:
    source = Source.parse({"toy_2d": {"kind": kind, "size": 101, "features": ["x", "sin_y", "x2"]}})
    data = load_dataset(source)
    assert data.schema == source.known_schema
    assert data.schema.features == ("x", "sin_y", "x2")
    assert data.schema.classes == (() if kind.startswith("reg_") else ("negative", "positive"))
    assert sum(len(split) for split in (data.train, data.validation, data.test) if split is not None) == 101


@pytest.mark.parametrize("kind", KINDS)
def test_points_depend_on_the_data_seed_only(kind: str) -> None:
    first, again, other = (pool(kind, noise=0.1, data_seed=seed) for seed in (1, 1, 2))
    assert (first.x == again.x).all() and (first.y == again.y).all()
    assert not (first.x == other.x).all()
    assert first.x.dtype == np.float32


def test_a_bare_kind_stands_for_the_options() -> None:
    assert Source.parse({"toy_2d": "xor"}) == Source.parse({"toy_2d": {"kind": "xor"}})


def test_circle() -> None:
    points = pool("circle")
    radius = np.hypot(*points.x.T)
    assert np.bincount(points.y).tolist() == [1000, 1000]
    assert (radius[points.y == 1] < 2.5).all()
    assert ((radius[points.y == 0] >= 3.5) & (radius[points.y == 0] <= 5)).all()
    assert radius[points.y == 1].mean() == pytest.approx(1.25, abs=0.1)  # the radius is uniform, not the area


def test_noise_flips_labels_at_the_border_of_the_circle() -> None:
    points = pool("circle", noise=0.5)
    radius = np.hypot(*points.x.T)
    assert radius.max() <= 5
    assert 0 < (points.y != (radius < 2.5)).mean() < 0.4


def test_xor() -> None:
    points = pool("xor")
    assert (points.y == (points.x.prod(axis=1) >= 0)).all()
    assert 0.3 <= np.abs(points.x).min() < 0.4
    assert 5.2 < np.abs(points.x).max() <= 5.3


@pytest.mark.parametrize(("noise", "variance"), [(0, 0.5), (0.25, 2.25), (0.5, 4)])
def test_gauss(noise: float, variance: float) -> None:
    points = pool("gauss", 20000, noise=float(noise))
    for label, centre in ((1, 2), (0, -2)):
        group = points.x[points.y == label]
        assert group.mean(axis=0) == pytest.approx([centre, centre], abs=0.1)
        assert group.var(axis=0) == pytest.approx([variance, variance], rel=0.06)


def test_spiral() -> None:
    points = pool("spiral", 200)
    along = np.arange(100) / 100
    assert points.y.tolist() == [1] * 100 + [0] * 100
    assert np.hypot(*points.x.T) == pytest.approx(np.tile(5 * along, 2), abs=1e-5)
    assert points.x[25] == pytest.approx(1.25 * np.array([np.sin(0.875 * np.pi), np.cos(0.875 * np.pi)]), abs=1e-5)
    assert points.x[:100] == pytest.approx(-points.x[100:], abs=1e-5)
    assert np.abs(pool("spiral", 200, noise=0.5).x - points.x).max() <= 0.5


def test_moons_are_those_of_scikit_learn() -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    x, y = datasets.make_moons(200, shuffle=False)
    points = pool("moons", 200)
    assert points.x == pytest.approx(x, abs=1e-6)
    assert (points.y == y).all()
    assert (pool("moons", 20000, noise=0.3).x - pool("moons", 20000).x).std() == pytest.approx(0.3, rel=0.02)


def test_plane() -> None:
    points = pool("reg_plane")
    assert points.y[:, 0] == pytest.approx(points.x.sum(axis=1) / 10, abs=1e-6)
    assert 5.9 < np.abs(points.x).max() <= 6


def test_gaussians() -> None:
    points = pool("reg_gauss")
    peaks = [(-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)]
    for (x, y), found in zip(points.x[:200], points.y[:200, 0], strict=True):
        heights = [sign * max(0.0, 1 - float(np.hypot(x - a, y - b)) / 2) for a, b, sign in peaks]
        assert found == pytest.approx(max(heights, key=abs), abs=1e-5)


def test_features() -> None:
    x, y, *others = pool("circle", features=["x", "y", "xy", "x2", "y2", "sin_x", "sin_y"]).x.T
    for found, expected in zip(others, (x * y, x**2, y**2, np.sin(x), np.sin(y)), strict=True):
        assert found == pytest.approx(expected, abs=1e-4)


def test_the_test_split_is_spread_over_the_plane() -> None:
    """The points and the splits are drawn from streams of their own, though both seeds are 0."""
    data = load_dataset(Source.parse({"toy_2d": {"kind": "xor", "size": 400}}))
    assert data.test is not None
    for axis in (0, 1):
        assert abs(float(np.median(data.test.x[:, axis])) - float(np.median(data.train.x[:, axis]))) < 2.5
        assert data.test.x[:, axis].max() > 3 and data.test.x[:, axis].min() < -3
