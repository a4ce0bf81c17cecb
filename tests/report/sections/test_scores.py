import pytest

from nntrain.report.sections.scores import wilson


@pytest.mark.parametrize(
    ("share", "count", "interval"),
    [
        # Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I.
        (81 / 263, 263, (0.2553, 0.3662)),
        (15 / 148, 148, (0.0624, 0.1605)),
        (0 / 20, 20, (0.0, 0.1611)),
        (1 / 29, 29, (0.0061, 0.1718)),
    ],
)
def test_the_interval_is_that_of_the_literature(share: float, count: int, interval: tuple[float, float]) -> None:
    assert wilson(share, count) == pytest.approx(interval, abs=5e-5)
