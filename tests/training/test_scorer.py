"""Class weights and predictions."""

from pathlib import Path

import numpy as np
import pytest

from nntrain.config.data_schema import Schema
from nntrain.config.load import load
from nntrain.config.resolve import resolve
from nntrain.data.examples import Split
from nntrain.training.scorer import class_weights, training_weights

pytestmark = pytest.mark.quick


def test_class_weights_are_by_name_and_else_by_index(tmp_path: Path) -> None:
    y = np.array([0, 1, 1, 2], "int32")

    def weights(written: str, classes: tuple[str, ...]) -> list[float]:
        config = tmp_path / "net.yaml"
        data = "data: {table: {path: a.csv, target: y}}"
        config.write_text(f"{data}\nmodel: [{{Dense: 3}}]\ntrain: {{class_weight: {written}}}\n")
        found = class_weights(resolve(load(config).experiment, Schema((4,), classes)), y)
        assert found is not None and found.dtype == np.float32
        return found.tolist()  # type: ignore[no-any-return]

    assert weights("{b: 3.0}", ("a", "b", "c")) == [1, 3, 3, 1]
    assert weights("{1: 3.0, c: 0.5}", ("a", "b", "c")) == [1, 3, 3, 0.5]
    assert weights("{1: 5.0}", ("1", "2", "3")) == [5, 1, 1, 1]
    assert weights("balanced", ("a", "b", "c")) == pytest.approx([4 / 3, 4 / 6, 4 / 6, 4 / 3])


def test_the_weight_of_a_row_and_that_of_its_class_are_multiplied(tmp_path: Path) -> None:
    split = Split(np.zeros((3, 1), "float32"), np.array([0, 1, 1], "int32"), np.array([1, 2, 0.5], "float32"))
    config = tmp_path / "net.yaml"

    def weights(train: str, data: str = "") -> list[float] | None:
        text = f"data: {{table: {{path: a.csv, target: y{data}}}}}\nmodel: [{{Dense: 2}}]\n{train}"
        config.write_text(text)
        resolved = resolve(load(config).experiment, Schema((1,), ("a", "b")))
        found = training_weights(resolved, split if data else Split(split.x, split.y))
        assert resolved.is_weighted is (found is not None)
        return None if found is None else found.tolist()

    assert weights("") is None
    assert weights("", ", weight: w") == [1, 2, 0.5]
    assert weights("train: {class_weight: {a: 3.0}}", ", weight: w") == [3, 2, 0.5]
    assert weights("train: {class_weight: {a: 3.0}}") == [3, 1, 1]
