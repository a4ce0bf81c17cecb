"""`nntrain eval`: what is printed of the metrics of a run."""

import io
import json
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nntrain.cli.requests import Evaluate
from nntrain.errors import ConfigError
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
    assert lines[2].startswith("95 % ") and lines[2].count(" to ") == len(metrics)
    assert lines[3].startswith(f"accuracy {metrics['accuracy']:.4f}, 95 % interval ")
    assert lines[4] == ""


def test_json_holds_the_metrics_of_the_split_that_is_named(trained: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained("moons")
    capsys.readouterr()
    Evaluate(name="moons", runs_dir=run.path.parent, split="train", device="cpu").run(Terminal(as_json=True))
    shown = json.loads(capsys.readouterr().out)
    assert (shown["event"], shown["run"], shown["split"]) == ("eval", str(run), "train")
    assert shown["figures"] == pytest.approx(run.read_json(run_files.SUMMARY)["metrics"]["train"])


def test_a_new_file_is_scored_in_place_of_a_split(
    trained: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, rows = trained("moons"), "x,y,side\n0.5,0.5,positive\n1,-1,negative\n0,1,negative\n"
    (tmp_path / "new.csv").write_text(rows)
    capsys.readouterr()
    request = Evaluate(name=str(run), data=tmp_path / "new.csv", baselines=True, device="cpu")
    request.run(Terminal())
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[:2] == [str(tmp_path / "new.csv"), "3"]
    assert f"baselines on {tmp_path / 'new.csv'}" in lines
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(rows.encode())))
    Evaluate(name=str(run), data=Path("-"), device="cpu").run(Terminal(as_json=True))
    event = json.loads(capsys.readouterr().out)
    assert (event["split"], event["rows"]) == ("-", 3)


def test_the_plots_of_the_rows_that_were_scored_are_drawn(
    trained: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, kinds in {
        "moons": ["roc_curve", "precision_recall_curve", "calibration", "confusion_matrix", "column_importance"],
        "plane": ["predicted_against_true", "column_importance"],
    }.items():
        run = tmp_path / name
        shutil.copytree(trained(name).path, run)
        shutil.rmtree(run / "plots", ignore_errors=True)
        columns = (
            ["x,y,side", "0.5,0.5,positive", "1,-1,negative"] if name == "moons" else ["x,y,label", "1,2,3", "4,5,6"]
        )
        (tmp_path / "n w.csv").write_text("\n".join(columns) + "\n")
        capsys.readouterr()
        Evaluate(name=str(run), plot=True, importance=True, device="cpu").run(Terminal())
        Evaluate(name=str(run), plot=True, data=tmp_path / "n w.csv", device="cpu").run(Terminal())
        names = [*(f"{kind}.png" for kind in kinds), *(f"{kind}-n_w.png" for kind in kinds[:-1])]
        assert sorted(path.name for path in (run / "plots").iterdir()) == sorted(names)
        printed = capsys.readouterr().out.splitlines()
        assert [line for line in printed if line.startswith("plot in ")] == [
            f"plot in {run}/plots/{name}" for name in names
        ]


def test_a_file_and_a_split_exclude_each_other(trained: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`--data` and `--split` exclude each other"):
        Evaluate(name=str(trained("moons")), data=tmp_path / "new.csv", split="test").run(Terminal())
