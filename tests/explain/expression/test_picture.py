"""The plot of a graph."""

import pytest

from nntrain.errors import ConfigError
from nntrain.explain.expression.derivatives import Derivatives
from nntrain.explain.expression.picture import draw
from nntrain.explain.expression.reader import read


@pytest.mark.parametrize(("format", "begin"), [("png", b"\x89PNG\r\n"), ("svg", b"<?xml")])
def test_both_formats(format: str, begin: bytes) -> None:
    found = draw("x*y, x + y", Derivatives(read(["x*y", "x + y"]), {"x": 1.0, "y": 2.0}), format)
    assert found.startswith(begin)
    assert len(found) > 5000


def test_a_graph_that_no_plot_shows_is_refused() -> None:
    text = "+".join(f"{number}*x" for number in range(2, 40))
    with pytest.raises(ConfigError, match="76 nodes, a plot shows 60"):
        draw(text, Derivatives(read([text]), {"x": 1.0}), "png")
