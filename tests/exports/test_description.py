import json
from typing import Any

import numpy as np
import pytest

from nntrain.evaluation.evaluate import same_data
from nntrain.exports.description import description, text
from nntrain.exports.exported_run import ExportedRun


def scores(outputs: np.ndarray, output: dict[str, Any]) -> np.ndarray:
    """The scores as a program makes them that knows schema.json alone."""
    if output["activation"] == "sigmoid":
        outputs = 1 / (1 + np.exp(-outputs))
    if output["activation"] == "softmax":
        outputs = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    return np.concatenate([output["mirror"] - outputs, outputs], axis=1) if "mirror" in output else outputs


@pytest.mark.parametrize("name", ["iris", "moons", "smooth", "plane"])
def test_it_says_how_outputs_become_what_predict_writes(trained: Any, name: str) -> None:
    subject = ExportedRun.of(trained(name), same_data(trained(name)))
    found = description(subject)
    raw = np.asarray(subject.exact(subject.rows.x, training=False))
    np.testing.assert_allclose(scores(raw, found["output"]), subject.expected, atol=1e-6)
    assert len(found["output"]["columns"]) == subject.expected.shape[1]


def test_it_holds_the_columns_of_a_table(people: Any) -> None:
    subject = ExportedRun.of(people, same_data(people))
    found = json.loads(text(subject))
    assert [column["name"] for column in found["table"]["columns"]] == ["age", "income", "city", "smoker", "since"]
    assert found["classes"] == ["a", "b"] and found["output"]["columns"] == ["probability_a", "probability_b"]
    assert found["output"]["threshold"] == 0.5 and found["input"]["features"][:2] == ["age", "income"]


def test_the_threshold_is_the_one_that_was_chosen(fit: Any) -> None:
    config = """
        data: {toy_2d: {kind: moons, size: 60}}
        model: [{Dense: {units: 1, activation: sigmoid}}, DecisionThreshold]
        train: {epochs: 1}
        """
    run = fit(config, name="threshold")
    subject = ExportedRun.of(run, same_data(run))
    chosen = float(np.median(subject.expected[:, 1]))
    subject.saved.model.layers[-1].threshold.assign([chosen])
    threshold = description(subject)["output"]["threshold"]
    second = subject.expected[:, 1] > threshold
    assert threshold == pytest.approx(chosen) and 0 < second.sum() < len(second)
    np.testing.assert_array_equal(subject.scorer.classes(subject.expected), second.astype(int))
