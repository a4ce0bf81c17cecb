"""A regression is trained on a standardized target, and everything else is in its own units."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.model.target_normalization import TargetNormalization

Prepare = Callable[..., Any]

NET = """
seed: 1
data: {npz_file: {path: numbers.npz, validation: 0.2, test: none}}
model:
  - Dense: {units: 6, activation: tanh}
  - Dense: 2
  - TargetNormalization
train: {epochs: 3, optimizer: {SGD: {learning_rate: 0.05}}, metrics: [mae]}
"""


@pytest.fixture
def numbers(tmp_path: Path) -> None:
    """Two targets in very different units, of which the second is far from 0."""
    random = np.random.default_rng(0)
    x = random.normal(size=(80, 3)).astype("float32")
    y = np.stack([x[:, 0] * 1e-3, 2000 + 50 * x[:, 1]], axis=1)
    np.savez(tmp_path / "numbers.npz", x=x, y=y)
    np.savez(tmp_path / "standard.npz", x=x, y=y)


def test_predictions_have_the_units_of_the_target_and_the_loss_has_none(prepare: Prepare, numbers: None) -> None:
    net = prepare(NET)
    y, validation = net.data.train.y, net.data.validation
    layer = net.model.layers[-1]
    assert np.asarray(layer.mean) == pytest.approx(y.mean(axis=0), rel=1e-5)
    assert np.asarray(layer.deviation) == pytest.approx(y.std(axis=0), rel=1e-5)
    row = net.fit().rows[-1]
    predicted = np.asarray(net.model(validation.x))
    assert row["val_mean_absolute_error"] == pytest.approx(np.abs(predicted - validation.y).mean(), rel=1e-4)
    standardized = (predicted - validation.y) / y.std(axis=0)
    assert row["val_loss"] == pytest.approx((standardized**2).mean(), rel=1e-3)
    assert row["val_loss"] < 1.5


def test_the_network_trains_as_on_targets_that_are_standardized_by_hand(
    prepare: Prepare, numbers: None, tmp_path: Path
) -> None:
    net = prepare(NET)
    net.fit()
    everything = np.load(tmp_path / "numbers.npz")
    y = (everything["y"] - np.asarray(net.model.layers[-1].mean)) / np.asarray(net.model.layers[-1].deviation)
    np.savez(tmp_path / "numbers.npz", x=everything["x"], y=y)
    by_hand = prepare(NET.replace("  - TargetNormalization\n", ""))
    by_hand.fit()
    for ours, theirs in zip(net.model.layers[1].weights, by_hand.model.layers[1].weights, strict=True):
        assert ours.numpy() == pytest.approx(theirs.numpy(), abs=2e-3)


def test_a_constant_target_is_not_scaled() -> None:
    layer = TargetNormalization()
    layer.build((None, 1))
    layer.adapt(np.full((5, 1), 7, "float32"))
    assert np.asarray(layer(np.float32([[0.5]]))).tolist() == [[7.5]]


def test_a_restored_model_has_its_units_and_its_loss(fit: Any, tmp_path: Path) -> None:
    from nntrain.model.restore import load_model
    from nntrain.training.scorer import Scorer

    text = "data: {toy_2d: {kind: reg_plane, size: 60}}\nmodel: [{Dense: 1}, TargetNormalization]\ntrain: {epochs: 2}\n"
    run = fit(text, name="units")
    saved = load_model(run)
    from nntrain.data.dataset import load

    found = Scorer.restored(saved).evaluate(load(saved.resolved.experiment.data).test)
    assert found == run.read_json("summary.json", "metrics")["metrics"]["test"]
