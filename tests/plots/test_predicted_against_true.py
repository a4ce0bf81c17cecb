from typing import Any

import numpy as np
import pytest

from nntrain.canvas import NothingToDraw
from nntrain.plots import predicted_against_true as plot
from nntrain.plots.predicted_against_true import Options


def test_the_predictions_of_a_run(scored: Any, pixels: Any) -> None:
    options = plot.of(scored("plane"))
    assert options.y.shape == options.predicted.shape == (20, 1)
    pixels(plot.draw(options))
    assert plot.lacks(scored("iris").subject) == "the run predicts classes, not numbers"


@pytest.mark.parametrize(("rows", "targets"), [(1, 1), (50, 6), (4000, 2)])
def test_any_number_of_rows_and_targets(rows: int, targets: int, pixels: Any) -> None:
    y = np.random.default_rng(0).normal(size=(rows, targets)).astype("float32")
    width = pixels(plot.draw(Options(y, y + 0.1, [f"<t{n}>" for n in range(targets)], "a run"))).shape[1]
    assert width < 2000


def test_a_constant_target_and_predictions_that_are_not_finite(pixels: Any) -> None:
    y = np.ones((3, 1), "float32")
    pixels(plot.draw(Options(y, np.array([[1], [np.nan], [np.inf]]), ["y"], "")))
    with pytest.raises(NothingToDraw, match="no prediction is finite"):
        plot.draw(Options(y, np.full((3, 1), np.nan), ["y"], ""))
