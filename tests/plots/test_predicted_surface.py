"""What a model of one or two numbers predicts everywhere."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from nntrain.plots.predicted_surface import Options, draw

ORANGE, BLUE, INK = (209, 115, 28), (47, 119, 180), (34, 34, 34)
AXIS = np.linspace(-1, 1, 40)
ACROSS, DOWN = np.meshgrid(AXIS, AXIS)


def pixels(options: Options) -> np.ndarray:
    data = draw(options)
    assert data.startswith(b"\x89PNG")
    return np.asarray(Image.open(BytesIO(data)).convert("RGB")).astype(int)


def share(image: np.ndarray, color: tuple[int, int, int], strength: float = 1.0) -> float:
    """The share of the pixels of a color on white."""
    wanted = (1 - strength) * 255 + strength * np.array(color)
    return float((np.abs(image - wanted).max(axis=2) < 3).mean())


def of_classes(probability: np.ndarray) -> Options:
    points = np.array([[-0.5, 0.0], [0.5, 0.0]])
    predicted = np.stack([1 - probability, probability], axis=-1)
    return Options([AXIS, AXIS], predicted, points, np.array([0, 1]), ["x", "y"], ["no", "yes"], 2, "net: test split")


def test_each_side_of_the_border_has_the_color_of_its_class() -> None:
    image = pixels(of_classes((ACROSS > 0).astype(float)))
    sides = [share(image, color, 0.62) for color in (ORANGE, BLUE)]
    assert min(sides) > 0.15 and abs(sides[0] - sides[1]) < 0.02
    right = image[:, image.shape[1] // 2 :]
    assert share(right, BLUE, 0.62) > share(image, BLUE, 0.62)


def test_the_border_is_a_line_only_where_the_class_changes() -> None:
    both, one = (pixels(of_classes(probability)) for probability in (0.5 + ACROSS / 4, 0.6 + ACROSS / 100))
    assert share(both, INK) > share(one, INK) + 0.001


@pytest.mark.parametrize("classes", [3, 12])
def test_several_classes(classes: int) -> None:
    predicted = np.stack([np.cos(at + ACROSS) / 2 + 0.5 for at in range(classes)], axis=-1)
    names = [f"class {at}" for at in range(classes)]
    points = np.zeros((classes, 2))
    options = Options([AXIS, AXIS], predicted, points, np.arange(classes), ["x", "y"], names)
    assert pixels(options).shape[0] > 300


def test_numbers_over_two_inputs_and_over_one() -> None:
    two = Options([AXIS, AXIS], (ACROSS * DOWN)[..., None], np.zeros((1, 2)), np.ones((1, 1)), ["x", "y"])
    assert pixels(two).std() > 20
    one = Options([AXIS], (AXIS**2)[:, None], AXIS[::4, None], AXIS[::4, None] ** 2, ["x"])
    assert 0.001 < share(pixels(one), ORANGE) < 0.05


def test_of_two_classes_over_one_input_the_probability_of_the_second_is_a_curve() -> None:
    probability = 1 / (1 + np.exp(-9 * AXIS))
    predicted = np.stack([1 - probability, probability], axis=-1)
    options = Options([AXIS], predicted, AXIS[:, None], (AXIS > 0).astype(int), ["x"], ["no", "yes"])
    assert share(pixels(options), BLUE) > 0.001 > share(pixels(options), ORANGE)
