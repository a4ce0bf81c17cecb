from io import BytesIO

import pytest
from PIL import Image

from nntrain.plots.learning_rate_range import Options, _span, draw


@pytest.mark.parametrize("suggestion", [None, 0.01])
def test_a_test_is_drawn(suggestion: float | None) -> None:
    rates = [10.0**-k for k in (4, 3, 2, 1)]
    png = draw(Options(rates, [1.0, 0.5, 0.1, 9.0], [1.0, 0.8, 0.4, 1.0], suggestion))
    assert Image.open(BytesIO(png)).width > 700


def test_a_flat_loss_is_drawn() -> None:
    assert draw(Options([1e-3, 1e-2], [2.0, 2.0], [2.0, 2.0])).startswith(b"\x89PNG")


def test_no_loss_before_the_best_rate_is_cut() -> None:
    low, high = _span(Options([1e-3, 1e-2, 1e-1, 1], [1.0, 2.5, 0.2, 900.0], [1.0, 1.6, 0.7, 90.0]))
    assert low < 0.2 and 2.5 < high < 4
