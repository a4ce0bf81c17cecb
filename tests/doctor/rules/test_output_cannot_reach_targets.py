from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.doctor import checkup

NET = """
data: {toy_2d: {kind: reg_plane, size: 100}}
model: [{Dense: {units: 4, activation: tanh}}, {Dense: {units: 1, activation: sigmoid}}]
train: {epochs: 5}
"""


@pytest.mark.parametrize(
    ("behind", "is_named"),
    [
        ("", True),
        (", {Rescaling: {scale: 40, offset: -20}}", False),
        (", {Rescaling: {scale: -40, offset: 20}}", False),
    ],
)
def test_a_layer_that_scales_the_output_counts(behind: str, is_named: bool, prepare: Any) -> None:
    text = NET.replace("sigmoid}}]", f"sigmoid}}}}{behind}]")
    found = {one.disease for one in checkup.before(prepare(text).prepared).findings}
    assert ("output_cannot_reach_targets" in found) is is_named


@pytest.mark.parametrize("exclusive", [True, False])
def test_labels_of_which_several_may_be_true_are_not_reached_by_a_softmax(
    exclusive: bool, prepare: Any, tmp_path: Path
) -> None:
    labels = np.eye(3, dtype="float32")[np.arange(60) % 3]
    labels = labels if exclusive else np.maximum(labels, labels[::-1])
    np.savez(tmp_path / "d.npz", x=labels, y=labels)
    model = "[{Dense: {units: 4, activation: relu}}, {Dense: {units: 3, activation: softmax}}]"
    text = f"data: {{npz_file: {{path: {tmp_path / 'd.npz'}}}}}\nmodel: {model}\ntrain: {{epochs: 300}}\n"
    found = [one for one in checkup.before(prepare(text).prepared).findings if one.severity == "error"]
    assert [one.set for one in found] == ([] if exclusive else [("model.1.Dense.activation=sigmoid",)])
    # The cure, with the loss that Keras's users write there.
    assert prepare(text, "model.1.Dense.activation=sigmoid", "train.loss=BinaryCrossentropy").prepared


def test_a_linear_output_needs_the_usual_rate_of_sgd(prepare: Any) -> None:
    for rate, lines in ((0.5, ("model.1.Dense.activation=linear", "train.optimizer.SGD.learning_rate=0.1")),):
        text = f"{NET.rstrip()[:-1]}, optimizer: {{SGD: {{learning_rate: {rate}}}}}}}\n"
        found = [one for one in checkup.before(prepare(text).prepared).findings if one.severity == "error"]
        assert [one.set for one in found] == [lines]
