import pytest

from nntrain.subject import ranked, read
from tests.conftest import Write


@pytest.mark.parametrize(
    ("summary", "environment", "state"),
    [
        ({"stopped": "all epochs are done"}, {"exit_status": 0}, "all epochs are done"),
        ({}, {"exit_status": 3}, "failed with exit code 3"),
        ({}, {"exit_status": None}, "killed before it ended"),
    ],
)
def test_the_state_says_how_a_run_ended(summary: dict, environment: dict, state: str, write: Write) -> None:
    assert read(write(summary=summary, environment=environment)).state == state


def test_a_folder_with_nothing_but_a_config_can_be_read(write: Write) -> None:
    found = read(write())
    assert (found.rows, found.summary, found.runs, found.complaints) == ([], {}, (), ())
    assert found.settings == {"data": "iris"}


@pytest.mark.parametrize(("direction", "order"), [("min", "1320"), ("max", "3120")])
def test_trials_are_ranked_with_those_that_are_not_done_behind(direction: str, order: str) -> None:
    cells = [("0", "failed", ""), ("1", "done", "0.1"), ("2", "pruned", "0.0"), ("3", "done", "0.2")]
    trials = [dict(zip(("trial", "status", "score"), row, strict=True)) for row in cells]
    assert "".join(row["trial"] for row in ranked({"direction": direction}, trials)) == order
