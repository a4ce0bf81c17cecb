from nntrain.report.sections.curves import thinned


def test_a_short_curve_keeps_every_point() -> None:
    assert thinned([(1, 0.123456789), (2, float("nan")), (3, None)], most=3) == [(1, 0.12346), (2, None), (3, None)]


def test_a_long_curve_keeps_its_ends_and_its_extremes() -> None:
    points = [(epoch, 1.0 + epoch / 1e6) for epoch in range(1, 10_001)]
    points[4_321] = (4_322, -7.0)
    points[5_432] = (5_433, 9.0)
    found = thinned(points, most=100)
    assert len(found) <= 102
    assert (found[0][0], found[-1][0]) == (1, 10_000)
    assert {(4_322, -7.0), (5_433, 9.0)} <= set(found)
    assert [epoch for epoch, _ in found] == sorted({epoch for epoch, _ in found})
