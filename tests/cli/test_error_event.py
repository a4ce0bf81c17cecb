"""An error as JSON: its exit code, what is wrong, where, and what to type."""

from typing import Any

import pytest

from nntrain.cli.error_event import error_event
from nntrain.errors import ConfigError, DataError, Diverged, NNTrainError, Problem, Span, Stopped

NOWHERE = {"path": None, "file": None, "line": None, "column": None}


def test_all_problems_are_listed_and_the_first_one_is_the_error() -> None:
    span = Span("c.yaml", line=3, column=13, width=4, source="  - Dense: {unit: 3}")
    first = Problem("`Dense` has no option `unit`", ("model", 0, "Dense", "unit"), "write `units`", span)
    second = Problem("the file is missing", ("data",))
    event = error_event(ConfigError(problems=[first, second]))
    place = {"path": "model.0.Dense.unit", "file": "c.yaml", "line": 3, "column": 13}
    wanted = {"severity": "error", "message": first.message, **place, "help": "write `units`"}
    other = {"severity": "error", "message": second.message, **NOWHERE, "path": "data", "help": None}
    assert event == {"code": 2, **wanted, "problems": [wanted, other]}


def test_a_value_that_was_set_has_a_path_but_no_line() -> None:
    span = Span("train.epochs", line=0, column=1, width=1, source="x")
    event = error_event(ConfigError(problems=[Problem("wrong", ("train", "epochs"), span=span)]))
    assert {name: event[name] for name in NOWHERE} == {**NOWHERE, "path": "train.epochs"}


@pytest.mark.parametrize(
    ("error", "code", "severity", "message"),
    [
        (NNTrainError("it failed"), 1, "error", "it failed"),
        (DataError("no rows"), 4, "error", "no rows"),
        (Diverged("the loss is nan"), 5, "error", "the loss is nan"),
        (Stopped("by SIGTERM", signal=15), 143, "stopped", "by SIGTERM"),
        (KeyboardInterrupt(), 130, "stopped", "by SIGINT"),
        (ZeroDivisionError("division by zero"), 1, "error", "ZeroDivisionError: division by zero"),
    ],
)
def test_every_end_has_its_exit_code(error: BaseException, code: int, severity: str, message: str) -> None:
    event: dict[str, Any] = error_event(error)
    assert (event["code"], event["severity"], event["message"]) == (code, severity, message)
