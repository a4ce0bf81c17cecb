"""A rule on a training that is made up: its rows, its scores, what was measured."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from nntrain import extensions
from nntrain.doctor.checkup import case_of
from nntrain.doctor.course import Course, Score
from nntrain.doctor.finding import Finding
from nntrain.doctor.vital_signs import LayerSigns, VitalSigns

NET = """
data: {toy_2d: {kind: moons, size: 200}}
model:
  - Dense: {units: 8, activation: relu}
  - Dense: {units: 8, activation: tanh}
  - Dense: {units: 1, activation: sigmoid}
train: {epochs: 10}
"""
Diagnosed = Callable[..., list[Finding]]


@pytest.fixture
def diagnosed(prepare: Any) -> Diagnosed:
    """Returns what a rule finds; `score` is that of the kept model beside a guess of 0.5.

    `train` is that on the training rows where it is another; `curves` are columns.
    """

    def found(
        rule: str,
        *changes: str,
        score: float = 0.9,
        train: float | None = None,
        signs: Sequence[VitalSigns] = (),
        diverged: str = "",
        **curves: Any,
    ) -> list[Finding]:
        length = max((len(values) for values in curves.values()), default=0)
        rows = [{"epoch": at + 1.0, **{name: values[at] for name, values in curves.items()}} for at in range(length)]
        known = {"train": score if train is None else train, "validation": score}
        scores = {} if diverged else {name: Score(100, value, 0.5, 0.8) for name, value in known.items()}
        course = Course(rows, length, diverged=diverged, scores=scores)
        module: Any = extensions.load("doctor.rules", rule)
        return list(module.diagnose(case_of(prepare(NET, *changes).prepared, course, tuple(signs)), module.Options()))

    return found


@pytest.fixture
def signs() -> Callable[..., VitalSigns]:
    """Returns measurements of the three layers after an epoch, each the same but for what is given."""

    def made(epoch: int, loss: float = 0.5, **given: Sequence[float | None]) -> VitalSigns:
        usual: dict[str, Any] = {"gradient": 0.1, "weight": 2.0, "size": 16, "moved": 0.5, "spread": 1.0}
        found = []
        for place in range(3):
            own = {name: values[place] for name, values in given.items()}
            found.append(LayerSigns(f"model.{place}.Dense", **{**usual, **own}))
        return VitalSigns(epoch, loss, tuple(found))

    return made
