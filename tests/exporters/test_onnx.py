from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.evaluation.evaluate import same_data
from nntrain.exporters import onnx
from nntrain.exports.agreement import agreement
from nntrain.exports.exported_run import ExportedRun

pytest.importorskip("tf2onnx", reason="nntrain[onnx] is not installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="nntrain[onnx] is not installed")


@pytest.mark.parametrize("name", ["people", "digits"])
def test_onnx_runtime_predicts_what_the_run_does(request: Any, name: str, tmp_path: Path) -> None:
    run = request.getfixturevalue(name)
    subject = ExportedRun.of(run, same_data(run))
    answers = onnx.export(onnx.Options(), subject, tmp_path)
    assert agreement(onnx.Options(), subject, answers).difference < 2e-6
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    [outputs] = session.run(["y"], {"x": subject.rows.x[:3].astype("float32")})  # as the model card says
    np.testing.assert_allclose(subject.scores(outputs), subject.expected[:3], atol=2e-6)
