from typing import Any

import numpy as np
import pytest

from nntrain.evaluation.evaluate import same_data
from nntrain.evaluation.predict import predict_array
from nntrain.exports.exported_run import ExportedRun

IRIS = """
    data: iris
    model: [Normalization, {Dense: {units: 4, activation: relu}}]
    train: {epochs: 1, precision: mixed_bfloat16}
    """


def subject_of(run: Any) -> ExportedRun:
    return ExportedRun.of(run, same_data(run))


def test_the_rows_are_of_the_validation_split_first_and_never_of_the_test_split(trained: Any) -> None:
    subject = subject_of(trained("iris"))
    assert subject.data.validation is not None
    x = np.concatenate([subject.data.validation.x, subject.data.train.x])
    np.testing.assert_array_equal(subject.rows.x, x)
    np.testing.assert_array_equal(subject.rows.y, [*subject.data.validation.y, *subject.data.train.y])
    np.testing.assert_array_equal(subject.calibration, subject.data.train.x)


def test_what_is_expected_is_what_predict_gives(trained: Any) -> None:
    for name in ("moons", "smooth", "plane"):
        subject = subject_of(trained(name))
        outputs = predict_array(subject.saved, subject.scorer, subject.rows.x, "rows").outputs
        np.testing.assert_array_equal(subject.expected, outputs)
        raw = np.asarray(subject.exact(subject.rows.x.astype("float32"), training=False))
        np.testing.assert_allclose(subject.scores(raw), outputs, atol=1e-6)


def test_a_model_in_mixed_precision_has_one_of_the_same_weights_in_float32(fit: Any) -> None:
    subject = subject_of(fit(IRIS, name="mixed"))
    assert subject.is_mixed and subject.saved.model.layers[1].compute_dtype == "bfloat16"
    assert {layer.compute_dtype for layer in subject.exact.layers} == {"float32"}
    raw = np.asarray(subject.exact(subject.rows.x, training=False))
    difference = np.abs(subject.scores(raw) - subject.expected).max()
    assert 1e-6 < difference < 1e-2


@pytest.mark.parametrize("count", [1, 3])
def test_no_more_rows_are_taken_than_asked(trained: Any, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntrain.exports.exported_run.ROWS", count)
    subject = subject_of(trained("moons"))
    assert len(subject.rows) == len(subject.expected) == len(subject.calibration) == count
