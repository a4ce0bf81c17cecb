"""A training is put back from its state, and ends with the bits of one that was never stopped."""

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from nntrain.config.load import from_document
from nntrain.doctor.checkup import case_of
from nntrain.doctor.probe import Probe
from nntrain.document import yaml_file
from nntrain.errors import NNTrainError, Stopped
from nntrain.model.callbacks import build_callbacks
from nntrain.model.custom import Network
from nntrain.training import loop
from nntrain.training import prepare as preparation
from nntrain.training.checkpoint import Store
from nntrain.training.history import History
from nntrain.training.signals import StopRequest
from nntrain.training.state import Position, State, capture, largest, restore

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
TABLES = """
    seed: 3
    data: {table: {path: table.csv, target: kind, missing_target: skip}}
    model:
      - TableEncoding: {scaling: robust, onehot: 2}
      - PeriodicEmbedding: {kind: pbld, units: 2, frequencies: 4}
      - FeatureScale
      - NTKDense: 16
      - ParametricActivation: selu
      - Dropout: 0.1
    train:
      epochs: 4
      batch_size: 32
      oversample: true
      optimizer: {AdamW: {learning_rate: {CosLog: {max_learning_rate: 0.02}}, weight_decay: 0.1}}
      learning_rate_factors: {feature_scale: 6, bias: 0.1}
      exclude_from_weight_decay: [bias]
      loss: {SparseCategoricalCrossentropy: {label_smoothing: 0.1}}
    """
JOBS = {"tables": TABLES, "plateau": IMAGES + PLATEAU, "schedule": IMAGES + SCHEDULE, "compiled": DENSE + COMPILED}


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
    prepare_compiled: Prepare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: str
) -> None:
    """`scripts/torture kill` proves the same of processes that are killed at any moment.

    The doctor looks at the two trainings that are torn, and not at the calm one.
    """
    monkeypatch.setattr(loop, "PIECE_SECONDS", 1e-9)  # a piece is a step
    generator = np.random.default_rng(0)
    np.savez(tmp_path / "images.npz", x=generator.integers(0, 256, (260, 8, 8, 1), "uint8"), y=np.arange(260) % 3)
    rows = [f"{row % 7 or ''},{'pqrs'[row % 4]},{'' if row % 50 == 7 else 'xyz'[row % 3]}" for row in range(260)]
    (tmp_path / "table.csv").write_text("\n".join(["size,code,kind", *rows, ""]))
    calm, torn = Store(tmp_path / "calm", "run"), Store(tmp_path / "torn", "run")
    whole, stopped, resumed = (prepare_compiled(JOBS[job]) for _ in range(3))
    whole.fit(store=calm)
    request = StopRequest()
    with pytest.raises(Stopped):
        stopped.fit(Asks(request), store=torn, request=request, observe=_probe(stopped))
    found = torn.load()
    assert found is not None
    assert (found.state.facts["position"]["epoch"], found.state.facts["position"]["step"]) == (3, 3)
    resumed.fit(store=torn, resumed=found.state, observe=_probe(resumed))
    assert resumed.history.signs[0]["epoch"] == 0, "what was measured before the stop is kept"
    assert [row | {"seconds": 0} for row in resumed.history.rows] == [
        row | {"seconds": 0} for row in whole.history.rows
    ]
    assert len(whole.history.rows) > 3
    ends = [store.load() for store in (calm, torn)]
    states = [{name: array.tobytes() for name, array in end.state.arrays.items()} for end in ends if end is not None]
    assert len(states[0]) > 10 and states[0] == states[1]


def _probe(training: Any) -> Probe:
    return Probe(training.model, case_of(training.prepared).placed, training.arrays)


STOPS = """
    data: iris
    model: [Dense: {units: 4, activation: relu}]
    train: {epochs: 2, optimizer: Adam, callbacks: [EarlyStopping: {restore_best_weights: true}]}
    """
Captured = tuple[Network, list[Any], State]


@pytest.fixture(scope="module")
def after_an_epoch() -> Captured:
    """A model, its callbacks, and a state after one epoch."""
    prepared = preparation.prepare(from_document(yaml_file.parse(dedent(STOPS), "net.yaml")))
    model, callbacks = prepared.model, build_callbacks(prepared.resolved.experiment)
    model.optimizer.build(model.trainable_variables)
    row = {"epoch": 1, "seconds": 0.5, "loss": 1.0}
    history = History([row], best_epoch=1, best_value=1.0, weights=model.get_weights())
    for callback in callbacks:
        callback.on_train_begin()
    return model, callbacks, capture(model, callbacks, history, Position(2, 0, 0.0))


def test_a_state_as_it_was_captured_is_put_back(after_an_epoch: Captured) -> None:
    model, callbacks, state = after_an_epoch
    history = History()
    assert restore(state, model, callbacks, history) == Position(2, 0, 0.0)
    assert (history.best_value, len(history.weights)) == (1.0, len(model.weights))
    assert sum(array.nbytes for array in state.arrays.values()) < largest(model, epochs=1)


def changed(state: State, path: str, value: Any) -> State:
    facts = json.loads(json.dumps(state.facts))
    *above, last = path.split(".")
    place: Any = facts
    for part in above:
        place = place[int(part) if part.isdecimal() else part]
    place[last] = value
    return State(facts, state.arrays)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("position", None),
        ("position.epoch", 0),
        ("position.epoch", 2**53),
        ("position.epoch", 10**400),
        ("position.step", -1),
        ("position.seconds", "1"),
        ("history.rows", [{}]),
        ("history.rows", [{"epoch": 1, "loss": "low", "seconds": 1.0}]),
        ("history.rows", {}),
        ("history.best_epoch", 99),
        ("history.reason", 1),
        ("kept", 10**9),
        ("kept", 1),
        ("callbacks", []),
        ("callbacks.0._weights", {"best_weights": 10**9}),
        ("callbacks.0._weights", {"model": 0}),
        ("callbacks.0.patience", "many"),
        ("callbacks.0.wait", None),
        ("callbacks.0.on_epoch_end", 5),
        ("callbacks.0.monitor", 5),
        ("stop_training", 0),
    ],
)
def test_a_state_that_no_training_writes_is_refused(after_an_epoch: Captured, path: str, value: Any) -> None:
    model, callbacks, state = after_an_epoch
    with pytest.raises(NNTrainError, match="checkpoint"):
        restore(changed(state, path, value), model, callbacks, History())


@pytest.mark.parametrize(
    "array", [np.zeros(3), np.zeros((2, 2)), np.array("x"), np.zeros((4, 4), "float16"), np.zeros((4, 4), complex)]
)
@pytest.mark.parametrize("name", ["model.0", "optimizer.2", "kept.0"])
def test_an_array_that_is_none_of_the_model_is_refused(after_an_epoch: Captured, name: str, array: np.ndarray) -> None:
    model, callbacks, state = after_an_epoch
    with pytest.raises(NNTrainError, match="does not fit the model of the run"):
        restore(State(state.facts, {**state.arrays, name: array}), model, callbacks, History())
