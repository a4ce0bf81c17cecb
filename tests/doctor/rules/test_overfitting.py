from typing import Any

FALLS = [1.0, 0.6, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02]
RISES = [1.0, 0.7, 0.5, 0.5, 0.6, 0.7, 0.8, 0.9]


def test_it_begins_after_the_lowest_validation_loss(diagnosed: Any) -> None:
    (found,) = diagnosed("overfitting", "train.save=last", loss=FALLS, val_loss=RISES)
    assert found.evidence["began"] == 4.0
    assert found.message.startswith("overfitting from epoch 4: ")
    assert found.set == ("train.save=best",)
    (found,) = diagnosed("overfitting", loss=FALLS, val_loss=RISES)
    assert found.set == ("train.callbacks=[{EarlyStopping: {patience: 5, restore_best_weights: true}}]",)


def test_a_validation_loss_that_falls_with_the_training_loss_is_none(diagnosed: Any) -> None:
    assert diagnosed("overfitting", loss=FALLS, val_loss=FALLS) == []


def test_two_losses_that_rise_together_are_another_disease(diagnosed: Any) -> None:
    assert diagnosed("overfitting", loss=RISES, val_loss=RISES) == []


def test_without_a_validation_split_it_cannot_be_seen(diagnosed: Any) -> None:
    assert diagnosed("overfitting", loss=FALLS) == []


def test_it_is_a_warning_where_the_kept_epoch_is_worse_than_on_the_training_rows(diagnosed: Any) -> None:
    for train, score, severity in ((1.0, 0.7, "warning"), (0.78, 0.7, "note"), (1.0, 0.94, "note")):
        (found,) = diagnosed("overfitting", loss=FALLS, val_loss=RISES, train=train, score=score)
        assert found.severity == severity
