"""Which experiments share a compiled program, and that its variables are the new model's."""

from typing import Any

import numpy as np
import pytest

from nntrain.training.program_cache import KEPT, Programs, program_key

CONFIG = """
    data: iris
    model: [Normalization, {Dense: {units: 4, activation: relu}}]
    train: {epochs: 2, batch_size: 16}
    """


def key(net: Any) -> str:
    return program_key(net.prepared.resolved, net.data.train.x, net.plan.batch_size)


@pytest.mark.parametrize(
    ("change", "equal"),
    [
        ("train.epochs=9", True),
        ("train.optimizer={Adam: {learning_rate: 0.5}}", True),
        ("train.callbacks=[{EarlyStopping: 1}]", True),
        ("train.batch_size=17", False),
        ("train.optimizer={Adam: {learning_rate: {OneCycle: {max_learning_rate: 0.1, total_steps: 9}}}}", False),
        ("train.learning_rate_factors={bias: 0.1}", False),
        ("train.class_weight=balanced", False),
        ("model.1.Dense.units=5", False),
        ("data={iris: {split_seed: 1}}", True),  # to which the Normalization is fitted: its variables are copied
    ],
)
def test_experiments_share_a_program_if_their_graphs_are_equal(prepare: Any, change: str, equal: bool) -> None:
    assert (key(prepare(CONFIG)) == key(prepare(CONFIG, change))) is equal


def test_a_schedule_that_lasts_as_long_as_the_training_is_part_of_the_graph(prepare: Any) -> None:
    config = CONFIG.replace("16}", "16, optimizer: {SGD: {learning_rate: {CosLog: {max_learning_rate: 0.1}}}}}")
    assert key(prepare(config)) == key(prepare(config, "train.batch_size=16"))
    assert key(prepare(config)) != key(prepare(config, "train.epochs=9"))


def test_a_reused_program_has_the_variables_of_the_new_model(prepare: Any) -> None:
    programs = Programs()
    first, second = prepare(CONFIG), prepare(CONFIG, "seed=1")
    scorers = [
        programs.scorer(net.prepared.resolved, net.model, net.data.train.x, net.plan.batch_size)
        for net in (first, second)
    ]
    assert scorers[0].program is scorers[1].program and len(programs) == 1
    assert all(np.array_equal(a, b) for a, b in zip(first.weights(), second.weights(), strict=True))


def test_only_the_latest_programs_are_kept(prepare: Any) -> None:
    programs = Programs(most=2)
    for batch_size in (8, 16, 24):
        net = prepare(CONFIG, f"train.batch_size={batch_size}")
        programs.scorer(net.prepared.resolved, net.model, net.data.train.x, batch_size)
    assert len(programs) == 2 < KEPT
