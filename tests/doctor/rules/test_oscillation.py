from typing import Any


def test_a_loss_that_jumps_is_named_with_a_lower_rate(diagnosed: Any) -> None:
    (found,) = diagnosed("oscillation", score=0.6, loss=[1.0, 0.5, 1.1, 0.4, 1.0, 0.5, 1.2, 0.5, 1.0, 0.6])
    assert found.set == ("train.optimizer.Adam.learning_rate=0.0001",)


def test_a_loss_that_falls_does_not_jump(diagnosed: Any) -> None:
    assert diagnosed("oscillation", loss=[1 / n for n in range(1, 12)]) == []


def test_noise_about_a_small_loss_is_none(diagnosed: Any) -> None:
    assert diagnosed("oscillation", loss=[1.0, 0.4, 0.1, 0.02, 0.01, 0.02, 0.01, 0.02, 0.01, 0.02]) == []
