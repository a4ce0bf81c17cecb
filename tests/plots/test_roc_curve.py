"""ROC curves of real runs, and of scores that are perfect, wrong or all equal."""

from typing import Any

import numpy as np
import pytest

from nntrain.canvas import NothingToDraw
from nntrain.evaluation.threshold_curves import roc_curves
from nntrain.plots import roc_curve
from nntrain.plots.roc_curve import Options


def test_the_curves_of_runs(scored: Any, pixels: Any) -> None:
    for name, curves in (("iris", 3), ("moons", 1)):
        options = roc_curve.of(scored(name))
        assert len(options.curves.shown) == curves
        pixels(roc_curve.draw(options))
    assert roc_curve.lacks(scored("plane").subject) == "the run predicts numbers, not classes"


def test_many_classes_with_any_names(pixels: Any) -> None:
    names = ["<b>", "漢字", "$\\nothing$", "n" * 300, *map(str, range(996))]
    y = np.arange(2000) % 1000
    scores = np.random.default_rng(0).random((2000, 1000)).astype("float32")
    found = roc_curves(y, scores, names)
    assert (len(found.shown), found.count) == (8, 1000)
    pixels(roc_curve.draw(Options(found, "many")))
    assert roc_curve.draw(Options(found, "many"), "svg").lstrip().startswith(b"<?xml")


def test_rows_of_one_class_have_no_curve(scored: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run = scored("iris")
    monkeypatch.setitem(run.__dict__, "split", run.data.train.take(np.flatnonzero(run.data.train.y == 0)))
    with pytest.raises(NothingToDraw, match="all rows are of one class"):
        roc_curve.of(run)
