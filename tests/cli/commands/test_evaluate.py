"""`nntrain eval`: what is printed of the metrics of a run."""

import json
from typing import Any

import pytest

from nntrain.cli.requests import Evaluate
from nntrain.storage import run_files
from nntrain.terminal import Terminal


def test_the_metrics_are_those_of_the_summary(trained: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained("moons")
    capsys.readouterr()
    Evaluate(name="moons", runs_dir=run.path.parent, device="cpu").run(Terminal())
    lines = capsys.readouterr().out.splitlines()
    metrics = run.read_json(run_files.SUMMARY)["metrics"]["test"]
    assert lines[0].split() == ["split", "rows", *metrics]
    assert lines[1].split() == ["test", "20", *(f"{value:.4f}" for value in metrics.values())]
    assert lines[2].startswith(f"accuracy {metrics['accuracy']:.4f}, 95 % interval ")
    assert lines[3] == ""


def test_json_holds_the_metrics_of_the_split_that_is_named(trained: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained("moons")
    capsys.readouterr()
    Evaluate(name="moons", runs_dir=run.path.parent, split="train", device="cpu").run(Terminal(as_json=True))
    shown = json.loads(capsys.readouterr().out)
    assert (shown["event"], shown["run"], shown["split"]) == ("eval", str(run), "train")
    assert shown["figures"] == pytest.approx(run.read_json(run_files.SUMMARY)["metrics"]["train"])
