"""The places around the rows, and what the model predicts there."""

from typing import Any

import numpy as np
import pytest

from nntrain.config.data_schema import Schema
from nntrain.errors import ConfigError
from nntrain.evaluation.surface import of_run, refuse
from nntrain.model.restore import load_model
from nntrain.training.scorer import Scorer


def test_the_predictions_are_those_of_the_model(trained: Any) -> None:
    run = trained("moons")
    found = of_run(run, "validation")
    across, down = found.axes
    assert found.x[:, 0].min() > across[0] and found.x[:, 1].max() < down[-1]
    scorer = Scorer.restored(load_model(run))
    place = np.array([[across[7], down[150]]], "float32")
    np.testing.assert_allclose(found.predicted[150, 7], scorer.outputs(place)[0], atol=1e-6)
    assert found.right == (scorer.predicted(found.x) == found.y).sum()
    assert (found.names, found.classes) == (["x", "y"], ("negative", "positive"))
    assert found.title == "moons: validation split"


@pytest.mark.parametrize(
    ("schema", "shape"),
    [(Schema((4,), ("a", "b")), "4"), (Schema((28, 28, 1)), "28 x 28 x 1"), (Schema((2,), sizes=(0, 3)), "2")],
)
def test_other_inputs_have_no_such_plot(schema: Schema, shape: str) -> None:
    with pytest.raises(ConfigError, match=f"of one or two numbers, and this one has inputs of shape {shape}"):
        refuse(schema)
