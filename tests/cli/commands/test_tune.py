"""`nntrain tune` as a user runs it: every file of a search, and what the other commands make of it."""

import csv
import json
from pathlib import Path
from typing import Any

CONFIG = """
seed: 1
data: iris
model:
  - Normalization
  - Dense: {units: 8, activation: relu}
  - Dense: {units: 3, activation: softmax}
train:
  epochs: 3
  batch_size: 16
  optimizer: {Adam: {learning_rate: 0.01}}
tune:
  objective: val_accuracy
  space:
    model.1.Dense.units: {choice: [4, 8, 16]}
    train.optimizer.Adam.learning_rate: {float: [1.0e-3, 1.0e-1], log: true}
"""


def rows(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_a_search_leaves_a_table_a_config_with_the_best_score_and_its_trials(
    forked: Any, in_process: Any, tmp_path: Path
) -> None:
    (tmp_path / "net.yaml").write_text(CONFIG + "  trials: 4\n")
    for name in ("socket", "queue", "keras", "torch"):  # a user's own modules, which no worker imports
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the working folder')")
    done = forked(tmp_path, "tune", "net.yaml", "--refit", "1")
    assert done.returncode == 0, done.stderr
    place = tmp_path / "runs" / "net"
    table, summary = rows(place / "trials.csv"), json.loads((place / "summary.json").read_text())
    assert [row["status"] for row in table] == ["done"] * 4
    assert (table[0]["model.1.Dense.units"], table[0]["train.optimizer.Adam.learning_rate"]) == ("8", "0.01")
    best = max(table, key=lambda row: float(row["score"]))
    assert summary["best"]["run"] == f"trial-{int(best['trial']):03}"
    assert summary["ended"] == "all 4 trials are done"
    (tmp_path / "best.yaml").write_text((place / "best.yaml").read_text())
    assert in_process(tmp_path, "fit", "best.yaml", "-q", "--no-plots").returncode == 0
    assert max(row["val_accuracy"] for row in rows(tmp_path / "runs" / "best" / "metrics.csv")) == best["score"]
    refit = json.loads((place / "refit-1" / "summary.json").read_text())
    assert set(refit["metrics"]) == {"train", "validation", "test"}
    assert "test" not in json.loads((place / "trial-001" / "summary.json").read_text())["metrics"]
    kept = [path.parent.name for path in place.glob("trial-*/model.keras")]
    assert kept == [summary["best"]["run"]]
    for name in ("search_history", "slices", "parallel_coordinates"):
        assert (place / "plots" / f"{name}.png").read_bytes()[:4] == b"\x89PNG"
    shown = in_process(tmp_path, "runs", "--all").stdout
    assert "net/trial-001" in shown and "best so far" not in shown
    assert in_process(tmp_path, "eval", f"net/{kept[0]}").returncode == 0
    before = (place / "trials.csv").read_text()
    longer = in_process(tmp_path, "resume", "net/trial-001", "--set", "train.epochs=9")
    assert (longer.returncode, "`runs/net/trial-001` is a trial of a search" in longer.stderr) == (2, True)
    assert in_process(tmp_path, "resume", "net/trial-001").stdout == "runs/net/trial-001 is finished\n"
    assert (place / "trials.csv").read_text() == before and len(rows(place / "trial-001" / "metrics.csv")) == 3


def test_a_failed_trial_is_shown_when_it_fails(in_process: Any, tmp_path: Path) -> None:
    space = CONFIG.partition("  space:")[0] + "  engine: GridSearch\n  on_error: continue\n"
    rates = "  space: {train.optimizer.Adam.learning_rate: {choice: [0.01, 1.0e30]}}\n"
    (tmp_path / "net.yaml").write_text(space + rates)
    done = in_process(tmp_path, "tune", "net.yaml", "--no-plots")
    assert done.returncode == 0 and "trial-002  failed: " in done.stderr


def test_a_dry_run_counts_and_estimates_and_writes_nothing(in_process: Any, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(CONFIG + "  engine: {Hyperband: {max_epochs: 10, factor: 3}}\n")
    done = in_process(tmp_path, "tune", "net.yaml", "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    estimate = json.loads(done.stdout.splitlines()[0])
    assert (estimate["trials"], estimate["space"], estimate["parameters"]) == (30, None, 2)
    assert estimate["seconds"] > 0 and not (tmp_path / "runs").exists()
