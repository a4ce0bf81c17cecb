"""The rows of a stack are on the disk while it trains; those of a run that had ended stay as they are."""

import json
from pathlib import Path
from typing import Any

from nntrain.runs.stacked_rows import StackedRows
from nntrain.storage.gathered import GatheredRunDir
from nntrain.training.job import Plan
from nntrain.training.stack_member import Member


class Silent:
    """A watcher that stops one member."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: ["b"] if name == "rows" else None


def member(name: str, epochs: int) -> Member:
    plan = Plan(seed=1, batch_size=1, epochs=9, steps=None, shuffle=True, monitor="loss", mode="min", save="last")
    made = Member(name, plan, [], str)
    made.history.rows = [{"epoch": n, "seconds": 0.1, "loss": 1 / n} for n in range(1, epochs + 1)]
    return made


def test_rows_are_written_when_they_are_due_but_not_over_those_of_an_ended_run(tmp_path: Path) -> None:
    folders = {name: GatheredRunDir(tmp_path / name) for name in "abc"}
    for name, folder in folders.items():
        folder.path.mkdir()
        (folder.path / "environment.json").write_text(json.dumps({"exit_status": 0} if name == "c" else {}))
    (tmp_path / "c" / "metrics.csv").write_text("epoch\n1\n")
    members = [member("a", 2), member("b", 0), member("c", 1)]
    rows = StackedRows(Silent(), members, folders)
    assert rows.rows({}) == ["b"] and not (tmp_path / "a" / "metrics.csv").exists()
    rows.due = 0.0
    rows.rows({})
    assert [row["loss"] for row in folders["a"].read_rows()] == ["1.0", "0.5"]
    assert not (tmp_path / "b" / "metrics.csv").exists()
    assert (tmp_path / "c" / "metrics.csv").read_text() == "epoch\n1\n"
    assert rows.due > 0
    (tmp_path / "a" / "metrics.csv").unlink()
    rows.due = 0.0
    rows.rows({})
    assert not (tmp_path / "a" / "metrics.csv").exists(), "a run that has left the stack is not written again"
