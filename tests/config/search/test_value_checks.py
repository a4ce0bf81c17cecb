"""Every value of a space is tried in the config before the search begins."""

from typing import Any

import pytest

from nntrain.config.load import from_document
from nntrain.config.search import value_checks
from nntrain.config.search.load import search_of
from nntrain.document.yaml_file import Document
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
        ("model.%d.Dense.unitz: {int: [1, 2]}", "`Dense` has no option `unitz`"),
    ],
)
def test_a_space_of_a_thousand_paths_needs_few_validations(
    line: str, message: str, plain: str, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a validation of the long config for every value, such a space took minutes."""
    config = plain.replace("  - Dropout: 0.2\n", f"{LAYERS}") if "model.%d" in line else plain
    space = "\n".join(line.replace("%d", str(number)) for number in range(1000))
    validations = []

    def counted(document: Document) -> Any:
        validations.append(document)
        return from_document(document)

    monkeypatch.setattr(value_checks, "from_document", counted)
    read_config = read(space, config=config)
    try:
        assert len(search_of(read_config).space.parameters) == 1000
        assert not message
    except ConfigError as error:
        assert error.problems[0].message == message
        assert len(error.problems) >= 1000
    assert len(validations) < 200


def test_a_path_deeper_than_a_config_can_be_is_refused(refused: Any) -> None:
    assert refused(f"{'a.' * 400}b: bool") == ["the path has 401 parts, but a config has at most 40 levels"]
