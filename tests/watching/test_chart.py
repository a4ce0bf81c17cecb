import math

import pytest

from nntrain.watching.chart import chart


def test_a_line_goes_from_its_first_value_to_its_last() -> None:
    found = chart([[0.0, 1.0]], 2, 1)
    assert found is not None
    assert found.lines == ["⡠⠊"]
    assert (found.low, found.high) == (0, 1)


def test_the_first_curve_is_whole_and_the_others_are_dots() -> None:
    whole, dots = chart([[1.0] * 30, []], 30, 1), chart([[], [1.0] * 30], 30, 1)
    assert whole is not None and dots is not None
    assert set(whole.lines[0]) == {"⠒"} or len(set(whole.lines[0])) == 1
    assert " " in dots.lines[0] and len(dots.lines[0]) > 25


def test_without_braille_there_are_stars_and_full_stops() -> None:
    found = chart([[2.0, 2.0, 1.0], [1.0, 2.0, 2.0]], 3, 2, braille=False)
    assert found is not None
    assert found.lines == ["**.", ". *"]


def test_what_is_not_finite_is_a_gap_and_nothing_finite_no_chart() -> None:
    found = chart([[1.0, None, math.inf, math.nan, 1.0]], 5, 1, braille=False)
    assert found is not None and found.lines == ["*   *"]
    assert chart([[None, math.nan]], 5, 1) is None
    assert chart([[]], 5, 1) is None


@pytest.mark.parametrize(("values", "row"), [((1000.0, 31.7, 1.0), 2), ((1000.0, 31.7, -1.0), 4)])
def test_more_than_two_decades_are_logarithmic(values: tuple[float, ...], row: int) -> None:
    found = chart([list(values)], 3, 5, braille=False)
    assert found is not None and found.lines[row][1] == "*"


def test_more_epochs_than_columns_fit() -> None:
    found = chart([[1 / (n + 1) for n in range(10_000)], [0.5]], 40, 6)
    assert found is not None and max(map(len, found.lines)) == 40 and len(found.lines) == 6
