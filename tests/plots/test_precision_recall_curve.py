from typing import Any

import numpy as np

from nntrain.evaluation.threshold_curves import precision_recall_curves
from nntrain.plots import precision_recall_curve as plot


def test_the_curves_of_runs(scored: Any, pixels: Any) -> None:
    for name, curves in (("iris", 3), ("moons", 1)):
        options = plot.of(scored(name))
        assert len(options.curves.shown) == curves
        pixels(plot.draw(options))
    assert plot.lacks(scored("plane").subject) == "the run predicts numbers, not classes"


def test_unequal_classes_have_no_common_line_of_guessing(pixels: Any) -> None:
    y = np.array([0, 1, 1, 2, 2, 2])
    found = precision_recall_curves(y, np.eye(3, dtype="float32")[y], ["a", "b", "c"])
    assert [curve.area for curve in found.shown] == [1, 1, 1]
    pixels(plot.draw(plot.Options(found, "a run")))
