from pathlib import Path

import numpy as np
import pytest

from nntrain.errors import NNTrainError
from nntrain.exports.other_process import CannotRun, outputs, run


def test_a_program_runs_without_tensorflow_and_without_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "a.py").write_text(
        "import sys\nfrom json import loads\nprint(sys.argv[1], 'tensorflow' in sys.modules)"
    )
    assert run([str(tmp_path / "a.py"), "x"], tmp_path) == "x False\n"


def test_the_last_line_of_an_error_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("raise ValueError('no such model')")
    with pytest.raises(CannotRun, match="^ValueError: no such model$"):
        run([str(tmp_path / "a.py")])
    (tmp_path / "a.py").write_text("import os; os._exit(7)")
    with pytest.raises(CannotRun, match="^exit code 7$"):
        run([str(tmp_path / "a.py")])


def test_a_file_that_is_no_model_cannot_be_run(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="nntrain[onnx] is not installed")
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(CannotRun):
        outputs("onnx_runtime", tmp_path / "model.onnx", np.zeros((2, 3), "float32"))


def test_a_runtime_that_cannot_be_imported_is_not_blamed_on_the_model(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import no_such_runtime")
    with pytest.raises(NNTrainError, match="runtime of the export cannot be loaded: ModuleNotFoundError: .*_runtime'"):
        run([str(program)])
