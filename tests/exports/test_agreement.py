from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from nntrain.errors import NNTrainError
from nntrain.evaluation.evaluate import same_data
from nntrain.exports.agreement import agreement, largest_difference
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.formats import Answers, Format


@dataclass(frozen=True)
class Options(Format): ...


def of(rows: list[list[float]]) -> np.ndarray:
    return np.array(rows, "float32")


def test_a_difference_is_relative_to_what_is_large() -> None:
    assert largest_difference(of([[0.5, 100]]), of([[0.25, 100]])) == 0.25
    assert largest_difference(of([[0.5, 101]]), of([[0.5, 100]])) == pytest.approx(0.01)
    assert largest_difference(of([[0.5, 1], [2, 3]]), of([[0.5, 1]])) == np.inf
    assert largest_difference(of([[np.nan]]), of([[0]])) == largest_difference(of([[0]]), of([[np.nan]])) == np.inf


@pytest.mark.parametrize(("precision", "good", "bad"), [("float32", 9e-6, 2e-5), ("float16", 9e-3, 2e-2)])
def test_what_is_beyond_the_limit_is_refused(trained: Any, precision: Any, good: float, bad: float) -> None:
    subject = ExportedRun.of(trained("moons"), same_data(trained("moons")))
    for wrong in (good, bad, np.nan):
        answers = Answers(subject.expected + np.float32(wrong), subject.expected, "a runtime")
        found = agreement(Options(precision), subject, answers)
        if wrong == good:
            found.refuse(Options(precision))
            assert found.in_words().startswith("a runtime compared with `predict` on 80 rows: largest difference ")
            continue
        with pytest.raises(NNTrainError, match="the export is not the model"):
            found.refuse(Options(precision))


def test_int8_may_change_numbers_but_not_the_accuracy(trained: Any) -> None:
    for name in ("iris", "plane"):
        subject = ExportedRun.of(trained(name), same_data(trained(name)))
        same = Answers(subject.expected + np.float32(1e-3), subject.expected, "a runtime")
        agreement(Options("int8"), subject, same).refuse(Options("int8"))
        other = Answers(-subject.expected, subject.expected, "a runtime")
        with pytest.raises(NNTrainError, match="accuracy|R²") as caught:
            agreement(Options("int8"), subject, other).refuse(Options("int8"))
        assert caught.value.problems[0].help == "use `--to test_agreement --precision float16`"


def test_another_class_is_refused_unless_the_scores_are_that_near(trained: Any) -> None:
    subject = ExportedRun.of(trained("moons"), same_data(trained("moons")))
    expected = subject.expected[:2].copy()
    expected[1] = 0.5  # a tie
    classes = [int(subject.scorer.classes(expected)[0]), 1]
    found = agreement(Options(), subject, Answers(expected, expected, "a runtime", classes))
    assert found.equal == 1 and found.in_words().endswith(", 1 classes equal")
    classes[0] = 1 - classes[0]
    with pytest.raises(NNTrainError, match="another class in row 1 of those"):
        agreement(Options(), subject, Answers(expected, expected, "a runtime", classes))
