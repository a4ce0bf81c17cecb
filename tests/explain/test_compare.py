"""Gradients in a file."""

from pathlib import Path

import numpy as np
import pytest

from nntrain.errors import ConfigError
from nntrain.explain.compare import Difference, compare

OURS = {"dense/kernel": np.array([[0.12345678, -2.0]]), "dense/bias": np.array([1e-3])}


def written(folder: Path, text: str) -> Path:
    file = folder / "gradients.json"
    file.write_text(text)
    return file


@pytest.mark.parametrize("number", ["0.1", "0.12", "0.1235", "0.12345678", "1.2346e-1"])
def test_a_number_agrees_to_half_of_its_last_digit(number: str, tmp_path: Path) -> None:
    found = compare(written(tmp_path, f'{{"gradients": {{"dense/kernel": [[{number}, -2]]}}}}'), OURS)
    assert (found.entries, found.differences, found.missing) == (2, [], ["dense/bias"])


@pytest.mark.parametrize("number", ["0.2", "0.13", "0.1234", "0.12345679", "0.1234567800001", "-0.12345678"])
def test_another_number_is_named(number: str, tmp_path: Path) -> None:
    found = compare(written(tmp_path, f'{{"gradients": {{"dense/kernel": [[{number}, -2.0]]}}}}'), OURS)
    if number == "0.1234567800001":  # which is equal to 1e-9
        assert found.differences == []
    else:
        assert found.differences == [Difference("dense/kernel[0, 0]", float(number), 0.12345678)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read as JSON"),
        (100_000 * "[", "cannot be read as JSON"),
        ("[]", "has no object `gradients`"),
        ('{"gradients": {}}', "has no object `gradients`"),
        ('{"gradients": {"dense/kernels": [[1, 2]]}}', "gradients of `dense/kernels`, which the model has not"),
        ('{"gradients": {"dense/kernel": [[1], [2]]}}', "no list of numbers of the shape 1 x 2"),
        ('{"gradients": {"dense/kernel": [["1", 2]]}}', "no list of numbers of the shape 1 x 2"),
        ('{"gradients": {"dense/kernel": [[[1], 2]]}}', "no list of numbers of the shape 1 x 2"),
        ('{"gradients": {"dense/kernel": [[NaN, 2]]}}', "no list of numbers of the shape 1 x 2"),
        ('{"gradients": {"dense/bias": 1}}', "no list of numbers of the shape 1"),
    ],
)
def test_another_file_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        compare(written(tmp_path, text), OURS)
    assert caught.value.problems[0].help


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    written(tmp_path, "{}")
    with pytest.raises(ConfigError, match="there is no file") as caught:
        compare(tmp_path / "gradient.json", OURS)
    assert "gradients.json" in caught.value.problems[0].help
    with pytest.raises(ConfigError, match="is a folder"):
        compare(tmp_path, OURS)


def test_what_is_shortened_in_the_file_is_missing(tmp_path: Path) -> None:
    shortened = '{"shortened": true, "shape": [1, 2], "norm": 2.0}'
    text = f'{{"gradients": {{"dense/kernel": {shortened}, "dense/bias": [0.001]}}}}'
    found = compare(written(tmp_path, text), OURS)
    assert (found.entries, found.differences, found.missing) == (1, [], ["dense/kernel"])
