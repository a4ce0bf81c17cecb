"""Random numbers that are drawn before XLA's steps: those of the graph, however an epoch is cut."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nntrain.training import state
from nntrain.training.history import History
from nntrain.training.programs import drawn_numbers
from nntrain.training.programs.arrays import epoch_order
from nntrain.training.state import Position

CONFIG = """
    seed: 5
    data: {iris: {test: none}}
    model:
      - GaussianNoise: 0.1
      - Dense: 8
      - RReLU
      - Dropout: 0.3
      - Dense: {units: 8, activation: selu}
      - AlphaDropout: {rate: 0.2, noise_shape: [null, 1]}
      - GaussianDropout: 0.1
      - Dense: {units: 3, activation: softmax}
    train: {batch_size: 16, compile: xla}
    """
DRAWING = 5


@pytest.fixture
def net(prepare_compiled: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *options: prepare_compiled(CONFIG, *options)


def trained(net: Any, cuts: list[int]) -> list[np.ndarray]:
    """The weights after two epochs, each in these pieces, and the generators of the layers."""
    for epoch in (1, 2):
        order = epoch_order(5, epoch, len(net.data.train), True)
        for first, last in zip(cuts, cuts[1:], strict=False):
            net.scorer.program.train(net.arrays, order, first, last)
    return [np.array(variable.numpy()) for variable in net.model.variables]


def test_results_are_those_of_the_graph_up_to_rounding(net: Callable[..., Any]) -> None:
    xla, graph = (trained(net(*options), [0, 8]) for options in ([], ["train.compile=graph"]))
    for ours, theirs in zip(xla, graph, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    counters = [value for value in xla if value.dtype == "int64"]
    assert [value[1] for value in counters] == [16] * DRAWING  # one draw in each of 16 steps, those of 8 rows too


def test_the_cuts_of_an_epoch_and_of_its_numbers_change_no_bit(
    net: Callable[..., Any], prepare: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, cut = (trained(net(), cuts) for cuts in ([0, 8], [0, 1, 4, 4, 7, 8]))
    monkeypatch.setattr(drawn_numbers, "MOST_STEPS", 3)
    short = prepare(CONFIG)
    assert [spec.shape[0] for spec in short.scorer.program._numbers.specs] == [3] * DRAWING
    for others in (cut, trained(short, [0, 8])):
        assert all((a == b).all() for a, b in zip(whole, others, strict=True))


def test_a_checkpoint_inside_an_epoch_is_enough_to_draw_the_same_numbers_again(net: Callable[..., Any]) -> None:
    whole = net()
    order = epoch_order(5, 1, len(whole.data.train), True)
    whole.scorer.program.train(whole.arrays, order, 0, 5)
    stopped = state.capture(whole.model, [], History(), Position(1, 5, 0.0))
    whole.scorer.program.train(whole.arrays, order, 5, 8)
    expected = [np.array(variable.numpy()) for variable in whole.model.variables]
    resumed = net("seed=6")
    resumed.scorer.program.train(resumed.arrays, order, 0, 3)
    state.restore(stopped, resumed.model, [], History())
    resumed.scorer.program.train(resumed.arrays, order, 5, 8)
    for ours, theirs in zip(resumed.model.variables, expected, strict=True):
        assert (ours.numpy() == theirs).all()


def test_a_piece_takes_little_memory(prepare: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_numbers, "MOST_BYTES", 10_000)
    specs = prepare(CONFIG).scorer.program._numbers.specs
    assert specs[0].shape == (7, 16, 4)
    assert sum(np.prod(spec.shape) * spec.dtype.size for spec in specs) == 7 * 16 * (4 * 4 + 8 * 4 + 8 + 1 + 8 * 4)


def test_nothing_is_drawn_before_the_steps_of_a_graph(prepare: Callable[..., Any]) -> None:
    assert prepare(CONFIG, "train.compile=graph").scorer.program._numbers.specs == ()


def test_layers_draw_again_where_no_numbers_are_given(net: Callable[..., Any]) -> None:
    used = net()
    trained(used, [0, 8])
    x = np.ones((2, 4), "float32")
    first, second = (used.model(x, training=True).numpy() for _ in range(2))
    assert (first != second).any()
