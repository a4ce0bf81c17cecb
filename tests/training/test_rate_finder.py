import math

import pytest

from nntrain.config.load import load
from nntrain.training.rate_finder import HIGHEST, LOWEST, RangeTest, find_rate

MOONS = """
data: {toy_2d: {kind: moons, size: 200, noise: 0.1}}
model: [{Dense: {units: 8, activation: tanh}}]
train:
  batch_size: 16
  optimizer: {SGD: {learning_rate: {ExponentialDecay: {initial_learning_rate: 9.0, decay_steps: 3, decay_rate: 0.5}}}}
"""


def test_the_rate_rises_and_the_suggestion_is_a_tenth_of_the_best(tmp_path) -> None:
    (tmp_path / "net.yaml").write_text(MOONS)
    config = load(tmp_path / "net.yaml")
    found = find_rate(config, 60)
    assert found.path == "train.optimizer.SGD.learning_rate"
    assert found.rates[0] == LOWEST and max(found.rates) <= HIGHEST * 1.001
    factors = [after / before for before, after in zip(found.rates, found.rates[1:], strict=False)]
    assert factors == pytest.approx([factors[0]] * len(factors))
    assert found.falls
    assert 1e-3 < found.suggestion < 1
    assert find_rate(config, 60) == found  # nothing is left to chance


def test_a_loss_that_explodes_ends_the_test(tmp_path) -> None:
    (tmp_path / "net.yaml").write_text("data: {toy_2d: reg_plane}\nmodel: [Dense: 1]\ntrain: {optimizer: SGD}\n")
    found = find_rate(load(tmp_path / "net.yaml"), 60)
    assert len(found.rates) == len(found.losses) < 60
    assert all(map(math.isfinite, found.losses))


def test_the_average_has_no_bias_and_a_flat_loss_suggests_nothing() -> None:
    flat = RangeTest((1e-7, 1e-6, 1e-5), (2.0, 2.0, 2.0), "x")
    assert flat.smoothed == pytest.approx([2.0, 2.0, 2.0])
    assert not flat.falls
    falling = RangeTest(tuple(10.0**-k for k in (4, 3, 2, 1)), (1.0, 0.5, 0.1, 9.0), "x")
    assert (falling.falls, falling.lowest, falling.suggestion) == (True, 2, 1e-3)
