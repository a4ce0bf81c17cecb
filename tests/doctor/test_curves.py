import pytest

from nntrain.doctor import curves
from nntrain.doctor.course import Course


def _course(*losses: float, name: str = "val_loss") -> Course:
    return Course([{"epoch": at + 1.0, name: loss} for at, loss in enumerate(losses)], len(losses))


def test_smoothing_takes_the_median_of_three() -> None:
    assert curves.smooth([1, 9, 2, 3, 0]) == [1, 2, 3, 2, 0]
    assert curves.smooth([1, 2]) == [1, 2]


def test_the_validation_loss_is_judged_where_there_is_one() -> None:
    assert curves.judged(_course(3, 2)) == [3, 2]
    assert curves.judged(_course(5, 4, name="loss")) == [5, 4]


@pytest.mark.parametrize(
    ("losses", "share"),
    [
        ((1.0, 0.9, 0.8, 0.7, 0.6), 0.25),
        ((1.0, 0.2, 0.2, 0.2, 0.2), 0.0),
        ((1.0, 1.1, 1.2, 1.3, 1.4), None),  # it never became better
        ((1.0, 0.5, 0.4, 0.3), None),  # too short to tell
        ((1.0, 0.5, 0.1, 0.05, 0.01), None),  # nothing is left to gain
    ],
)
def test_the_improvement_at_the_end_is_a_share_of_the_whole(losses: tuple[float, ...], share: float | None) -> None:
    assert curves.improvement_at_end(_course(*losses)) == (None if share is None else pytest.approx(share))


def test_turns_count_the_changes_of_direction() -> None:
    assert curves.turns([3, 2, 1]) == 0
    assert curves.turns([1, 2, 1, 2]) == 1
    assert curves.turns([1]) == 0


def test_roughness_is_the_mean_rise_by_the_range() -> None:
    assert curves.roughness([3, 2, 1]) == 0
    assert curves.roughness([1, 2, 1, 2]) == pytest.approx(2 / 3)
    assert curves.roughness([1, 1, 1]) == 0


def test_an_empty_curve_is_not_finite() -> None:
    assert not curves.finite([])
    assert not curves.finite([1, float("nan")])
    assert curves.finite([1.0])
