"""Every value of a space is tried in the config before the search begins."""

import time
from typing import Any

import pytest

from nntrain.config.search.load import search_of
from nntrain.errors import ConfigError


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


LAYERS = "".join("  - Dense: {units: 8, activation: relu}\n" for _ in range(1000))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("model.%d.Dense.units: {int: [1, 2]}", ""),
        ("train.x%d: {float: [0, 1]}", "`train` has no option `x0`"),
        ("model.9%d.Dense.units: {int: [1, 2]}", "`model` is a list of 3 items, none of them is `90`"),
    ],
)
def test_a_space_of_a_thousand_paths_is_checked_in_seconds(line: str, message: str, plain: str, read: Any) -> None:
    """Each took more than ten times as long when every value was tried alone."""
    config = plain.replace("  - Dropout: 0.2\n", f"{LAYERS}") if not message else plain
    space = "\n".join(line.replace("%d", str(number)) for number in range(1000))
    start = time.process_time()
    read_config = read(space, config=config)
    try:
        assert len(search_of(read_config).space.parameters) == 1000
        assert not message
    except ConfigError as error:
        assert error.problems[0].message == message
    assert time.process_time() - start < 12


def test_a_path_deeper_than_a_config_can_be_is_refused(refused: Any) -> None:
    assert refused(f"{'a.' * 400}b: bool") == ["the path has 401 parts, but a config has at most 40 levels"]
