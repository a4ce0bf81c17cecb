"""A training is put back from its state, and ends with the bits of one that was never stopped."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.errors import Stopped
from nntrain.training import loop
from nntrain.training.checkpoint import Store
from nntrain.training.signals import StopRequest

Prepare = Callable[..., Any]

IMAGES = """
    seed: 3
    data: {npz_file: {path: images.npz}}
    model:
      - RandomTranslation: {height_factor: 0.1, width_factor: 0.1}
      - Conv2D: {filters: 4, kernel_size: 3}
      - BatchNormalization
      - ReLU
      - Flatten
      - Dense: {units: 16, kernel_regularizer: {L2: 1e-4}}
      - RReLU
      - Dropout: 0.3
    train:
      batch_size: 32
    """
DENSE = """
    seed: 3
    data: {npz_file: {path: images.npz}}
    model: [Flatten, Rescaling: 1/255, Dense: {units: 32, activation: relu}, BatchNormalization]
    train:
      batch_size: 7
    """
PLATEAU = """  epochs: 6
      optimizer: Adam
      callbacks:
        - EarlyStopping: {patience: 4, restore_best_weights: true}
        - ReduceLROnPlateau: {patience: 1}
    """
SCHEDULE = """  steps: 40
      optimizer: {Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 0.01, decay_steps: 40}}, use_ema: true}}
      callbacks: [SwapEMAWeights]
    """
COMPILED = """  epochs: 4
      compile: xla
      optimizer: {SGD: {learning_rate: 0.01, momentum: 0.9}}
    """
JOBS = {"plateau": IMAGES + PLATEAU, "schedule": IMAGES + SCHEDULE, "compiled": DENSE + COMPILED}


class Asks:
    """Asks a training to stop inside its third epoch."""

    def __init__(self, request: StopRequest) -> None:
        self.request = request

    def begin(self, epochs: int, steps: int) -> None: ...

    def piece(self, epoch: int, step: int, metrics: dict[str, float]) -> None:
        if (epoch, step) == (3, 2):
            self.request.ask()

    def epoch(self, row: dict[str, float]) -> None: ...


@pytest.mark.parametrize("job", JOBS)
def test_a_training_resumed_inside_an_epoch_ends_with_the_same_bits(
    prepare: Prepare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: str
) -> None:
    """`scripts/torture kill` proves the same of processes that are killed at any moment."""
    monkeypatch.setattr(loop, "PIECE_SECONDS", 1e-9)  # a piece is a step
    generator = np.random.default_rng(0)
    np.savez(tmp_path / "images.npz", x=generator.integers(0, 256, (260, 8, 8, 1), "uint8"), y=np.arange(260) % 3)
    calm, torn = Store(tmp_path / "calm", "run"), Store(tmp_path / "torn", "run")
    whole, stopped, resumed = (prepare(JOBS[job]) for _ in range(3))
    whole.fit(store=calm)
    request = StopRequest()
    with pytest.raises(Stopped):
        stopped.fit(Asks(request), store=torn, request=request)
    found = torn.load()
    assert found is not None
    assert (found.state.facts["position"]["epoch"], found.state.facts["position"]["step"]) == (3, 3)
    resumed.fit(store=torn, resumed=found.state)
    assert [row | {"seconds": 0} for row in resumed.history.rows] == [
        row | {"seconds": 0} for row in whole.history.rows
    ]
    assert len(whole.history.rows) > 3
    ends = [store.load() for store in (calm, torn)]
    states = [{name: array.tobytes() for name, array in end.state.arrays.items()} for end in ends if end is not None]
    assert len(states[0]) > 10 and states[0] == states[1]
