"""A row for each run and each search in a folder, from their small files."""

import contextlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nntrain.config.kept_epoch import best_row, keeps_best
from nntrain.config.load import load
from nntrain.config.messages import counted
from nntrain.errors import ConfigError, NNTrainError
from nntrain.storage import run_files
from nntrain.storage.find_runs import all_runs, all_searches
from nntrain.storage.journal import Journal
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import shown_number
from nntrain.training.signals import STOPPING

Row = dict[str, Any]
"""`figures` are the finite metrics by names such as `test.accuracy`; `best_value` is `monitor` at the best epoch.

What is not known is empty, such as the best epoch of a run that keeps the last one.
"""
_STOPPED = {128 + number: f"stopped by {number.name}" for number in STOPPING}


def run_rows(runs: Path) -> list[Row]:
    """Return the newest first, and below each search its trials, in their order."""
    found, searches = [_row(run) for run in all_runs(runs)], [_search_row(search) for search in all_searches(runs)]
    trials = {row["run"]: [run for run in found if run["run"].startswith(f"{row['run']}/")] for row in searches}
    of_searches = {trial["run"] for below in trials.values() for trial in below}
    others = [row for row in found if row["run"] not in of_searches]
    newest = sorted([*others, *searches], key=lambda row: str(row["start"]), reverse=True)
    below = {name: sorted(each, key=lambda trial: str(trial["run"])) for name, each in trials.items()}
    return [row for top in newest for row in (top, *below.get(top["run"], []))]


def _unknown(run: RunDir) -> Row:
    empty = dict.fromkeys(("start", "epochs", "best_epoch", "monitor", "best_value"), "")
    return {"run": str(run), **empty, "figures": {}}


def _search_row(place: RunDir) -> Row:
    """Return the row of a search: its start, and as its state the number of trials and the best one."""
    try:
        head, events, _ = Journal.open(place).read()
        summary = _summary(place)
    except NNTrainError as error:
        return {**_unknown(place), "state": str(error.problems[0].message)}
    trials = counted(sum(event.get("event") == "tell" for event in events), "trial")
    best = summary.get("best") or {}
    score = f"{summary.get('objective', '')} {shown_number(best.get('score'))}" if best else ""
    found = f", best {score} in {best['run']}" if best else ""
    runs = not events or events[-1].get("event") != "pause"  # or was killed
    ended = "not ended" if runs else summary.get("ended", "stopped")
    return {**_unknown(place), "start": head.get("start", ""), "state": f"search, {trials}{found}; {ended}"}


def _row(run: RunDir) -> Row:
    """Return the row of a run; its state says which file is damaged."""
    try:
        environment, summary = run.read_json(run_files.ENVIRONMENT), _summary(run)
        status = environment.get("exit_status")
        known = summary if status is not None and "metrics" in summary else {**summary, **_so_far(run)}
    except NNTrainError as error:
        return {**_unknown(run), "state": str(error.problems[0].message)}
    keeps_last = known.get("save") == "last"
    return {
        "run": str(run),
        "start": environment.get("start", ""),
        "epochs": known.get("epochs", ""),
        "best_epoch": "" if keeps_last else known.get("best_epoch") or "",
        "monitor": known.get("monitor", ""),
        "best_value": "" if keeps_last else known.get("best_value", ""),
        "figures": _figures(known.get("metrics", {})),
        "state": _state(status, summary),
    }


def _summary(run: RunDir) -> dict[str, Any]:
    return run.read_json(run_files.SUMMARY) if (run.path / run_files.SUMMARY).is_file() else {}


def _so_far(run: RunDir) -> dict[str, Any]:
    """Return what metrics.csv shows of a run that was stopped or killed, whose summary is older or missing.

    The metrics are those of the validation split after the epoch that is kept: `eval` gives the same.
    """
    if not (run.path / run_files.METRICS).is_file():
        return {}
    rows = [{name: float(cell) for name, cell in row.items() if cell} for row in run.read_rows()]
    found: dict[str, Any] = {"epochs": len(rows)}
    with contextlib.suppress(ConfigError, KeyError):  # a config, or rows, that were edited
        train = load(run.file(run_files.RESOLVED)).experiment.train
        best = keeps_best(train, any("val_loss" in row for row in rows))
        kept = best_row(train, rows) if best else rows[-1] if rows else None
        if kept is not None:
            value = kept[train.monitor]
            found |= {"monitor": train.monitor, "save": "best" if best else "last"}
            found |= {"best_epoch": int(kept["epoch"]), "best_value": value if math.isfinite(value) else None}
            values = {name: kept[name] for name in kept if name.startswith("val_")}
            found["metrics"] = {"validation": {name.removeprefix("val_"): value for name, value in values.items()}}
    return found


def _figures(metrics: Mapping[str, Mapping[str, float | None]]) -> dict[str, float]:
    return {
        f"{split}.{name}": value
        for split, found in metrics.items()
        for name, value in found.items()
        if value is not None and math.isfinite(value)
    }


def _state(exit_status: int | None, summary: Mapping[str, Any]) -> str:
    if exit_status is None:
        return "not ended"
    if exit_status == 0:
        return "done"
    return str(summary.get("stopped") or _STOPPED.get(exit_status, f"failed with exit code {exit_status}"))
