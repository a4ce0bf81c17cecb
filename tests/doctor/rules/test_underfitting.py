from typing import Any


def test_a_longer_training_is_as_long_as_that_of_another_rule(diagnosed: Any) -> None:
    wide = ["model.0.Dense.units=32", "model.1.Dense.units=32"]
    for change in ("train.epochs=2", "train.epochs=40"):
        losses = [1.0 - 0.01 * at for at in range(2 if change.endswith("=2") else 40)]
        curves = {"loss": losses, "val_loss": losses}
        (short,) = diagnosed("too_few_epochs", change, *wide, score=0.55, **curves)
        (unfit,) = diagnosed("underfitting", change, *wide, score=0.55, **curves)
        assert unfit.set == short.set != ()


def test_few_units_become_more(diagnosed: Any) -> None:
    (found,) = diagnosed("underfitting", score=0.55)
    assert found.set == ("model.0.Dense.units=32", "model.1.Dense.units=32")
