from typing import Any

STILL = [0.693, 0.693, 0.692, 0.693, 0.693]


def test_a_loss_that_stands_still_in_a_bad_training_is_named(diagnosed: Any) -> None:
    assert diagnosed("plateau", score=0.5, loss=STILL)


def test_one_of_a_good_training_is_not(diagnosed: Any) -> None:
    assert diagnosed("plateau", score=0.95, loss=STILL) == []


def test_one_that_rises_is_another_disease(diagnosed: Any) -> None:
    assert diagnosed("plateau", score=0.5, loss=[1.0, 2.0, 3.0, 4.0]) == []
