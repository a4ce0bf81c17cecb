"""Numbers of parameters that stand in the lectures and in Keras's examples."""

from typing import Any

import numpy as np
import pytest

from nntrain.config.load import from_document
from nntrain.document import yaml_file

pytestmark = pytest.mark.quick

COUNTS = {
    "[Flatten, {Dense: {units: 300}}, {Dense: {units: 100}}, {Dense: {units: 10, activation: softmax}}]": 266_610,
    "[Flatten, {Dense: {units: 300}}, {Dense: {units: 100}}, ReLU, {Dense: {units: 100}}, ReLU]": 276_710,
    # https://keras.io/examples/vision/mnist_convnet/
    """
  - Conv2D: {filters: 32, kernel_size: [3, 3], activation: relu}
  - MaxPooling2D: [2, 2]
  - Conv2D: {filters: 64, kernel_size: [3, 3], activation: relu}
  - MaxPooling2D: [2, 2]
  - Flatten
  - Dropout: 0.5
  - Dense: {units: 10, activation: softmax}""": 34_826,
}


@pytest.mark.parametrize(("model", "expected"), COUNTS.items(), ids=["mlp of 3", "mlp of 4", "mnist_convnet"])
def test_parameters_of_nets_for_small_images(model: str, expected: int) -> None:
    from nntrain.model.build import build

    config = from_document(yaml_file.parse(f"data: fashion_mnist\nmodel: {model}\n", "golden.yaml"))
    assert config.known is not None
    assert build(config.known).count_params() == expected


def test_parameters_of_two_four_three(prepare: Any) -> None:
    training = prepare("model: [{Dense: {units: 4, activation: tanh}}]", np.zeros((3, 2)), [0, 1, 2], classes=3)
    assert training.model.count_params() == 2 * 4 + 4 + 4 * 3 + 3 == 27
