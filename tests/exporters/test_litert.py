from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.evaluation.evaluate import same_data
from nntrain.exporters import litert
from nntrain.exports.agreement import agreement
from nntrain.exports.exported_run import ExportedRun

interpreter = pytest.importorskip("ai_edge_litert.interpreter", reason="nntrain[litert] is not installed")


def test_every_precision_predicts_what_the_run_does(digits: Any, tmp_path: Path) -> None:
    subject = ExportedRun.of(digits, same_data(digits))
    found = {}
    for precision in litert.Options.precisions:
        options = litert.Options(precision)
        answers = litert.export(options, subject, tmp_path)
        found[precision] = agreement(options, subject, answers)
        found[precision].refuse(options)
        kinds = {
            detail["dtype"] for detail in interpreter.Interpreter(str(tmp_path / "model.tflite")).get_tensor_details()
        }
        assert (np.float16 in kinds) == (precision == "float16")
        if precision == "int8":
            assert np.int8 in kinds and found[precision].measure.startswith("accuracy")
    assert found["float32"].difference < 1e-6 < found["float16"].difference < 1e-2
    assert found["int8"].largest > 1e-6


def test_a_table_with_its_gaps_and_categories(people: Any, tmp_path: Path) -> None:
    subject = ExportedRun.of(people, same_data(people))
    answers = litert.export(litert.Options(), subject, tmp_path)
    assert agreement(litert.Options(), subject, answers).difference < 2e-6
