from typing import Any


def test_a_loss_that_ends_above_its_beginning_diverges(diagnosed: Any) -> None:
    (found,) = diagnosed("finite_divergence", loss=[10.0, 40.0, 160.0], score=0.5)
    assert (found.severity, found.evidence["last_loss"]) == ("error", 160.0)


def test_it_did_less_harm_where_an_earlier_epoch_is_kept(diagnosed: Any) -> None:
    severities = [
        diagnosed("finite_divergence", loss=[1.0, 4.0, 8.0], score=score)[0].severity for score in (0.9, 0.95)
    ]
    assert severities == ["warning", "note"]


def test_the_loss_before_the_first_step_counts(diagnosed: Any, signs: Any) -> None:
    assert diagnosed("finite_divergence", signs=[signs(0, loss=1.0)], loss=[100.0, 100.0, 99.0]) == []
    assert diagnosed("finite_divergence", signs=[signs(0, loss=1.0)], loss=[90.0, 100.0, 150.0])


def test_a_loss_that_is_not_finite_has_another_rule(diagnosed: Any) -> None:
    assert diagnosed("finite_divergence", loss=[1.0, 5.0, float("inf")]) == []
    assert diagnosed("finite_divergence", loss=[1.0]) == []
