from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nntrain.canvas import NothingToDraw
from nntrain.plots import kernels as plot
from nntrain.plots.kernels import Options


def test_the_weights_of_each_feature(scored: Any, pixels: Any) -> None:
    options = plot.of(scored("iris"))
    assert options.images is None and options.matrix.shape == (4, 8)
    assert options.inputs == ("sepal_length", "sepal_width", "petal_length", "petal_width")
    pixels(plot.draw(options))


@pytest.mark.parametrize(
    ("kernel", "shape", "images"),
    [
        ((3, 3, 1, 8), (28, 28, 1), (8, 3, 3)),
        ((3, 3, 3, 80), (8, 8, 3), (64, 3, 3, 3)),
        ((5, 5, 16, 2), (8, 8, 16), (2, 5, 5)),
        ((784, 3), (28, 28), (3, 28, 28)),
        ((12, 4), (2, 2, 3), (4, 2, 2, 3)),
        ((12, 4), (12,), None),
        ((3, 2, 4), (9, 2), None),
    ],
)
def test_what_becomes_an_image(kernel: tuple[int, ...], shape: tuple[int, ...], images: Any, pixels: Any) -> None:
    found = plot._as_images(np.random.default_rng(0).normal(size=kernel), shape)
    assert (None if found is None else found.shape) == images
    if found is not None:
        pixels(plot.draw(Options(found[:8], None, (), "dense", kernel[-1], "a run")))  # 64 panels take a second


def test_a_unit_of_a_dense_layer_is_seen_as_its_pixels_lie() -> None:
    kernel = np.arange(12.0).reshape(6, 2)
    assert (plot._as_images(kernel, (2, 3))[1] == [[1, 3, 5], [7, 9, 11]]).all()


def test_a_model_without_kernels(scored: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run = scored("moons")
    without = SimpleNamespace(program=SimpleNamespace(model=SimpleNamespace(layers=[object()])))
    monkeypatch.setitem(run.__dict__, "scorer", without)
    with pytest.raises(NothingToDraw, match="no layer has a kernel"):
        plot.of(run)
