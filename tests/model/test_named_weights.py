"""Factors of the learning rate and weights without decay, by the names of weights and layers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nntrain.errors import ConfigError

Prepare = Callable[..., Any]

NET = """
data: {toy_2d: {kind: moons, size: 60}}
model:
  - FeatureScale
  - Dense: {units: 4, activation: tanh, name: hidden}
  - Dense: {units: 1, activation: sigmoid}
train: {steps: 1, optimizer: OPTIMIZER, OPTIONS}
"""


def moved(prepare: Prepare, optimizer: str, options: str) -> dict[str, np.ndarray]:
    """How far a step moves each weight."""
    net = prepare(NET.replace("OPTIMIZER", optimizer).replace("OPTIONS", options))
    before = {weight.path: weight.numpy() for weight in net.model.weights}
    net.fit()
    return {weight.path: weight.numpy() - before[weight.path] for weight in net.model.weights}


@pytest.mark.parametrize("optimizer", ["{SGD: {learning_rate: 0.1}}", "{Adam: {learning_rate: 0.01}}", "Nadam"])
def test_the_step_of_a_weight_is_multiplied_by_the_factors_of_its_names(prepare: Prepare, optimizer: str) -> None:
    plain = moved(prepare, optimizer, "")
    factors = {"bias": 0.1, "feature_scale": 6, "hidden": 2, "dense/kernel": 0}
    expected = {
        "feature_scale/scale": 6,
        "hidden/kernel": 2,
        "hidden/bias": 0.2,
        "dense/kernel": 0,
        "dense/bias": 0.1,
    }
    options = ", ".join(f"{name}: {factor}" for name, factor in factors.items())
    for path, step in moved(prepare, optimizer, f"learning_rate_factors: {{{options}}}").items():
        assert step == pytest.approx(expected[path] * plain[path], rel=1e-3, abs=1e-7), path
        assert plain[path].any()


def test_the_factors_hold_in_float16_and_under_xla_too(prepare: Prepare) -> None:
    optimizer, options = "{SGD: {learning_rate: 0.1}}", "learning_rate_factors: {hidden: 0}"
    for mode in ("precision: mixed_float16", "compile: xla", "engine: keras"):
        found = moved(prepare, optimizer, f"{options}, {mode}")
        assert not found["hidden/kernel"].any() and found["dense/kernel"].any()


def test_a_weight_without_decay_takes_the_step_of_the_gradient_alone(prepare: Prepare) -> None:
    plain = moved(prepare, "{SGD: {learning_rate: 0.1}}", "")
    found = moved(
        prepare, "{SGD: {learning_rate: 0.1, weight_decay: 0.5}}", "exclude_from_weight_decay: [scale, dense]"
    )
    same = {path for path, step in found.items() if step == pytest.approx(plain[path], abs=1e-7)}
    assert same == {"feature_scale/scale", "dense/kernel", "dense/bias", "hidden/bias"}  # a bias of 0 cannot decay


@pytest.mark.parametrize(
    ("options", "place", "help"),
    [
        ("learning_rate_factors: {biass: 0.1}", "(train.learning_rate_factors.biass)", "write `bias`"),
        ("exclude_from_weight_decay: [bias, front]", "(train.exclude_from_weight_decay.1)", "the names are `feature_s"),
    ],
)
def test_an_unknown_name_is_an_error_at_its_place(prepare: Prepare, options: str, place: str, help: str) -> None:
    with pytest.raises(ConfigError) as caught:
        prepare(NET.replace("OPTIMIZER", "SGD").replace("OPTIONS", options))
    assert "no weight that is trained, and no layer with one, is called `" in str(caught.value)
    assert place in str(caught.value) and help in str(caught.value)
