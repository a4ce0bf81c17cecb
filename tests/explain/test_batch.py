"""The rows that are explained."""

from typing import Any

import numpy as np
import pytest

from nntrain.errors import ConfigError
from nntrain.explain.batch import batch_of, first_rows

IRIS = "data: {iris: {validation: none, test: {last: 30}}}\nmodel: [{Dense: 3}]\ntrain: {class_weight: balanced}"


def test_rows_are_counted_from_one_in_the_file(subject_of: Any) -> None:
    subject = subject_of(IRIS)
    batch = batch_of(subject, "2", 3)
    np.testing.assert_array_equal(batch.x, subject.data.train.x[1:4])
    assert batch.title == "the mean of rows 2 to 4"
    assert batch_of(subject).title == "row 1"
    assert batch.weights is not None and batch.weights.shape == (3,)
    after = batch_of(subject, "121", 2)
    np.testing.assert_array_equal(after.x, subject.data.test.x[:2])
    assert (after.title, after.split, after.weights) == ("the mean of rows 121 to 122", "test", None)


def test_the_rows_of_a_batch_are_of_one_split(subject_of: Any) -> None:
    subject = subject_of("data: iris\nmodel: [{Dense: 3}]")
    first, *_, last = (subject.data.positions["train"][:20] + 1).tolist()
    assert batch_of(subject, str(first), 20).title == f"the mean of 20 rows from row {first} to row {last}"


@pytest.mark.parametrize(
    ("example", "count", "message", "help"),
    [
        ("151", 1, "`--example 151` is outside the data, which have 150 rows", "write a number from 1 to 150"),
        ("0", 1, "`--example 0` is outside the data, which have 150 rows", "write a number from 1 to 150"),
        ("setosa", 1, "`--example setosa` is not a row", "write a number from 1 to 150"),
        (None, 121, "`--batch 121` is more than the 120 rows of the training split", "write `--batch 120` or less"),
        ("119", 8, "`--batch 8` is more than the 2 rows of the training split from row 119 on", "`--batch 2` or less"),
        ("150", 2, "`--batch 2` is more than the 1 row of the test split from row 150 on", "`--batch 1` or less"),
    ],
)
def test_rows_outside_the_data_are_refused(
    example: str | None, count: int, message: str, help: str, subject_of: Any
) -> None:
    subject = subject_of(IRIS)
    with pytest.raises(ConfigError) as caught:
        batch_of(subject, example, count)
    (problem,) = caught.value.problems
    assert problem.message == message
    assert help in problem.help


def test_the_first_rows_are_those_of_a_training(subject_of: Any) -> None:
    subject = subject_of(IRIS)
    assert len(first_rows(subject, 7).x) == 7
    with pytest.raises(ConfigError, match="`--batch 121` is more than the 120 rows"):
        first_rows(subject, 121)
