"""The random numbers of many steps, drawn by TensorFlow's kernels before a loop that XLA compiles (docs/log.md)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

from nntrain.model.custom import Network
from nntrain.model.random_layers import SeedAtStep, drawing

MOST_BYTES = 32 << 20  # of the numbers of a piece, of which TensorFlow makes a copy
MOST_STEPS = 512  # of a piece, which has a fixed size because XLA compiles for one


def are_drawn(xla: bool) -> bool:
    """Return whether the numbers of a training are drawn before its steps: where XLA compiles these for a CPU."""
    return xla and not tf.config.get_visible_devices("GPU")


class DrawnNumbers:
    """The numbers of the layers of a model in steps of full batches, as the layers themselves would draw them.

    `specs`: for each layer that draws, the numbers of a piece, (steps, *shape); none where the layers draw in the step.
    """

    def __init__(self, model: Network, batch_size: int, xla: bool) -> None:
        self._layers = drawing(model.layers) if are_drawn(xla) else []
        self._shapes = [(batch_size, *layer.input.shape[1:]) for layer in self._layers]
        states = [layer.seed_generator.state.value for layer in self._layers]
        ones = self._of_a_step([SeedAtStep(tf.convert_to_tensor(state)) for state in states])
        bytes_of_a_step = max(1, sum(tf.size(one).numpy() * one.dtype.size for one in ones))
        steps = max(1, min(MOST_STEPS, MOST_BYTES // bytes_of_a_step))
        self.specs = tuple(tf.TensorSpec([steps, *one.shape], one.dtype) for one in ones)
        self._steps = steps
        self._draw = tf.function(self._of_steps, autograph=False, input_signature=[tf.TensorSpec([], "int32")])

    def pieces(self, first: int, last: int) -> Iterator[tuple[int, int, tuple[Any, ...]]]:
        """Yield the steps from `first` to `last` (excluded) in pieces: its first, its last (excluded), its numbers.

        The generators of the layers are then where the piece ends.
        """
        if not self._layers and first < last:
            yield first, last, ()
            return
        for start in range(first, last, self._steps):
            end = min(start + self._steps, last)
            yield start, end, self._draw(tf.constant(end - start))

    @contextmanager
    def given(self, numbers: Sequence[Any], index: Any) -> Iterator[None]:
        """Let the layers use the numbers of a step, at an index of its piece, while the step is traced."""
        try:
            for layer, part in zip(self._layers, numbers, strict=True):
                layer.numbers = part[index]
            yield
        finally:
            for layer in self._layers:
                layer.numbers = None

    def _of_a_step(self, seeds: Sequence[SeedAtStep]) -> list[Any]:
        parts = zip(self._layers, self._shapes, seeds, strict=True)
        return [layer.draw(shape, seed) for layer, shape, seed in parts]

    def _of_steps(self, steps: Any) -> tuple[Any, ...]:
        """Return the numbers of this many steps, of the shapes of `specs`: 0 after the last."""

        def step(index: Any, states: Sequence[Any], parts: Sequence[Any]) -> tuple[Any, ...]:
            seeds = [SeedAtStep(state) for state in states]
            drawn = self._of_a_step(seeds)
            written = [part.write(index, numbers) for part, numbers in zip(parts, drawn, strict=True)]
            return index + 1, [seed.state for seed in seeds], written

        parts = [tf.TensorArray(spec.dtype, spec.shape[0], element_shape=spec.shape[1:]) for spec in self.specs]
        before = [tf.convert_to_tensor(layer.seed_generator.state.value) for layer in self._layers]
        _, after, parts = tf.while_loop(lambda index, *_: index < steps, step, (tf.constant(0), before, parts))
        for layer, state in zip(self._layers, after, strict=True):
            layer.seed_generator.state.assign(state)
        return tuple(part.stack() for part in parts)
