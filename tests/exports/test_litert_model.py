from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.exports import litert_model, other_process
from nntrain.exports.agreement import largest_difference
from tests.exports.every_layer import network, rows

pytest.importorskip("ai_edge_litert", reason="nntrain[litert] is not installed")


@pytest.mark.parametrize("name", ["strides", "activations", "standard", "quantile"])
def test_litert_computes_what_keras_does(prepare: Any, tmp_path: Path, name: str) -> None:
    subject = network(prepare, tmp_path, name)
    litert_model.write(subject.exact, tmp_path / "model.tflite")
    found, runtime = other_process.outputs("litert", tmp_path / "model.tflite", rows(subject))
    expected = np.asarray(subject.exact(rows(subject), training=False))
    assert largest_difference(found, expected) < (1e-5 if name == "quantile" else 2e-6)
    assert runtime.startswith("LiteRT ")
