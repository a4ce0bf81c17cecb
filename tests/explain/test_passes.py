"""One step in float64 beside the step that a training takes in float32."""

from typing import Any

import keras
import numpy as np
import pytest

from nntrain.explain.batch import batch_of
from nntrain.explain.float64_model import Float64Model, precision
from nntrain.explain.passes import BatchLoss, clipped, one_step
from nntrain.model.build import encode_labels
from nntrain.training.scorer import Scorer, class_weights

NET = """
data: iris
model:
  - Dense: {units: 5, activation: ACTIVATION, kernel_regularizer: {L2: 0.1}, activity_regularizer: {L1: 0.01}}
  - Dense: {units: 3, activation: softmax, bias_regularizer: {L2Norm: 0.1}, kernel_constraint: {MaxNorm: 1}}
train:
  batch_size: full
  optimizer: OPTIMIZER
  LOSS
"""
CASES = [
    ("tanh", "{SGD: {learning_rate: 0.1, momentum: 0.9}}", "loss: SparseCategoricalCrossentropy"),
    ("relu", "{Adam: {learning_rate: 0.01, clipnorm: 0.1}}", "loss: {CategoricalCrossentropy: {label_smoothing: 0.1}}"),
    ("elu", "{SGD: {learning_rate: 0.1, clipvalue: 0.05}}", "class_weight: {setosa: 3, versicolor: 0.5}"),
    ("sigmoid", "{AdamW: {learning_rate: 0.01, global_clipnorm: 0.1}}", "loss: HalfSquaredError"),
    ("silu", "{SGD: {learning_rate: 0.1}}", "learning_rate_factors: {bias: 0.1, dense_1: 3}"),
]


@pytest.mark.parametrize(("activation", "optimizer", "loss"), CASES, ids=[case[1][1:5] + case[0] for case in CASES])
def test_the_step_is_that_of_a_training(activation: str, optimizer: str, loss: str, subject_of: Any) -> None:
    text = NET.replace("ACTIVATION", activation).replace("OPTIMIZER", optimizer).replace("LOSS", loss)
    subject = subject_of(text)
    train, resolved = subject.data.train, subject.resolved
    with precision():
        objective = BatchLoss(Float64Model(resolved, subject.model), batch_of(subject, count=len(train)))
        passes = one_step(resolved, objective)
        unchanged = [weight.numpy() for weight in objective.float64_model.weights]
    scorer = Scorer.of(resolved, subject.model, train.x, len(train))
    arrays = scorer.arrays(train, class_weights(resolved, train.y))
    scorer.program.train(arrays, np.arange(len(train), dtype="int32"), 0, 1)
    assert passes.loss + passes.penalty == pytest.approx(scorer.program.metrics()["loss"], rel=1e-6)
    for ours, theirs in zip(passes.after, subject.model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=3e-6)
    for before, now in zip(passes.before, unchanged, strict=True):
        np.testing.assert_array_equal(before, now)


def test_the_layers_of_tables_and_a_standardized_target_take_the_step_of_a_training(subject_of: Any) -> None:
    subject = subject_of(
        """
        data: {toy_2d: {kind: reg_plane, size: 40}}
        model:
          - TableEncoding: {scaling: robust}
          - PeriodicEmbedding
          - FeatureScale
          - NTKDense: 4
          - ParametricActivation: mish
          - Dense: 1
          - TargetNormalization
        train: {batch_size: full, optimizer: {SGD: {learning_rate: 0.01}}}
        """
    )
    train, resolved = subject.data.train, subject.resolved
    with precision():
        passes = one_step(
            resolved, BatchLoss(Float64Model(resolved, subject.model), batch_of(subject, count=len(train)))
        )
    scorer = Scorer.of(resolved, subject.model, train.x, len(train))
    scorer.program.train(scorer.arrays(train), np.arange(len(train), dtype="int32"), 0, 1)
    assert passes.loss == pytest.approx(scorer.program.metrics()["loss"], rel=1e-5)
    for ours, theirs in zip(passes.after, subject.model.trainable_weights, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-4)


def test_the_gradient_of_a_batch_is_the_mean_of_those_of_its_rows(subject_of: Any) -> None:
    data = "{iris: {validation: none, test: none}}"
    subject = subject_of(f"data: {data}\nmodel: [{{Dense: {{units: 4, activation: tanh}}}}, {{Dense: {{units: 3}}}}]")
    with precision():
        float64_model = Float64Model(subject.resolved, subject.model)
        whole, *rows = (
            one_step(subject.resolved, BatchLoss(float64_model, batch_of(subject, str(first), count)))
            for first, count in ((5, 3), (5, 1), (6, 1), (7, 1))
        )
    for index, gradient in enumerate(whole.gradients):
        np.testing.assert_allclose(gradient, np.mean([row.gradients[index] for row in rows], axis=0), rtol=1e-12)
    np.testing.assert_allclose(whole.adjoints[0].sum(axis=0), np.mean([row.adjoints[0][0] for row in rows], axis=0))


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_the_derivative_by_the_last_output_is_not_lost_where_keras_uses_the_logits(
    output: str, subject_of: Any
) -> None:
    units = {"softmax": 3, "sigmoid": 1}[output]
    data = "iris" if units == 3 else "{toy_2d: moons}"
    subject = subject_of(f"data: {data}\nmodel: [{{Dense: {{units: {units}, activation: {output}}}}}]")
    with precision():
        float64_model = Float64Model(subject.resolved, subject.model)
        passes = one_step(subject.resolved, BatchLoss(float64_model, batch_of(subject)))
    h, g = passes.outputs[1][0], passes.adjoints[1][0]
    assert np.abs(g).min() > 0
    jacobian = np.diag(h) - np.outer(h, h) if units == 3 else np.diag(h * (1 - h))
    np.testing.assert_allclose(g @ jacobian, passes.adjoints[0][0], rtol=1e-9)


def test_there_is_a_derivative_below_the_first_weights(subject_of: Any) -> None:
    subject = subject_of("data: iris\nmodel: [{Rescaling: 0.5}, {Dense: {units: 3}}]")
    with precision():
        passes = one_step(subject.resolved, BatchLoss(Float64Model(subject.resolved, subject.model), batch_of(subject)))
    np.testing.assert_allclose(passes.adjoints[0][0], passes.before[0] @ passes.adjoints[1][0], rtol=1e-12)


@pytest.mark.parametrize("option", ["clipvalue", "clipnorm", "global_clipnorm"])
def test_clipping_is_that_of_keras(option: str) -> None:
    gradients = [np.array([3.0, -0.1]), np.array([0.01])]
    with precision():
        optimizer = keras.optimizers.SGD(learning_rate=1.0, **{option: 0.5})
        weights = [keras.Variable(np.zeros_like(each)) for each in gradients]
        optimizer.apply([keras.ops.convert_to_tensor(each) for each in gradients], weights)
        found = clipped(gradients, optimizer)
    for ours, weight in zip(found, weights, strict=True):
        np.testing.assert_allclose(ours, -weight.numpy(), rtol=1e-12)


def test_labels_have_the_form_of_the_loss(subject_of: Any) -> None:
    subject = subject_of(
        "data: iris\nmodel: [{Dense: 3}]\ntrain: {loss: {CategoricalCrossentropy: {from_logits: true}}}"
    )
    batch = batch_of(subject, str(subject.data.positions["train"][1] + 1), 3)
    np.testing.assert_array_equal(batch.y, encode_labels(subject.data.train.y[1:4], subject.resolved))
