import json
from pathlib import Path
from typing import Any

import pytest


def test_small_steps_run_on_one_thread_unless_the_environment_says_otherwise(
    command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.yaml").write_text(
        "data: iris\nmodel: [{Dense: {units: 3, activation: softmax}}]\ntrain: {epochs: 1}\n"
    )
    for name, threads in (("TF_NUM_INTRAOP_THREADS", ""), ("TF_NUM_INTRAOP_THREADS", "2")):
        if threads:
            monkeypatch.setenv(name, threads)
        done = command(tmp_path, "fit", "a.yaml", "--device", "cpu", "--name", f"run{threads}")
        assert done.returncode == 0
        found = json.loads((tmp_path / "runs" / f"run{threads}" / "environment.json").read_text())["threads"]
        assert (found["intra_op"], found["inter_op"]) == ((0, 0) if threads else (1, 1))
