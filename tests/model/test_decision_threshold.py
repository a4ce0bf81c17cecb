"""The threshold between two classes is the best one of the validation split, and part of the model."""

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as scores

from nntrain.data.dataset import load
from nntrain.evaluation.predictions import Predictions
from nntrain.model.decision_threshold import best_threshold
from nntrain.model.restore import load_model
from nntrain.training.scorer import Scorer

SKLEARN: dict[str, Any] = {
    "accuracy": scores.accuracy_score,
    "balanced_accuracy": scores.balanced_accuracy_score,
    "f1_score": lambda y, found: scores.f1_score(y, found, average="macro"),
}


@pytest.mark.parametrize("metric", SKLEARN)
def test_no_other_threshold_has_a_better_metric(metric: str) -> None:
    random = np.random.default_rng(0)
    y = (random.uniform(size=200) < 0.15).astype("int32")
    p = (0.3 * y + random.uniform(0, 0.5, 200)).astype("float32").round(2)  # with equal ones
    chosen = best_threshold(y, p, metric)
    reached = SKLEARN[metric](y, p > chosen)
    assert reached == pytest.approx(max(SKLEARN[metric](y, p > t) for t in np.linspace(0, 1, 1001)))
    assert reached >= SKLEARN[metric](y, p > 0.5)


def test_of_equally_good_ones_it_is_the_nearest_to_one_half() -> None:
    p = np.array([0.1, 0.2, 0.7, 0.9], "float32")
    assert best_threshold(np.array([0, 0, 1, 1]), p, "accuracy") == 0.5
    assert best_threshold(np.array([0, 1, 1, 1]), p, "accuracy") == pytest.approx(0.15)
    assert best_threshold(np.array([0, 0, 0, 0]), p, "f1_score") == pytest.approx(0.95)


def test_metrics_predictions_and_the_restored_model_have_the_chosen_threshold(fit: Any) -> None:
    run = fit(
        """
        seed: 1
        data: {toy_2d: {kind: moons, size: 200, noise: 0.3}}
        model:
          - Dense: {units: 1, activation: sigmoid}
          - DecisionThreshold: balanced_accuracy
        train: {epochs: 2, metrics: [accuracy, F1Score, AUC]}
        """,
        name="threshold",
    )
    saved = load_model(run)
    scorer, data = Scorer.restored(saved), load(saved.resolved.experiment.data)
    threshold = float(saved.model.layers[-1].threshold.numpy()[0])
    assert data.validation is not None and data.test is not None
    assert threshold == pytest.approx(
        best_threshold(data.validation.y, scorer.outputs(data.validation.x)[:, 1], "balanced_accuracy")
    )
    assert threshold != 0.5
    probabilities = scorer.outputs(data.test.x)
    assert probabilities.sum(axis=1) == pytest.approx(1)
    decided = (probabilities[:, 1] > threshold).astype(int)
    assert scorer.predicted(data.test.x).tolist() == decided.tolist()
    classes = saved.resolved.schema.classes
    assert Predictions.of(scorer, probabilities).classes == [classes[index] for index in decided]
    found = scorer.evaluate(data.test)
    assert found["accuracy"] == pytest.approx(scores.accuracy_score(data.test.y, decided))
    assert found["f1_score"] == pytest.approx(scores.f1_score(data.test.y, decided, average="macro"))
    assert found == run.read_json("summary.json", "metrics")["metrics"]["test"]
