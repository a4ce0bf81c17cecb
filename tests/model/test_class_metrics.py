"""Every metric of classes against scikit-learn: on one unit, two and several, balanced and rare, weighted and not.

Outputs are drawn, not predicted: a network without hidden layers passes its inputs on as its outputs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from nntrain.config.data_schema import Schema
from nntrain.config.keras.metrics import Metric
from nntrain.config.load import from_document
from nntrain.config.resolve import Resolved
from nntrain.data.examples import Split
from nntrain.document import yaml_file
from nntrain.model.build import build
from nntrain.training.programs.arrays import epoch_order
from nntrain.training.scorer import Scorer, class_weights

ROWS = 400
# Output layer, loss, number of classes, and the outputs in its units that stand for a draw from -3 to 3.
OUTPUTS: dict[str, tuple[str, str, int]] = {
    "sigmoid": ("{units: 1, activation: sigmoid}", "BinaryCrossentropy", 2),
    "logit": ("{units: 1}", "{BinaryCrossentropy: {from_logits: true}}", 2),
    "hinge": ("{units: 1}", "Hinge", 2),
    "tanh hinge": ("{units: 1, activation: tanh}", "Hinge", 2),
    "one number": ("{units: 1}", "MeanSquaredError", 2),
    "softmax 2": ("{units: 2, activation: softmax}", "SparseCategoricalCrossentropy", 2),
    "logits 2": ("{units: 2}", "{CategoricalCrossentropy: {from_logits: true}}", 2),
    "softmax 3": ("{units: 3, activation: softmax}", "CategoricalCrossentropy", 3),
    "sigmoid 3": ("{units: 3, activation: sigmoid}", "BinaryCrossentropy", 3),
    "numbers 3": ("{units: 3}", "MeanSquaredError", 3),
}


@dataclass(frozen=True)
class Case:
    """y: (n,) class indices, s: (n, classes) scores, w: (n,) weights or None: what scikit-learn takes."""

    y: np.ndarray
    s: np.ndarray
    w: np.ndarray | None

    @property
    def classes(self) -> int:
        return self.s.shape[1]

    @property
    def found(self) -> np.ndarray:
        return self.s.argmax(axis=1)

    @property
    def one_hot(self) -> np.ndarray:
        return np.eye(self.classes)[self.y]

    def top(self, k: int) -> np.ndarray:
        return np.eye(self.classes)[np.argsort(-self.s, axis=1, kind="stable")[:, :k]].sum(axis=1)

    def averaged(self, score: Callable[..., float], average: str) -> float:
        return score(self.y, self.found, average=average, sample_weight=self.w, zero_division=0)

    def of_class(self, score: Callable[..., float], index: int, predicted: np.ndarray | None = None) -> float:
        found = self.found == index if predicted is None else predicted
        return score(self.y == index, found, sample_weight=self.w, zero_division=0)

    def plain(self, score: Callable[..., float]) -> float:
        return self.of_class(score, 1) if self.classes == 2 else self.averaged(score, "macro")

    def above(self, score: Callable[..., float], threshold: float) -> float:
        """The second of two classes, or the mean over all, where a class is predicted above a threshold."""
        if self.classes == 2:
            return self.of_class(score, 1, self.s[:, 1] > threshold)
        return score(self.one_hot, self.s > threshold, average="macro", sample_weight=self.w, zero_division=0)

    def decided(self, score: Callable[..., float], threshold: float, average: str) -> float:
        """The average where a threshold decides between two classes, or for each of several."""
        two = self.classes == 2
        y, found = (self.y, (self.s[:, 1] > threshold).astype(int)) if two else (self.one_hot, self.s > threshold)
        return score(y, found, average=average, sample_weight=self.w, zero_division=0)

    def area(self, score: Callable[..., float], *columns: int) -> float:
        return float(np.mean([score(self.y == c, self.s[:, c], sample_weight=self.w) for c in columns]))


EXPECTED: dict[str, Callable[[Case], float]] = {
    "Accuracy": lambda c: sk.accuracy_score(c.y, c.found, sample_weight=c.w),
    "TopK: {k: 1}": lambda c: sk.accuracy_score(c.y, c.found, sample_weight=c.w),
    "TopK: {k: 2}": lambda c: np.average(c.top(2)[np.arange(len(c.y)), c.y], weights=c.w),
    "Precision": lambda c: c.plain(sk.precision_score),
    "Precision: {class_id: 0}": lambda c: c.of_class(sk.precision_score, 0),
    "Precision: {class_id: one}": lambda c: c.of_class(sk.precision_score, 1),
    "Precision: {average: macro}": lambda c: c.averaged(sk.precision_score, "macro"),
    "Precision: {average: micro}": lambda c: c.averaged(sk.precision_score, "micro"),
    "Precision: {average: weighted}": lambda c: c.averaged(sk.precision_score, "weighted"),
    "Precision: {thresholds: 0.3}": lambda c: c.above(sk.precision_score, 0.3),
    "Precision: {thresholds: 0.3, class_id: 0}": lambda c: c.of_class(sk.precision_score, 0, c.s[:, 0] > 0.3),
    "Precision: {thresholds: 0.6, average: macro}": lambda c: c.decided(sk.precision_score, 0.6, "macro"),
    "Precision: {top_k: 1}": lambda c: c.plain(sk.precision_score),
    "Recall": lambda c: c.plain(sk.recall_score),
    "Recall: {class_id: 0}": lambda c: c.of_class(sk.recall_score, 0),
    "Recall: {average: macro}": lambda c: c.averaged(sk.recall_score, "macro"),
    "Recall: {average: micro}": lambda c: c.averaged(sk.recall_score, "micro"),
    "Recall: {average: weighted}": lambda c: c.averaged(sk.recall_score, "weighted"),
    "Recall: {thresholds: 0.4}": lambda c: c.above(sk.recall_score, 0.4),
    "Recall: {thresholds: 0.4, top_k: 1, class_id: 0}": lambda c: c.of_class(
        sk.recall_score, 0, (c.s[:, 0] > 0.4) & (c.found == 0)
    ),
    "F1Score": lambda c: c.averaged(sk.f1_score, "macro"),
    "F1Score: {average: micro}": lambda c: c.averaged(sk.f1_score, "micro"),
    "F1Score: {average: weighted}": lambda c: c.averaged(sk.f1_score, "weighted"),
    "F1Score: {class_id: 0}": lambda c: c.of_class(sk.f1_score, 0),
    "F1Score: {class_id: one}": lambda c: c.of_class(sk.f1_score, 1),
    "F1Score: {threshold: 0.4}": lambda c: c.decided(sk.f1_score, 0.4, "macro"),
    "AUC": lambda c: c.area(sk.roc_auc_score, *range(c.classes)),
    "AUC: {class_id: 0}": lambda c: c.area(sk.roc_auc_score, 0),
    "AUC: {curve: PR}": lambda c: c.area(sk.average_precision_score, *([1] if c.classes == 2 else range(c.classes))),
    "AUC: {curve: PR, class_id: 0}": lambda c: c.area(sk.average_precision_score, 0),
}
OF_THREE = {
    "Precision: {top_k: 2, class_id: 1}": lambda c: c.of_class(sk.precision_score, 1, c.top(2)[:, 1]),
    "Recall: {top_k: 2}": lambda c: sk.recall_score(c.one_hot, c.top(2), average="macro", sample_weight=c.w),
}


def resolved(kind: str, more: str = "", *only: str) -> tuple[Resolved, dict[str, Callable[[Case], float]]]:
    """An experiment with all metrics or some, `m0`, `m1`, …, and what scikit-learn says each of them is."""
    layer, loss, classes = OUTPUTS[kind]
    every = {**EXPECTED, **(OF_THREE if classes == 3 else {})}
    expected = {text: every[text] for text in only or every}
    metrics = []
    for index, text in enumerate(expected):
        name, _, options = text.partition(": ")
        given = f"{options[1:-1]}, " if options else ""
        metrics.append(f"{{{name}: {{{given}name: m{index}}}}}")
    text = (
        "data: {table: {path: a.csv, target: y}}\n"
        f"model: [{{Dense: {layer}}}]\n"
        f"train: {{optimizer: {{SGD: {{learning_rate: 1e-30}}}}, loss: {loss}, batch_size: full{more},"
        f" metrics: [{', '.join(metrics)}]}}\n"
    )
    config = from_document(yaml_file.parse(text, "metrics.yaml"))
    units = 1 if "units: 1" in layer else classes
    return config.resolve(Schema((units,), ("zero", "one", "two")[:classes])), expected


def drawn(kind: str, shares: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """x: (n, units) float32 from -3 to 3, most of it towards the class of the row; y: (n,) int32."""
    random, classes = np.random.default_rng(3), OUTPUTS[kind][2]
    y = random.choice(classes, ROWS, p=shares).astype("int32")
    noise = random.normal(0, 1, (ROWS, classes))
    x = noise + np.eye(classes)[y]
    x = x[:, 1:] - x[:, :1] if "units: 1" in OUTPUTS[kind][0] else x
    return x.astype("float32"), y


def passing_on(experiment: Resolved, x: np.ndarray) -> Scorer:
    """A scorer whose model has the identity as its kernel."""
    model = build(experiment, x)
    model.set_weights([np.eye(x.shape[1]), np.zeros(x.shape[1])])
    return Scorer.of(experiment, model, x, batch_size=150)


def shares_of(kind: str, rare: bool) -> list[float]:
    return {(2, False): [0.5, 0.5], (2, True): [0.97, 0.03], (3, False): [1 / 3] * 3, (3, True): [0.9, 0.07, 0.03]}[
        (OUTPUTS[kind][2], rare)
    ]


def differing(found: dict[str, float], expected: dict[str, Any], case: Case, auc: float = 1e-5) -> dict[str, Any]:
    """The metrics that are not those of scikit-learn; an AUC may be off by `auc`."""
    values = {text: (found[f"m{index}"], float(of(case))) for index, (text, of) in enumerate(expected.items())}
    return {
        text: pair
        for text, pair in values.items()
        if pair[0] != pytest.approx(pair[1], abs=auc if text.startswith("AUC") else 1e-5)
    }


@cache
def with_every_metric(kind: str) -> tuple[Scorer, dict[str, Callable[[Case], float]]]:
    experiment, expected = resolved(kind)
    return passing_on(experiment, drawn(kind, shares_of(kind, False))[0]), expected


@pytest.mark.parametrize("kind", OUTPUTS)
@pytest.mark.parametrize(("rare", "weighted"), [(False, False), (True, False), (True, True)])
def test_every_metric_is_that_of_scikit_learn(kind: str, rare: bool, weighted: bool) -> None:
    (scorer, expected), (x, y) = with_every_metric(kind), drawn(kind, shares_of(kind, rare))
    w = np.random.default_rng(4).uniform(0, 3, ROWS).astype("float32") if weighted else None
    labels, outputs = scorer.arrays(Split(x, y)).y, scorer.program.predict(x)
    metrics = scorer.program.model.metrics[1].metrics
    for metric in metrics:
        metric.reset_state()
        for rows in (slice(0, 150), slice(150, ROWS)):
            metric.update_state(labels[rows], outputs[rows], None if w is None else w[rows])
    found = {metric.name: float(metric.result()) for metric in metrics}
    assert differing(found, expected, Case(y, scorer.outputs(x), w), auc=0.003) == {}


@pytest.mark.parametrize("kind", ["hinge", "softmax 3"])
def test_compiled_programs_count_the_same_while_they_train_and_evaluate(kind: str) -> None:
    """No metric counts the class weights; the learning rate is so small that all outputs stay the same.

    tests/config/keras/test_conformance.py has those of a sigmoid in a program.
    """
    (experiment, expected), (x, y) = resolved(kind, ", class_weight: balanced"), drawn(kind, shares_of(kind, True))
    scorer = passing_on(experiment, x)
    case = Case(y, scorer.outputs(x), None)
    assert differing(scorer.evaluate(Split(x, y)), expected, case) == {}
    assert scorer.predicted(x).tolist() == case.found.tolist()
    training = scorer.arrays(Split(x, y), class_weights(experiment, y))
    trained = scorer.program.train(training, epoch_order(0, 1, ROWS, True), 0, scorer.program.steps(training))
    assert differing(trained.metrics, expected, case, auc=0.003) == {}


def test_every_metric_of_classes_is_compared() -> None:
    names = {text.partition(":")[0] for text in EXPECTED}
    assert names == {name for name, member in Metric.members().items() if member.task == "classes"}


def test_scores_of_hinge_are_decided_at_0_and_those_of_labels_0_and_1_at_one_half() -> None:
    x = np.array([[-3.0], [-0.1], [0.2], [0.4], [0.6], [4.0]], "float32")
    for kind, predicted in {"hinge": [0, 0, 1, 1, 1, 1], "one number": [0, 0, 0, 0, 1, 1]}.items():
        scorer = passing_on(resolved(kind, "", "Accuracy")[0], x)
        assert scorer.predicted(x).tolist() == predicted
        assert scorer.evaluate(Split(x, np.array(predicted, "int32")))["m0"] == 1.0


def test_equal_scores_are_no_success() -> None:
    """A network that predicts the same for every class is not always right, as it is for Keras."""
    x, y = np.zeros((6, 3), "float32"), np.array([0, 0, 1, 1, 2, 2], "int32")
    experiment, expected = resolved("softmax 3", "", "Accuracy", "TopK: {k: 1}", "TopK: {k: 2}", "AUC")
    found = passing_on(experiment, x).evaluate(Split(x, y))
    of = {text: found[f"m{index}"] for index, text in enumerate(expected)}
    assert of["Accuracy"] == of["TopK: {k: 1}"] == pytest.approx(1 / 3)
    assert of["TopK: {k: 2}"] == pytest.approx(2 / 3)
    assert of["AUC"] == 0.5


def test_classes_that_neither_occur_nor_are_predicted_do_not_count() -> None:
    x = np.array([[2, 0, -9], [2, 1, -9], [0, 2, -9], [1, 0, -9]], "float32")
    y = np.array([0, 1, 1, 0], "int32")
    experiment, expected = resolved("softmax 3", "", "Precision", "F1Score", "AUC")
    found = passing_on(experiment, x).evaluate(Split(x, y))
    of = {text: found[f"m{index}"] for index, text in enumerate(expected)}
    predicted = [0, 0, 1, 0]
    assert of["Precision"] == pytest.approx(sk.precision_score(y, predicted, average="macro"))
    assert of["F1Score"] == pytest.approx(sk.f1_score(y, predicted, average="macro"))
    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    assert of["AUC"] == pytest.approx(np.mean([sk.roc_auc_score(y == c, p[:, c]) for c in (0, 1)]))


def test_the_area_of_a_split_with_one_class_is_not_a_number() -> None:
    x, y = np.array([[0.5], [1.0]], "float32"), np.zeros(2, "int32")
    assert np.isnan(passing_on(resolved("sigmoid", "", "AUC")[0], x).evaluate(Split(x, y))["m0"])
