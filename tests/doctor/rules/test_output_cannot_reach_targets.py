from typing import Any

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
