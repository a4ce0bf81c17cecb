"""How many updates an epoch takes, what they compute, and when the training stops."""

from typing import Any

import numpy as np
import pytest

LINE = "{Dense: {units: 1, use_bias: false, kernel_initializer: {Values: [[START]]}}}"


@pytest.mark.parametrize(("batch_size", "updates"), [("1", 22), ("4", 6), ("22", 1), ("full", 1), ("100", 1)])
def test_updates_in_an_epoch(batch_size: str, updates: int, prepare: Any) -> None:
    text = f"model: [{{Dense: {{units: 1}}}}]\ntrain: {{epochs: 2, batch_size: {batch_size}}}"
    training = prepare(text, np.ones((22, 3)))
    training.fit()
    assert training.model.optimizer.iterations.numpy() == 2 * updates


def test_an_epoch_of_minibatches_is_the_one_of_the_textbook(prepare: Any) -> None:
    """θ - α/|B| Σ ∇J over batches of 4 from 22 rows, so that the last batch holds 2, replayed in float64."""
    text = """
    seed: 5
    model: [{Dense: {units: 5, activation: tanh}}, {Dense: {units: 2}}]
    train: {epochs: 1, batch_size: 4, loss: HalfSquaredError, optimizer: {SGD: {learning_rate: 0.05}}}
    """
    random = np.random.default_rng(0)
    x, y = random.normal(size=(22, 3)), random.normal(size=(22, 2))
    training = prepare(text, x, y)
    first, first_bias, second, second_bias = (weight.astype("float64") for weight in training.weights())
    order = training.order(1)
    assert sorted(order) == list(range(22))
    for start in range(0, 22, 4):
        rows = order[start : start + 4]
        hidden = np.tanh(x[rows] @ first + first_bias)
        error = (hidden @ second + second_bias - y[rows]) / len(rows)
        back = (error @ second.T) * (1 - hidden**2)
        second, second_bias = second - 0.05 * hidden.T @ error, second_bias - 0.05 * error.sum(axis=0)
        first, first_bias = first - 0.05 * x[rows].T @ back, first_bias - 0.05 * back.sum(axis=0)
    training.fit()
    for found, expected in zip(training.weights(), (first, first_bias, second, second_bias), strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


# The weight falls by 1 an epoch: 2, 1, 0, -1, ... The absolute errors of two rows, 1.1 w wanted 0 and 0.9 w wanted -6,
# have the mean 3 + w above 0 and 3 - 0.1 w below.
SCRIPTED = f"""
model: [{LINE.replace("START", "3")}]
train:
  epochs: 20
  loss: mae
  optimizer: {{SGD: {{learning_rate: 1}}}}
  callbacks: [{{EarlyStopping: {{patience: 3, restore_best_weights: RESTORE}}}}]
"""


@pytest.mark.parametrize("restore", ["true", "false"])
def test_early_stopping_waits_three_epochs_and_keeps_the_best_or_the_last(restore: str, prepare: Any) -> None:
    text = SCRIPTED.replace("RESTORE", restore)
    training = prepare(text, [[1.0]], [[-1000.0]], validation=([[1.1], [0.9]], [[0.0], [-6.0]]))
    history, recorder = training.fit()
    losses = [row["val_loss"] for row in history.rows]
    assert losses == pytest.approx([5, 4, 3, 3.1, 3.2, 3.3], abs=1e-5)
    assert history.best_epoch == (3 if restore == "true" else 6)
    assert [weights[0].item() for weights in recorder.weights][:3] == [2, 1, 0]
    assert training.weights()[0].item() == (0 if restore == "true" else -3)
    assert "3 epochs" in history.reason


def test_a_few_examples_are_learned_by_heart(prepare: Any) -> None:
    random = np.random.default_rng(0)
    text = """
    model: [{Dense: {units: 32, activation: relu}}]
    train: {epochs: 60, batch_size: full, optimizer: {Adam: {learning_rate: 0.02}}}
    """
    training = prepare(text, random.normal(size=(8, 5)), np.arange(8) % 3, classes=3)
    training.fit()
    assert training.metrics()["accuracy"] == 1


def test_every_epoch_takes_the_examples_in_another_order(prepare: Any) -> None:
    """With rate 1 on ½(w - t)² the weight is the target of the last example, which shows which one came last."""
    text = f"""
    model: [{LINE.replace("START", "0")}]
    train: {{epochs: 12, batch_size: 1, loss: HalfSquaredError, optimizer: {{SGD: {{learning_rate: 1}}}}}}
    """
    training = prepare(text, np.ones((50, 1)), np.arange(50)[:, None])
    _, recorder = training.fit()
    last = [weights[0].item() for weights in recorder.weights]
    assert last == [training.order(epoch)[-1] for epoch in range(1, 13)]
    assert len(set(last)) > 6
    orders = [tuple(training.order(epoch)) for epoch in range(1, 13)]
    assert len(set(orders)) == 12
    assert all(sorted(order) == list(range(50)) for order in orders)


def test_without_shuffling_the_examples_keep_their_order(prepare: Any) -> None:
    text = f"""
    model: [{LINE.replace("START", "0")}]
    train:
      epochs: 3
      batch_size: 1
      shuffle: false
      loss: HalfSquaredError
      optimizer: {{SGD: {{learning_rate: 1}}}}
    """
    _, recorder = prepare(text, np.ones((5, 1)), np.arange(5)[:, None]).fit()
    assert [weights[0].item() for weights in recorder.weights] == [4, 4, 4]
