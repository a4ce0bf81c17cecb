"""Which options of `explain` go together."""

from typing import Any

import pytest

from nntrain.cli.explain_forms import refuse_mixed
from nntrain.cli.requests import Explain
from nntrain.errors import ConfigError


@pytest.mark.parametrize(
    "options",
    [
        {"expressions": ["x"], "at": ["x=1"]},
        {"expressions": ["x"], "at": ["x=1"], "rate": 0.1, "steps": 3},
        {"config": "c.yaml", "example": "3", "batch": 2, "check": True, "mode": "forward"},
        {"config": "c.yaml", "gradients": True, "batch": 5, "steps": 3, "assignments": ["seed=1"]},
        {"config": "c.yaml", "optimizer": True, "start": 2.0, "given": "1,2"},
    ],
)
def test_the_options_of_each_form(options: dict[str, Any]) -> None:
    refuse_mixed(Explain(**options))


@pytest.mark.parametrize(
    ("options", "message", "help"),
    [
        ({}, "there is nothing to explain", "--expr"),
        ({"gradients": True}, "there is nothing to explain", "--expr"),
        ({"expressions": ["x"], "optimizer": True}, "`--expr` and `--optimizer` exclude each other", "one of the two"),
        ({"expressions": ["x"], "config": "c.yaml"}, "`--expr` and `CONFIG` exclude each other", "leave `CONFIG` out"),
        ({"config": "c.yaml", "at": ["x=1"]}, "`--at` needs `--expr`", "leave `--at` out, or add `--expr`"),
        ({"config": "c.yaml", "steps": 3}, "`--steps` needs `--expr` or `--gradients`", "leave `--steps` out"),
        ({"config": "c.yaml", "rate": 0.1}, "`--rate` needs `--expr`", "leave `--rate` out"),
        ({"expressions": ["x"], "rate": 0.1}, "`--rate` needs `--steps`", "add `--steps 20`"),
        ({"expressions": ["x"], "steps": 3}, "`--steps` needs `--rate`", "add `--rate 0.1`"),
        ({"config": "c.yaml", "given": "1"}, "`--given` needs `--optimizer`", "or add `--optimizer`"),
        ({"config": "c.yaml", "optimizer": True}, "`--optimizer` needs gradients", "add `--given 1,0.5,-0.2`"),
        (
            {"config": "c.yaml", "gradients": True, "check": True},
            "`--gradients` and `--check` exclude each other",
            "leave `--check` out",
        ),
    ],
)
def test_other_options_are_refused(options: dict[str, Any], message: str, help: str) -> None:
    with pytest.raises(ConfigError) as caught:
        refuse_mixed(Explain(**options))
    (problem,) = caught.value.problems
    assert problem.message == message
    assert help in problem.help
