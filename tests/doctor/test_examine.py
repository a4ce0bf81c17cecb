from dataclasses import replace
from typing import Any

from nntrain import extensions
from nntrain.doctor.checkup import case_of
from nntrain.doctor.examine import FOLDER, examine, of_problem
from nntrain.errors import Problem

NET = """
data: {toy_2d: {kind: moons, size: 60}}
model: [{Dense: {units: 4, activation: relu}}]
train: {epochs: 30, optimizer: {Adam: {gradient_accumulation_steps: 500}}}
"""


def test_a_finding_has_the_name_of_its_rule(prepare: Any) -> None:
    found = {
        one.disease for one in examine(case_of(prepare(NET, "train.optimizer={SGD: {learning_rate: 99}}").prepared))
    }
    assert "learning_rate_too_high" in found
    assert found <= {*extensions.names(FOLDER), "accumulation"}


def test_what_fit_warns_of_is_a_finding_unless_it_was_reported(prepare: Any) -> None:
    case = case_of(prepare(NET).prepared)
    assert "accumulation" in {one.disease for one in examine(case)}
    assert "accumulation" not in {one.disease for one in examine(case, reported=True)}


def test_a_problem_of_the_config_keeps_its_words() -> None:
    found = of_problem(Problem("bad", ("train", "loss"), "write it", disease="loss_does_not_fit"))
    assert (found.severity, found.disease, found.message, found.help) == (
        "error",
        "loss_does_not_fit",
        "bad",
        "write it",
    )
    assert of_problem(Problem("bad", severity="warning")).disease == "obstacle"


def test_a_warning_about_the_data_is_a_finding_unless_a_rule_judges_it(prepare: Any) -> None:
    case = case_of(prepare(NET).prepared)
    warnings = (
        Problem("a teaches nothing", severity="warning", disease="constant_column"),
        Problem("`No` and `no` are two classes", severity="warning", disease="classes_nearly_equal"),
        Problem("9 of 9 rows are equal", severity="warning", disease="duplicates_across_splits"),
    )
    data = replace(case.prepared.data, warnings=warnings)
    found = {one.disease: one for one in examine(replace(case, prepared=replace(case.prepared, data=data)))}
    assert (found["constant_column"].severity, found["constant_column"].message) == ("note", "a teaches nothing")
    assert found["classes_nearly_equal"].severity == "warning" and found["classes_nearly_equal"].is_printed
    assert "duplicates_across_splits" not in found
