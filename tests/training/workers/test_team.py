"""A team decides together, notices the loss of a worker, and ends a process that hangs after it."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from nntrain.errors import WorkerLost
from nntrain.training.workers import team
from nntrain.training.workers.team import Team

pytestmark = pytest.mark.quick

Teams = tuple[Team, Team]


def test_a_team_agrees_and_notices_a_loss(teams: Teams) -> None:
    chief, other = teams
    with ThreadPoolExecutor(2) as pool:
        decided = pool.map(lambda each, values: each.agree(*values), teams, (((5, 0), 0), ((7, 1), 15)))
    assert list(decided) == [([5, 0], 15), ([5, 0], 15)]
    other.links[0]._shut_down()
    with pytest.raises(WorkerLost, match="worker 1 .* is gone"):
        chief.agree((1,), 0)


def test_a_process_that_hangs_after_a_loss_saves_and_ends(
    teams: Teams, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(team, "NOTICE_SECONDS", 0.1)
    done: list[Any] = []
    monkeypatch.setattr(os, "_exit", done.append)
    chief, other = teams
    chief.save_state = lambda: done.append("saved")
    other.close()
    until = time.monotonic() + 10
    while len(done) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    assert done == ["saved", 1]
    assert "error: worker 1 (127.0.0.1:" in capsys.readouterr().err
