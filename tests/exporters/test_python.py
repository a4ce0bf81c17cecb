import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nntrain.evaluation.evaluate import same_data
from nntrain.exporters import python
from nntrain.exports import description
from nntrain.exports.agreement import agreement
from nntrain.exports.exported_run import ExportedRun
from tests.conftest import PEOPLE

pytest.importorskip("tf2onnx", reason="nntrain[onnx] is not installed")
pytest.importorskip("onnxruntime", reason="nntrain[onnx] is not installed")


@pytest.mark.parametrize("name", ["people", "digits", "plane"])
def test_the_program_predicts_what_the_run_does(request: Any, trained: Any, name: str, tmp_path: Path) -> None:
    run = trained(name) if name == "plane" else request.getfixturevalue(name)
    subject = ExportedRun.of(run, same_data(run))
    (tmp_path / "schema.json").write_text(description.text(subject), encoding="utf-8")
    found = agreement(python.Options(), subject, python.export(python.Options(), subject, tmp_path))
    assert found.difference < 2e-6 and found.equal == (None if name == "plane" else found.rows)
    if name != "people":
        return
    moved = Path(shutil.move(tmp_path, tmp_path.with_name("moved elsewhere")))
    (moved / "rows.csv").write_text(PEOPLE)
    words = [sys.executable, "-I", moved / "predict.py", "rows.csv"]
    done = subprocess.run(words, cwd=moved, capture_output=True, text=True, timeout=120)
    lines = done.stdout.splitlines()
    assert lines[0] == "class,probability_a,probability_b" and len(lines) == 201 and not done.stderr
    words[-1] = "none.csv"
    done = subprocess.run(words, cwd=moved, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and done.stderr.startswith("error: none.csv cannot be read: [Errno 2] No such file")
