"""A run in MLflow's own database: new, resumed after a kill, of a server that is not there."""

import json
import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from nntrain.loggers.mlflow import Options

needs_mlflow = pytest.mark.skipif(find_spec("mlflow") is None, reason="mlflow is not installed: pip install mlflow")

KILLED_AND_RESUMED = """
import json, sys
from pathlib import Path
from nntrain.loggers.mlflow import Options
from nntrain.runs.logs import LoggedRun, Logs
from nntrain.terminal import Terminal

runs = Path(sys.argv[1])
(runs / "group" / "seed-1").mkdir(parents=True)
rows = [{"epoch": epoch, "loss": 1 / epoch, "val_accuracy": float("nan")} for epoch in range(1, 8)]
run = LoggedRun(runs / "group" / "seed-1", runs, "a1", {"seed": 1, "train.epochs": 7, "none": None}, 1e9)
terminal = Terminal(quiet=True)
Logs([Options()], run, rows[:4], terminal)._write()
logs = Logs([Options()], run, rows[:2], terminal)
for row in rows[2:]:
    logs.epoch(row)
logs.end(0, {"test": {"accuracy": 0.9}})
Logs([Options()], LoggedRun(runs / "other", runs, "b2", {}, 1e9), [], terminal).end(5, {})
assert not terminal.log, list(terminal.log)

from mlflow import MlflowClient
client = MlflowClient(f"sqlite:///{runs}/mlflow.db")
experiment = client.get_experiment_by_name("nntrain")
found = {each.info.run_name: each for each in client.search_runs([experiment.experiment_id])}
one = found["group/seed-1"]
print(json.dumps({
    "runs": {name: each.info.status for name, each in found.items()},
    "params": one.data.params,
    "final": one.data.metrics["final_test_accuracy"],
    "steps": [value.step for value in client.get_metric_history(one.info.run_id, "loss")],
    "artifacts": experiment.artifact_location,
    "directory": one.data.tags["nntrain.directory"],
}))
"""
NO_SERVER = """
import sys, time
from pathlib import Path
from nntrain.loggers.mlflow import Options
from nntrain.runs.logs import LoggedRun, Logs
from nntrain.terminal import Terminal

logs = Logs([Options(tracking_uri=sys.argv[2])], LoggedRun(Path("a"), Path("."), "a1", {}, 1e9), [], Terminal())
logs.epoch({"epoch": 1, "loss": 1.0})
logs.end(0, {})
"""


def ran(code: str, *arguments: object, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the code in a process of its own, without what MLflow says of its makers' code to who has all warnings on."""
    environment = {**os.environ, **variables}
    environment.pop("MLFLOW_TRACKING_URI", None)
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)


@needs_mlflow
def test_a_resumed_run_continues_its_own_and_no_step_is_doubled(tmp_path: Path) -> None:
    done = ran(KILLED_AND_RESUMED, tmp_path)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert json.loads(done.stdout) == {
        "runs": {"group/seed-1": "FINISHED", "other": "FAILED"},
        "params": {"seed": "1", "train.epochs": "7"},
        "final": 0.9,
        "steps": [1, 2, 3, 4, 5, 6, 7],
        "artifacts": (tmp_path / "mlflow-files").as_uri(),
        "directory": str(tmp_path / "group" / "seed-1"),
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["group", "mlflow.db"]


@needs_mlflow
def test_a_server_that_is_not_there_is_a_warning(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    done = ran(NO_SERVER, tmp_path, address)
    assert done.returncode == 0
    [line] = done.stderr.splitlines()
    assert line.startswith("warning: the logger `mlflow` has failed, and the training goes on: ")


@pytest.mark.parametrize("value", ["mlruns", "file:///tmp/mlruns", "/tmp/mlruns", "ftp://a"])
def test_the_file_store_which_mlflow_refuses_is_an_error_in_the_config(value: Any) -> None:
    with pytest.raises(ValidationError, match="`tracking_uri` must be a database or a server"):
        Options.model_validate({"tracking_uri": value})
