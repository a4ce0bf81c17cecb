"""Keras's own loop, called once an epoch in the order of the other programs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nntrain.training.programs.arrays import epoch_order

Prepare = Callable[..., Any]

MOONS = """
    data: {toy_2d: {kind: moons, size: 100, noise: 0.1}}
    model: [{Dense: {units: 4, activation: tanh}}]
    train: {epochs: 1, batch_size: 16, engine: keras, optimizer: {SGD: {learning_rate: 0.5, use_ema: true}}}
    """


def trained(prepare: Prepare, *assignments: str, first: int = 0, last: int = 4) -> Any:
    """A net after these steps of its first epoch."""
    net = prepare(MOONS, *assignments)
    net.scorer.program.train(net.arrays, epoch_order(0, 1, len(net.data.train), True), first, last)
    return net


def test_its_steps_are_those_of_the_resident_program(prepare: Prepare) -> None:
    keras, resident = trained(prepare), trained(prepare, "train.engine=resident")
    for one, other in zip(keras.weights(), resident.weights(), strict=True):
        assert one == pytest.approx(other, rel=1e-5, abs=1e-6)


def test_without_a_step_nothing_is_trained(prepare: Prepare) -> None:
    net, fresh = trained(prepare, last=0), prepare(MOONS)
    assert all(np.array_equal(one, other) for one, other in zip(net.weights(), fresh.weights(), strict=True))


def test_the_wish_to_stop_survives_a_call(prepare: Prepare) -> None:
    net = prepare(MOONS)
    assert net.scorer.program.engine == "keras"
    net.model.stop_training = True
    net.scorer.program.train(net.arrays, epoch_order(0, 1, len(net.data.train), True), 0, 2)
    assert net.model.stop_training
