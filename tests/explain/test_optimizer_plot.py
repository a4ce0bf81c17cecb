import pytest

from nntrain.explain.formulas import Move
from nntrain.explain.optimizer_plot import draw


@pytest.mark.parametrize("slots", [{}, {"momentum": -0.1}], ids=["without slots", "with slots"])
@pytest.mark.parametrize("lecture", [None, 0.9])
def test_it_is_drawn(slots: dict[str, float], lecture: float | None) -> None:
    moves = 3 * [Move(1.0, 1.0, 0.1, 0.9, lecture, None, slots)]
    found = draw("SGD of net.yaml", 1.0, moves, "svg").decode()
    assert found.count('id="axes_') == 1 + bool(slots)


def test_it_may_be_a_png() -> None:
    moves = 3 * [Move(1.0, 1.0, 0.1, 0.9, 0.9, None, {"momentum": -0.1})]
    assert draw("SGD of net.yaml", 1.0, moves, "png").startswith(b"\x89PNG\r\n")


def test_the_look_ahead_point_is_drawn_where_keras_keeps_it() -> None:
    pictures = [draw("SGD", 1.0, 3 * [Move(1.0, 1.0, 0.1, 0.8, 0.9, ahead, {})], "svg") for ahead in (None, 0.8)]
    assert [picture.decode().count("<!-- formula, θ - β m -->") for picture in pictures] == [0, 1]
