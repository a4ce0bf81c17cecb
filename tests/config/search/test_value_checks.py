"""Every value of a space is tried in the config before the search begins."""

from typing import Any


def test_a_value_that_fits_together_with_another_parameter_is_right(plain: str, search: Any, refused: Any) -> None:
    space = """model.2.Dense.activation: {choice: [softmax, linear]}
train.loss: {choice: [SparseCategoricalCrossentropy, {SparseCategoricalCrossentropy: {from_logits: true}}]}"""
    options = "objective: val_accuracy"
    config = plain + "  loss: SparseCategoricalCrossentropy\n"
    assert search(space, options, config).space.size == 4
    alone = refused(space.splitlines()[0], options, config)
    assert alone == [
        "`train.loss`: `SparseCategoricalCrossentropy` needs probabilities, but the output layer is `linear`"
    ]


def test_a_warning_of_a_value_does_not_matter(plain: str, search: Any) -> None:
    assert search("train.epochs: {int: [2, 9]}", config=plain + "  callbacks: [{EarlyStopping: 4}]\n")


def test_a_long_config_with_many_values_is_checked_within_seconds(plain: str, search: Any) -> None:
    layers = "".join(f"  - Dense: {{units: {n + 1}, activation: relu}}\n" for n in range(200))
    config = plain.replace("  - Dropout: 0.2\n", f"  - Dropout: 0.2\n{layers}")
    space = "\n".join(f"model.{n}.Dense.units: {{choice: [10, 20, 30]}}" for n in range(2, 22))
    assert search(space, config=config).space.size == 3**20
