"""The tables, the JSON and the notes of one step."""

import json
from typing import Any

import numpy as np

from nntrain.explain.example_report import softmax_jacobian
from nntrain.terminal import Terminal

IRIS = """
data: iris
model:
  - Dense: {units: 5, activation: relu, kernel_regularizer: {L2: 0.1}}
  - Dropout: 0.4
  - BatchNormalization
  - Dense: {units: 3, activation: softmax}
train: {optimizer: {SGD: {learning_rate: 0.1, clipvalue: 0.01}}}
"""
WIDE = "data: iris\nmodel: [{Dense: {units: 20000}}, {Dense: {units: 3}}]"


def text_of(found: Any) -> str:
    kept = Terminal(as_json=True)
    for table in found.tables:
        kept.table(*table)
    return "\n".join([*kept.log, *found.notes])


def test_the_tables_of_a_small_net(explained: Any) -> None:
    text = text_of(explained(IRIS, check=True, forward=True))
    assert text.startswith("net.yaml: row 1 in the training split, initial weights, in float64")
    for words in (
        "dropout              mask",
        "penalty ",
        "of the penalty",
        "clipped",
        "dense_1/kernel[4, 2]",
        "Jacobian of the softmax of `dense_1`",
        "central differences, 53 of 53 entries",
        "forward mode: u = dL/dy",
        "`BatchNormalization` normalizes by this row alone",
        "the masks of dropout are drawn for this explanation",
        "Keras divides outputs by their sum",
    ):
        assert words in text, text


def test_what_a_net_has_not_is_not_shown(explained: Any) -> None:
    text = text_of(
        explained(
            "data: {toy_2d: {kind: reg_plane, validation: none, test: none}}\nmodel: [{Dense: 1}]", example="3", rows=2
        )
    )
    assert "the mean of rows 3 to 4" in text
    for words in ("mask", "penalty", "clipped", "Jacobian", "differences", "shortened"):
        assert words not in text


def test_an_optimizer_that_adds_gradients_up_moves_nothing(explained: Any) -> None:
    optimizer = "{SGD: {learning_rate: 0.1, gradient_accumulation_steps: 2}}"
    found = explained(f"data: iris\nmodel: [{{Dense: 3}}]\ntrain: {{optimizer: {optimizer}}}")
    assert found.content["weights"] == found.content["weights_after"]
    assert "nothing moves: the optimizer adds up the gradients of 2 steps first" in found.notes


def test_a_large_net_is_shortened(explained: Any) -> None:
    found = explained(WIDE)
    assert "shortened to norms: the largest weight has 80,000 entries" in text_of(found)
    kernel = found.content["gradients"]["dense/kernel"]
    assert (kernel["shortened"], kernel["shape"]) == (True, [4, 20000])
    assert np.shape(found.content["gradients"]["dense_1/bias"]) == (3,)
    assert len(json.dumps(found.content)) < 200_000


def test_the_json_is_complete(explained: Any) -> None:
    content = json.loads(json.dumps(explained(IRIS, rows=4).content))
    assert content["rows"] == 4
    assert content["layers"][2]["layer"] == "dropout" and np.shape(content["layers"][2]["mask"]) == (5,)
    clipped = np.concatenate([np.ravel(each) for each in content["clipped"].values()])
    totals = np.concatenate([np.ravel(each) for each in content["gradients"].values()])
    np.testing.assert_allclose(clipped, np.clip(totals, -0.01, 0.01), rtol=1e-12)
    kernel = np.array(content["weights"]["dense/kernel"])
    np.testing.assert_allclose(content["penalty_gradients"]["dense/kernel"], 0.2 * kernel, rtol=1e-12)
    assert content["check"] is content["forward_mode"] is content["compared"] is None


def test_the_jacobian_of_softmax() -> None:
    found = softmax_jacobian(np.array([0.2, 0.3, 0.5]))
    np.testing.assert_allclose(found.sum(axis=0), 0, atol=1e-16)
    np.testing.assert_allclose(found[0], [0.16, -0.06, -0.1])
