from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from nntrain.evaluation.evaluate import same_data
from nntrain.exporters import saved_model
from nntrain.exports.agreement import largest_difference
from nntrain.exports.exported_run import ExportedRun


def test_tensorflow_predicts_the_same_without_augmentation(digits: Any, tmp_path: Path) -> None:
    subject = ExportedRun.of(digits, same_data(digits))
    answers = saved_model.export(saved_model.Options(), subject, tmp_path)
    assert largest_difference(answers.found, answers.expected) < 1e-6
    loaded = tf.saved_model.load(str(tmp_path / "saved_model"))
    rows = subject.rows.x[:5].astype("float32")
    np.testing.assert_array_equal(loaded.serve(rows), loaded.serve(rows))
    signature = loaded.signatures["serving_default"]
    np.testing.assert_allclose(signature(x=rows)["output_0"], subject.expected[:5], atol=1e-6)
