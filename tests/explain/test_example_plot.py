import numpy as np
import pytest

from nntrain.explain.example_plot import MOST_PANELS, Panel, draw


def panel(size: int, kernel: np.ndarray | None) -> Panel:
    return Panel("dense", "a", np.linspace(-1, 1, size), np.zeros(size), kernel)


@pytest.mark.parametrize(("format", "begin"), [("png", b"\x89PNG\r\n"), ("svg", b"<?xml")])
def test_both_formats(format: str, begin: bytes) -> None:
    panels = [panel(3, np.eye(3)), panel(1, None), panel(200, np.zeros((3, 3, 2, 4)))]
    assert draw("net, row 1", panels, format).startswith(begin)


def test_of_many_steps_the_last_are_drawn() -> None:
    found = draw("net", 40 * [panel(2, None)], "svg").decode()
    assert found.count('id="axes_') == 3 * MOST_PANELS
