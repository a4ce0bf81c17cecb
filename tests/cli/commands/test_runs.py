"""`nntrain runs`: the list of a folder, sorted by a metric."""

from typing import Any

import pytest

from nntrain.cli.commands.runs import Runs
from nntrain.terminal import Terminal


def test_a_run_has_a_line_with_its_metric(trained: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained("plane")
    capsys.readouterr()
    Runs(runs_dir=run.path.parent, sort="loss").run(Terminal())
    names, line = capsys.readouterr().out.splitlines()
    assert names.split() == ["run", "started", "epochs", "best", "epoch", "test.loss", "state"]
    assert line.startswith(f"{run} ") and line.split()[-1] == "done"
