import json
from pathlib import Path
from typing import Any

import pytest


def test_the_environment_sets_the_threads_of_small_steps(
    forked: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it there is one: see tests/cli/commands/test_fit.py."""
    (tmp_path / "a.yaml").write_text(
        "data: iris\nmodel: [{Dense: {units: 3, activation: softmax}}]\ntrain: {epochs: 1}\n"
    )
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "2")
    done = forked(tmp_path, "fit", "a.yaml", "--device", "cpu")
    assert done.returncode == 0
    found = json.loads((tmp_path / "runs" / "a" / "environment.json").read_text())["threads"]
    assert (found["intra_op"], found["inter_op"]) == (0, 0)
