"""The way from YAML text to a training on arrays of the test's own, for the golden numbers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from nntrain import backend
from nntrain.config.load import from_document
from nntrain.config.resolve import Resolved
from nntrain.data.dataset import Dataset
from nntrain.data.examples import Split
from nntrain.document import yaml_file

Prepare = Callable[..., "Training"]


@dataclass
class Recorder:
    """A watcher that keeps the weights after every epoch."""

    model: Any
    weights: list[list[np.ndarray]] = field(default_factory=list)

    def begin(self, epochs: int, steps: int) -> None: ...

    def piece(self, epoch: int, step: int, metrics: dict[str, float]) -> None: ...

    def epoch(self, row: dict[str, float]) -> None:
        self.weights.append([weight.numpy() for weight in self.model.weights])


@dataclass
class Training:
    """An experiment that was read from text, and the arrays that it is trained on."""

    resolved: Resolved
    data: Dataset

    @cached_property
    def plan(self) -> Any:
        from nntrain.training.trainer import make_plan

        return make_plan(self.resolved, self.data)

    @cached_property
    def model(self) -> Any:
        from nntrain.model.build import build

        return build(self.resolved, self.data.train.x)

    @cached_property
    def program(self) -> Any:
        from nntrain.training.programs.resident import Program

        return Program(self.model, self.arrays, self.plan.batch_size)

    @cached_property
    def arrays(self) -> Any:
        return self._arrays(self.data.train)

    def _arrays(self, split: Split) -> Any:
        from nntrain.model.build import encode_labels
        from nntrain.training.programs.arrays import Arrays

        return Arrays(split.x, encode_labels(split.y, self.resolved))

    def order(self, epoch: int) -> np.ndarray:
        from nntrain.training.programs.arrays import epoch_order

        return epoch_order(self.plan.seed, epoch, len(self.data.train), self.plan.shuffle)

    def step(self, first: int = 0, count: int = 1) -> None:
        """Trains `count` steps of epoch 1 from step `first`, counted from 0."""
        self.program.train(self.arrays, self.order(1), first, first + count)

    def weights(self) -> list[np.ndarray]:
        """Every weight as it is now: kernels (inputs, units), biases (units,), in the order of the layers."""
        return [weight.numpy() for weight in self.model.weights]

    def metrics(self) -> dict[str, float]:
        """Loss and metrics on the training examples, at inference."""
        return self.program.evaluate(self.arrays)

    def outputs(self) -> np.ndarray:
        """What the model gives for the training examples, at inference."""
        return self.program.predict(self.data.train.x)

    def fit(self) -> tuple[Any, Recorder]:
        """The history of the whole training, and the weights after every epoch."""
        from nntrain.model.callbacks import build_callbacks
        from nntrain.training import loop
        from nntrain.training.history import History
        from nntrain.training.job import Job

        history, recorder = History(), Recorder(self.model)
        validation = None if self.data.validation is None else self._arrays(self.data.validation)
        callbacks = build_callbacks(self.resolved.experiment)
        loop.fit(Job(self.program, self.arrays, validation, self.plan, callbacks, recorder), history)
        return history, recorder


def _prepared(
    text: str, x: Any, y: Any = None, *, classes: int | None = None, validation: tuple[Any, Any] | None = None
) -> Training:
    """The training of a config without `data`, which are the arrays given here.

    x: (n, *shape). y: (n, targets) numbers, zeros where it is left out, or (n,) class indices with `classes`.
    """
    task = "regression" if classes is None else "classification"
    rule = "none" if validation is None else "0.2"
    options = f"target: y, task: {task}, encode: false, validation: {rule}, test: none"
    data = f"data: {{table: {{path: golden.csv, {options}}}}}\n"
    config = from_document(yaml_file.parse(data + dedent(text), "golden.yaml"))
    names = tuple(str(index) for index in range(classes or 0))
    splits = [_split(*pair, classes) for pair in ((x, y), validation) if pair is not None]
    dataset = Dataset("golden", splits[0], splits[1] if validation else None, None, splits[0].schema(names))
    return Training(config.resolve(dataset.schema), dataset)


def _split(x: Any, y: Any, classes: int | None) -> Split:
    x = np.asarray(x, dtype="float32")
    y = np.zeros((len(x), 1)) if y is None else y
    return Split(x, np.asarray(y, dtype="float32" if classes is None else "int32"))


@pytest.fixture(scope="session")
def prepare() -> Prepare:
    """Makes a training from YAML text and arrays."""
    backend.start("cpu")
    return _prepared
