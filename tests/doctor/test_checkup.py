"""The doctor before a training, at its end, and in a training of its own."""

from typing import Any

import pytest

from nntrain.doctor import checkup
from nntrain.doctor.checkup import Diagnosis
from nntrain.doctor.course import Score
from nntrain.doctor.finding import Finding

GOOD = """
data: {toy_2d: {kind: gauss, size: 400}}
model: [{Dense: {units: 8, activation: tanh}}]
train: {epochs: 20, optimizer: {Adam: {learning_rate: 0.01}}}
"""


def _finding(severity: Any, name: str) -> Finding:
    return Finding(severity, "it is so", disease=name)


def test_a_healthy_config_has_no_warning_and_is_compared_with_guessing(prepare: Any) -> None:
    prepared = prepare(GOOD).prepared
    assert [one for one in checkup.before(prepared).findings if one.severity != "note"] == []
    found = checkup.tried(prepared, seconds=20)
    assert [one for one in found.findings if one.severity != "note"] == []
    assert found.scores["validation"].score > 0.9
    assert found.lines()[0].startswith("validation accuracy 0.9") or found.lines()[0].startswith(
        "validation accuracy 1.0"
    )


def test_a_training_that_diverges_is_examined_too(prepare: Any) -> None:
    prepared = prepare(GOOD, "data.toy_2d.kind=reg_plane", "train.optimizer={SGD: {learning_rate: 1e9}}").prepared
    found = checkup.tried(prepared, seconds=20)
    assert [one.disease for one in found.findings][0] == "learning_rate_too_high"
    assert "not_finite" in [one.disease for one in found.findings]
    assert found.scores == {}


def test_a_training_that_is_cut_is_not_called_too_short(prepare: Any) -> None:
    found = checkup.tried(prepare(GOOD, "train.epochs=100000").prepared, seconds=0.2)
    assert not {"too_few_epochs", "underfitting"} & {one.disease for one in found.findings}


SPIRAL = """
data: {toy_2d: {kind: spiral, size: 1000}}
model: [{Dense: {units: 64, activation: relu}}, {Dense: {units: 64, activation: relu}}]
train: {epochs: 200, optimizer: {Adam: {learning_rate: 0.003}}}
"""


@pytest.mark.parametrize("change", ["train.epochs=200", "train.epochs=1"])
def test_a_training_that_is_cut_early_is_not_said_to_guess(prepare: Any, change: str) -> None:
    """After some steps it does, as any training: a slow one had no warning where the machine was fast."""
    found = checkup.tried(prepare(SPIRAL, change, "train.batch_size=2").prepared, seconds=1e-6)
    assert found.scores["validation"].score < 0.75
    assert {one.disease for one in found.findings if one.severity != "note"} <= {"too_few_epochs"}
    assert found.compared()[1:] == ["the training was cut early: this score says little yet"]
    assert found.lines()[1] == found.compared()[1]


def test_a_short_training_that_was_not_cut_is_judged(prepare: Any) -> None:
    found = checkup.tried(prepare(SPIRAL, "train.epochs=2", "data.toy_2d.noise=0.5").prepared, seconds=60)
    assert not found.is_early
    assert len(found.compared()) == 1


@pytest.mark.parametrize(
    ("regression", "line"),
    [
        (False, "validation accuracy 0.9000; of the majority class 0.5000, of a linear model 0.8000"),
        (True, "validation R² 0.9000; of predicting the mean 0.5000, of a linear model 0.8000"),
    ],
)
def test_the_worst_three_are_printed_and_the_others_counted(regression: bool, line: str) -> None:
    findings = [*(_finding("warning", name) for name in "abcd"), _finding("note", "e")]
    found = Diagnosis(findings, {"validation": Score(10, 0.9, 0.5, 0.8)}, regression=regression)
    assert found.lines("net") == [
        line,
        *(f"warning: {name}: it is so" for name in "abc"),
        "2 more findings: `nntrain doctor net` prints them",
    ]


def test_a_healthy_training_has_notes_at_most() -> None:
    notes = [_finding("note", name) for name in "ab"]
    assert Diagnosis(notes, {}).lines("net") == ["2 notes: `nntrain doctor net` prints them"]
    assert Diagnosis(notes[:1], {}).lines("net") == ["1 note: `nntrain doctor net` prints it"]


def test_without_a_validation_split_the_training_split_is_compared() -> None:
    found = Diagnosis([], {"train": Score(10, 0.9, 0.5)})
    assert found.lines() == ["train accuracy 0.9000; of the majority class 0.5000"]
    assert Diagnosis([], {}).lines() == []


def test_a_score_on_a_part_of_the_rows_says_so() -> None:
    found = Diagnosis([], {"validation": Score(2000, 0.9, 0.5, all_rows=6000)})
    assert found.lines() == ["validation accuracy 0.9000 on 2,000 of 6,000 rows; of the majority class 0.5000"]


def test_what_fit_has_warned_of_at_its_start_is_not_said_again_at_its_end() -> None:
    told = Finding("warning", "a column is constant", ("data",), disease="constant_column", is_printed=True)
    new = Finding("warning", "it learns nothing", ("train",), disease="plateau")
    lines = Diagnosis([told, new], {}).lines("net")
    assert "plateau" in lines[0] and not any("constant" in line for line in lines)
    assert lines[-1].startswith("1 more finding: ")
