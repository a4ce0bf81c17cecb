import numpy as np
import pytest

from nntrain.evaluation.shown_rows import image_of


@pytest.mark.parametrize(
    ("shape", "image"),
    [
        ((28, 28), (28, 28)), ((28, 28, 1), (28, 28)), ((8, 8, 3), (8, 8, 3)), ((8, 8, 5), (8, 8)),
        ((4,), None), ((1, 8), None), ((2, 2, 2, 2), None),
    ],
)  # fmt: skip
def test_what_can_be_seen_as_an_image(shape: tuple[int, ...], image: tuple[int, ...] | None) -> None:
    found = image_of(np.arange(np.prod(shape), dtype="float32").reshape(shape))
    assert (None if found is None else found.shape) == image
    if found is not None:
        assert (found.min(), found.max()) == (0, 1)


def test_pixels_stay_and_a_constant_or_missing_value_is_black() -> None:
    pixels = np.arange(4, dtype="uint8").reshape(2, 2)
    assert image_of(pixels) is pixels
    assert (image_of(np.full((2, 2), np.nan)) == 0).all()
