import numpy as np
import pytest

from nntrain.explain.flow import LayerFlow, Moment
from nntrain.explain.gradients_plot import MOST_LAYERS, _spread, draw


def flow(values: np.ndarray) -> LayerFlow:
    return LayerFlow("dense", 1.0, 0.0, 1.0, 1e-3, 0.1, 1.0, values, values)


@pytest.mark.parametrize(
    "values",
    [np.linspace(-1, 1, 100), np.zeros(5), np.array([np.nan, np.inf]), np.array([3.0])],
    ids=["values", "zeros", "not finite", "one value"],
)
def test_any_layers_are_drawn(values: np.ndarray) -> None:
    moment = Moment("initial weights", 0, 0.5, [flow(values), flow(values)])
    assert draw("net", [moment], "png").startswith(b"\x89PNG\r\n")


def test_a_moment_is_a_row_of_three_panels() -> None:
    values = np.linspace(-1, 1, 100)
    moments = [Moment(title, 0, 0.5, [flow(values), flow(values)]) for title in ("initial weights", "after 5 steps")]
    assert draw("net", moments, "svg").decode().count('id="axes_') == 6


def test_of_many_layers_some_have_a_histogram() -> None:
    assert _spread(3) == [0, 1, 2]
    assert (len(_spread(100)), _spread(100)[0], _spread(100)[-1]) == (MOST_LAYERS, 0, 99)
