from typing import Any

import numpy as np
import pytest

from nntrain.canvas import NothingToDraw
from nntrain.plots import calibration
from nntrain.plots.calibration import Options


def test_the_calibration_of_a_run(scored: Any, pixels: Any) -> None:
    options = calibration.of(scored("iris"))
    assert options.confidence.shape == (30,)
    assert (options.confidence >= 1 / 3).all()
    pixels(calibration.draw(options))


def test_a_model_that_is_always_sure_and_one_that_is_never(pixels: Any) -> None:
    for confidence in (0.0, 1.0):
        pixels(calibration.draw(Options(np.full(5, confidence), np.array([True, False] * 2 + [True]), "a run")))


def test_scores_are_no_probabilities(fit: Any) -> None:
    from nntrain.evaluation.saved_run import SavedRun
    from nntrain.subject import read

    config = "data: {toy_2d: {kind: moons, size: 60}}\nmodel: [Dense: {units: 1, activation: tanh}]\n"
    run = fit(config + "train: {epochs: 1, loss: Hinge}\n")
    with pytest.raises(NothingToDraw, match="are not probabilities"):
        calibration.of(SavedRun(read(run)))
