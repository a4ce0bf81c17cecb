"""The summary of a run and of a group as text."""

import math
from pathlib import Path
from typing import Any

import pytest

from nntrain.cli import summary
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal

RUN: dict[str, Any] = {
    "metrics": {"train": {"loss": 0.25, "accuracy": 1.0}, "test": {"loss": 0.5, "accuracy": 0.75}},
    "rows": {"train": 80, "test": 20},
    "save": "best",
    "best_value": 0.5,
    "monitor": "val_loss",
    "best_epoch": 3,
    "epochs": 4,
    "stopped": "all epochs are done",
    "parameters": {"trainable": 1234, "constants": 9, "statistics": 0, "total": 1243},
    "seconds": 1.25,
}


@pytest.mark.parametrize(("count", "words"), [(1, "1 parameter, "), (2, "2 parameters, ")])
def test_one_parameter_is_not_many(count: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summary.show_run({**RUN, "parameters": {"trainable": count, "total": count}}, RunDir(tmp_path), Terminal())
    assert capsys.readouterr().out.splitlines()[-1].startswith(words)


def test_a_run_has_a_line_for_each_split_and_all_is_in_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, terminal = RunDir(tmp_path), Terminal()
    summary.show_run(RUN, run, terminal)
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "split  rows    loss  accuracy",
        "train    80  0.2500    1.0000",
        "best epoch 3 of 4, val_loss 0.5000; all epochs are done",
        "final test on 20 rows: loss 0.5000, accuracy 0.7500",
        f"1,234 parameters (9 constants), 1.2 s, run in {tmp_path}",
    ]
    assert run.read_log() == lines


def test_without_a_best_value_the_last_epoch_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summary.show_run({**RUN, "save": "last", "best_epoch": 4, "best_value": None}, RunDir(tmp_path), Terminal())
    assert capsys.readouterr().out.splitlines()[2] == "last epoch 4 of 4; all epochs are done"


def test_a_group_has_a_line_for_each_metric_and_a_dash_for_what_one_run_has_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = {"mean": 0.75, "sd": math.nan, "low": math.nan, "high": math.nan, "count": 1}
    group = {"runs": {"seed-1": {}}, "statistics": {"test": {"accuracy": found}}}
    summary.show_group(group, RunDir(Path("runs/net")), Terminal())
    names, line, last = capsys.readouterr().out.splitlines()
    assert names.split() == ["split", "metric", "mean", "sd", "95", "%", "from", "to", "runs"]
    assert line.split() == ["final", "test", "accuracy", "0.7500", "-", "-", "-", "1"]
    assert last == "1 run in runs/net"


def test_a_metric_of_one_class_says_which(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The names in metrics.csv and summary.json stay; runs of older versions do not know the class."""
    found: dict[str, Any] = {"metrics": {"train": {"loss": 0.25, "recall": 1.0}}, "metric_classes": {"recall": "ok"}}
    summary.show_run({**RUN, **found, "rows": {"train": 80}}, RunDir(tmp_path), Terminal())
    assert capsys.readouterr().out.splitlines()[0].split("  ")[-1] == "recall (ok)"
    numbers = {"mean": 1.0, "sd": 0.0, "low": 1.0, "high": 1.0, "count": 2}
    group = {"runs": {"seed-1": found, "seed-2": found}, "statistics": {"test": {"recall": numbers}}}
    summary.show_group(group, RunDir(Path("runs/net")), Terminal())
    assert "final test  recall (ok)  1.0000" in capsys.readouterr().out
