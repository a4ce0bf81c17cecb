from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.exports import other_process
from nntrain.exports.agreement import largest_difference
from tests.exports.every_layer import network, rows

pytest.importorskip("tf2onnx", reason="nntrain[onnx] is not installed")
pytest.importorskip("onnxruntime", reason="nntrain[onnx] is not installed")


@pytest.mark.parametrize("name", ["strides", "activations", "standard", "quantile"])
def test_onnx_runtime_computes_what_keras_does(prepare: Any, tmp_path: Path, name: str) -> None:
    from nntrain.exports import onnx_model

    subject = network(prepare, tmp_path, name)
    onnx_model.write(subject.exact, tmp_path / "model.onnx")
    found, runtime = other_process.outputs("onnx_runtime", tmp_path / "model.onnx", rows(subject))
    expected = np.asarray(subject.exact(rows(subject), training=False))
    assert largest_difference(found, expected) < (1e-5 if name == "quantile" else 2e-6)
    assert runtime.startswith("ONNX Runtime 1.")
