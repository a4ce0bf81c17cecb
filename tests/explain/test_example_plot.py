import re

import numpy as np
import pytest

from nntrain.explain import example_plot
from nntrain.explain.example_plot import Panel, draw


def panel(size: int, kernel: np.ndarray | None) -> Panel:
    return Panel("dense", "a", np.linspace(-1, 1, size), np.zeros(size), kernel)


@pytest.mark.parametrize(("format", "begin"), [("png", b"\x89PNG\r\n"), ("svg", b"<?xml")])
def test_both_formats(format: str, begin: bytes) -> None:
    panels = [panel(3, np.eye(3)), panel(1, None), panel(200, np.zeros((3, 3, 2, 4)))]
    assert draw("net, row 1", panels, format).startswith(begin)


def test_of_many_steps_the_last_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(example_plot, "MOST_PANELS", 3)  # drawing all takes a second
    found = draw("net", 40 * [panel(2, None)], "svg").decode()
    assert found.count('id="axes_') == 3 * 3


def test_numbers_are_on_a_kernel_where_there_is_room() -> None:
    narrow, wide = (draw("net", [panel(2, np.full(shape, 0.12))], "svg").decode() for shape in ((2, 4), (2, 5)))
    assert narrow.count("<!-- 0.12 -->") == 8
    assert wide.count("<!-- 0.12 -->") == 0


def test_the_output_of_a_convolution_is_an_image_and_zeros_have_a_plain_axis() -> None:
    image = Panel("conv2d", "a", np.ones((4, 6, 3)), np.zeros((4, 6, 3)), None)
    found = draw("net", [image, panel(3, None)], "svg").decode()
    assert found.count("<!-- channel 0 of 3 -->") == 2
    assert found.count("<!-- 4 x 6 -->") == 2
    assert "<!-- up to 1 -->" in found
    assert "<!-- −1.0 -->" in found  # of the bars of zeros


def test_a_single_unit_has_the_number_0_alone() -> None:
    found = draw("net", [Panel("dense", "a", np.ones(1), np.ones(1), None)], "svg").decode()
    ticks = re.findall(r'<g id="xtick_.*?<!-- (\S+) -->', found, re.DOTALL)
    assert ticks == ["0", "0"]
