"""A stack in environment.json. tests/runs/test_stacked_runs.py has those of real groups."""

from typing import Any

import pytest

from nntrain.errors import NNTrainError
from nntrain.storage.stack_record import check

STACK = {"kind": "seeds", "values": {"seed-1": 1, "seed-2": 2}, "place": 1, "compactions": [{"epoch": 3, "members": 0}]}


def test_a_run_has_a_place_in_its_stack() -> None:
    check(STACK, "`environment.json`")
    with pytest.raises(NNTrainError, match=r"`environment.json` has an invalid `stack.place`"):
        check({**STACK, "place": 2}, "`environment.json`")


@pytest.mark.parametrize(
    "change", [{"kind": "heap"}, {"values": {}}, {"values": {"../x": 1}}, {"place": -1}, {"compactions": 3}]
)
def test_anything_else_is_no_stack(change: dict[str, Any]) -> None:
    with pytest.raises(NNTrainError, match="this is not a run of nntrain: `environment.json` has an invalid"):
        check({**STACK, **change}, "`environment.json`")
