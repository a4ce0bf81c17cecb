"""Class weights and predictions."""

from pathlib import Path

import numpy as np
import pytest

from nntrain.config.data_schema import Schema
from nntrain.config.load import load
from nntrain.config.resolve import resolve
from nntrain.training.scorer import class_weights

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
