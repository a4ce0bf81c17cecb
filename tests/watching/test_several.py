"""Runs that belong together: those that are trained as one are shown by their mean, which is called so."""

from dataclasses import replace
from typing import Any

import pytest

from nntrain.watching.progress import Progress
from nntrain.watching.several import Several, mean_of


def run(name: str, epochs: int, state: str = "running", **more: Any) -> Progress:
    rows = [
        {"epoch": n, "seconds": 1.0, "loss": n / 2, "val_loss": float(n if name == "a" else 2 * n)}
        for n in range(1, epochs + 1)
    ]
    return Progress(name, state, rows, 10, "val_loss", "min", "group", **more)


def test_runs_that_are_trained_as_one_are_shown_by_their_mean() -> None:
    several = Several("group, running", [run("a", 3), run("b", 4)], "member")
    shown = several.charted
    assert shown is not None and [row["val_loss"] for row in shown.rows] == [1.5, 3.0, 4.5, 8.0]
    assert several.heads() == [
        "group, running",
        "mean of 2 members, running, epoch 4/10, 0:10 left",  # the seconds of both, of three epochs and their half
        "loss 2.0000  val_loss 8.0000",
    ]
    assert several.each() == [
        "a, epoch 3/10, best val_loss 1.0000 (epoch 1)",
        "b, epoch 4/10, best val_loss 2.0000 (epoch 1)",
    ]
    assert "loss of the mean of 2 members, validation (dots: training)" in several.lines(80, 24, True)


def test_the_time_of_runs_in_processes_of_their_own_is_that_of_each() -> None:
    several = Several("group", [run("a", 4), run("b", 4)], as_one=False)
    assert several.heads()[1] == "mean of 2 runs, running, epoch 4/10, 0:06 left"
    assert several.each()[0] == "a, running, epoch 4/10, best val_loss 1.0000 (epoch 1), 0:06 left"


def test_the_one_that_runs_is_shown_by_its_name() -> None:
    several = Several("group, running", [run("a", 3, "all epochs are done"), run("b", 2)])
    assert several.heads() == ["group, running"]
    assert several.each()[1].startswith("b, running, epoch 2/10, best val_loss 2.0000 (epoch 1), ")
    assert "loss of b, validation (dots: training)" in several.lines(80, 24, True)


@pytest.mark.parametrize("height", [10, 24, 34])
def test_many_runs_leave_room_for_the_curves(height: int) -> None:
    several = Several("group", [replace(run("a", 3), name=f"seed-{n}") for n in range(40)])
    lines = several.lines(60, height, True)
    assert len(lines) <= max(height, 12)
    assert any(line.startswith("and ") and line.endswith(" more runs") for line in lines)
    assert any(line.startswith("loss of the mean of 40 runs") for line in lines)


def test_without_an_epoch_there_is_no_chart() -> None:
    assert Several("group", []).lines(60, 20, True) == ["group"]
    assert Several("group", [run("a", 0), run("b", 0)]).lines(60, 20, True)[0] == "group"


def test_a_mean_of_what_is_not_finite_is_missing() -> None:
    assert mean_of([{"seconds": 1.0, "loss": 2.0}, {"seconds": 2.0, "loss": None}]) == {"seconds": 3.0, "loss": None}
    assert mean_of([{"loss": 2.0}, {"loss": float("inf")}]) == {"loss": None}
