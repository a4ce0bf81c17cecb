"""Central differences and forward mode find what reverse mode found, and a wrong gradient."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nntrain.explain.batch import batch_of
from nntrain.explain.checks import MOST_DIFFERENCES, central_differences, forward_mode
from nntrain.explain.float64_model import Float64Model, precision
from nntrain.explain.passes import BatchLoss, one_step

NET = """
data: iris
model:
  - Dense: {units: UNITS, activation: tanh, kernel_regularizer: {L1L2: {l1: 0.1, l2: 0.1}}}
  - Dropout: 0.3
  - BatchNormalization
  - Dense: {units: 3, activation: softmax}
"""


def step(subject: Any) -> tuple[BatchLoss, Any]:
    objective = BatchLoss(Float64Model(subject.resolved, subject.model), batch_of(subject, count=8))
    return objective, one_step(subject.resolved, objective)


def test_all_three_agree(subject_of: Any) -> None:
    with precision():
        objective, passes = step(subject_of(NET.replace("UNITS", "4")))
        differences, forward = central_differences(objective, passes), forward_mode(objective, passes)
    assert differences.compared == differences.entries == 4 * 5 + 8 + 15
    assert differences.relative < 1e-5
    assert forward.jvp == pytest.approx(forward.vjp, rel=1e-11)
    assert forward.comparison is not None and forward.comparison.relative < 1e-9


def test_of_a_large_net_some_entries_of_each_weight_are_moved(subject_of: Any) -> None:
    with precision():
        objective, passes = step(subject_of(NET.replace("UNITS", "60")))
        differences, forward = central_differences(objective, passes), forward_mode(objective, passes)
    assert MOST_DIFFERENCES / 2 < differences.compared <= MOST_DIFFERENCES < differences.entries
    assert differences.relative < 1e-4
    assert forward.comparison is None
    assert forward.jvp == pytest.approx(forward.vjp, rel=1e-11)


def test_a_wrong_gradient_is_found_and_named(subject_of: Any) -> None:
    with precision():
        objective, passes = step(subject_of(NET.replace("UNITS", "4")))
        wrong = [each.copy() for each in passes.gradients]
        wrong[0][1, 2] *= 1.1
        found = central_differences(objective, replace(passes, gradients=wrong))
    assert found.at == "dense/kernel[1, 2]"
    assert found.relative > 1e-3
    assert np.isfinite(found.absolute)
