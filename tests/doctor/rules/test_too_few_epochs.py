from typing import Any


def test_a_loss_that_still_falls_in_a_bad_training_is_a_warning(diagnosed: Any) -> None:
    losses = [1.0 - 0.05 * at for at in range(10)]
    (found,) = diagnosed("too_few_epochs", "train.batch_size=4", score=0.55, loss=losses, val_loss=losses)
    assert (found.severity, found.set) == ("warning", ("train.epochs=50",))


def test_one_that_has_settled_is_none(diagnosed: Any) -> None:
    losses = [1.0, 0.5, 0.3, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2]
    assert diagnosed("too_few_epochs", "train.batch_size=4", loss=losses, val_loss=losses) == []
