from typing import Any

import pytest


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("data={toy_2d: {kind: moons, size: 150}}", "the 95 % interval of an accuracy of 0.9 is ±"),
        ("data={toy_2d: {kind: reg_plane, size: 150}}", " rows, few to tell one model from another"),
    ],
)
def test_only_classes_have_an_accuracy(data: str, words: str, diagnosed: Any) -> None:
    (found,) = diagnosed("small_validation_split", data)
    assert words in found.message
