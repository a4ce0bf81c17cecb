"""The most frequent mistakes of many classes."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nntrain.plots import confused_pairs
from nntrain.plots.confused_pairs import Options


def plot(pairs: list[tuple[str, str, int, int]]) -> np.ndarray:
    data = confused_pairs.draw(Options(pairs, 90, 100, "digits: test split"))
    return np.asarray(Image.open(BytesIO(data)).convert("RGB"))


def blue(pixels: np.ndarray) -> int:
    return int((np.abs(pixels.astype(int) - (0x56, 0xA0, 0xD3)).max(axis=2) < 4).sum())


def test_a_bar_is_as_long_as_its_share_of_the_true_class() -> None:
    pixels = plot([("cat", "dog", 8, 8), ("dog", "cat", 4, 8)])
    lengths = (np.abs(pixels.astype(int) - (0x56, 0xA0, 0xD3)).max(axis=2) < 4).sum(axis=1)
    whole, half = lengths.max(), np.median(lengths[lengths > 0][-5:])
    assert half == pytest.approx(whole / 2, rel=0.02)


@pytest.mark.parametrize("count", [0, 1, 30])
def test_any_number_of_pairs(count: int) -> None:
    pixels = plot([(f"class {n}", "$x^{" + 99 * "y", n + 1, 40) for n in range(count)])
    assert 250 < pixels.shape[0] < 1400 and pixels.shape[1] == 960
    assert bool(blue(pixels)) == bool(count)


def test_pairs_that_are_left_out_are_counted(scored: Any) -> None:
    found = confused_pairs.of(scored("iris"))
    assert found.count == len(found.pairs)
    few, of_many = (Options([("a", "b", 1, 2)], 9, 10, "", count) for count in (1, 708))
    assert confused_pairs.draw(few) != confused_pairs.draw(of_many)
