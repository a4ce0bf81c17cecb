from typing import Any


def test_the_epoch_in_which_it_began_is_named(diagnosed: Any) -> None:
    (found,) = diagnosed("not_finite", loss=[1.0, 3.0], diverged="the loss is nan")
    assert found.evidence["epoch"] == 3.0
    assert found.set == ("train.optimizer.Adam.clipnorm=1.0", "train.optimizer.Adam.learning_rate=0.0001")
    assert found.symptom


def test_a_training_that_ended_well_is_finite(diagnosed: Any) -> None:
    assert diagnosed("not_finite", loss=[1.0, 0.5]) == []
