from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

Prepare = Callable[..., Any]

ROWS = "validation: none, test: none"


@pytest.fixture
def uneven(tmp_path: Any) -> str:
    """Three classes of 60, 30 and 10 rows."""
    x = np.random.default_rng(0).normal(size=(100, 2)).astype("float32")
    np.savez(tmp_path / "uneven.npz", x=x, y=np.repeat([0, 1, 2], [60, 30, 10]))
    np.savez(tmp_path / "two.npz", x=x, y=np.repeat([0, 1], [80, 20]))
    return "npz_file"


@pytest.mark.parametrize(
    ("file", "output", "train", "shares"),
    [
        ("uneven", "units: 3, activation: softmax", "{}", [0.6, 0.3, 0.1]),
        ("uneven", "units: 3", "{loss: {SparseCategoricalCrossentropy: {from_logits: true}}}", [0.6, 0.3, 0.1]),
        ("uneven", "units: 3, activation: sigmoid", "{}", [0.6, 0.3, 0.1]),
        ("two", "units: 1, activation: sigmoid", "{}", [0.2]),
        ("two", "units: 2, activation: softmax", "{}", [0.8, 0.2]),
    ],
)
def test_the_first_predictions_are_the_shares_of_the_classes(
    prepare: Prepare, uneven: str, file: str, output: str, train: str, shares: list[float]
) -> None:
    layer = f"{{Dense: {{{output}, kernel_initializer: Zeros, bias_initializer: ClassShares}}}}"
    net = prepare(f"data: {{{uneven}: {{path: {file}.npz, {ROWS}}}}}\nmodel: [{layer}]\ntrain: {train}\n")
    outputs = net.model(net.data.train.x)
    found = keras.ops.softmax(outputs) if "activation" not in output else outputs
    assert np.asarray(found)[0] == pytest.approx(shares, rel=1e-5)
