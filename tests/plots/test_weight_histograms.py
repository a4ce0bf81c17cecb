from typing import Any

import numpy as np
import pytest

from nntrain.plots import weight_histograms as plot
from nntrain.plots.weight_histograms import Options


def test_the_weights_of_a_run(scored: Any, pixels: Any) -> None:
    options = plot.of(scored("iris"))
    assert [values.shape for _, values in options.weights] == [(4, 8), (8,), (8, 3), (3,)]
    pixels(plot.draw(options))


def test_weights_that_are_equal_or_not_finite_and_very_many_layers(
    pixels: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plot, "_MOST", 6)  # panels: each takes long
    values = [np.zeros(3), np.full((2, 2), np.nan), np.array([1.0, np.inf]), np.array([1e30])]
    pixels(plot.draw(Options([(f"layer {n}", values[n % 4]) for n in range(9)], "deep")))
