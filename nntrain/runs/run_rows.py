"""A row for each run and each search in a folder, from their small files."""

import contextlib
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nntrain.config.kept_epoch import best_row, keeps_best
from nntrain.config.load import load
from nntrain.config.messages import counted
from nntrain.config.metric_names import split_and_metric
from nntrain.config.settings import settings
from nntrain.errors import ConfigError, NNTrainError
from nntrain.storage import run_files
from nntrain.storage.find_runs import all_groups, all_runs, all_searches
from nntrain.storage.journal import Journal
from nntrain.storage.lock import is_locked
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import shown_number
from nntrain.training.signals import STOPPING

Row = dict[str, Any]
"""`figures` are the finite metrics by names such as `test.accuracy`; `best_value` is `monitor` at the best epoch.

What is not known is empty, such as the best epoch of a run that keeps the last one.
"""
_STOPPED = {128 + number: f"stopped by {number.name}" for number in STOPPING}


def run_rows(runs: Path, members: bool = False) -> list[Row]:
    """Return a row for each run, group and search, the newest first; with `members`, below each its runs in order."""
    places = [(place, _search_row) for place in all_searches(runs)] + [
        (place, _group_row) for place in all_groups(runs)
    ]
    tops = {str(place): make(place) for place, make in places}
    below: dict[str, list[RunDir]] = {name: [] for name in tops}
    for run in all_runs(runs):
        above = next((str(folder) for folder in run.path.parents if str(folder) in tops), None)
        if above is None:
            tops[str(run)] = _row(run)
        else:
            below.setdefault(above, []).append(run)
    newest = sorted(tops.values(), key=lambda row: str(row["start"]), reverse=True)
    inner = {name: sorted(found, key=str) if members else [] for name, found in below.items()}
    return [row for top in newest for row in (top, *map(_row, inner.get(top["run"], [])))]


def _unknown(run: RunDir, kind: str = "run") -> Row:
    empty = dict.fromkeys(("start", "epochs", "best_epoch", "monitor", "best_value"), "")
    return {"run": str(run), "kind": kind, **empty, "figures": {}, "settings": {}, **_remarks(run)}


def _remarks(run: RunDir) -> dict[str, Any]:
    """Return the tags and the last note that a user has given to a run."""
    with contextlib.suppress(NNTrainError):
        if (run.path / run_files.NOTES).is_file():
            found = run.read_json(run_files.NOTES)
            return {"tags": found.get("tags", []), "note": (found.get("notes") or [{}])[-1].get("text", "")}
    return {"tags": [], "note": ""}


def _group_row(place: RunDir) -> Row:
    """Return the row of a group: the mean of each metric over its runs, and how many of them have ended."""
    try:
        group = place.read_json(run_files.GROUP, "kind", "members")
        summary, names = _summary(place), sorted(group["members"])
    except NNTrainError as error:
        return {**_unknown(place, "group"), "state": str(error.problems[0].message)}
    first = next(
        (RunDir(place.path / name) for name in names if (place.path / name / run_files.RESOLVED).is_file()), None
    )
    begun = {} if first is None else _row(first)
    ended = len(summary.get("runs", {}))
    statistics = summary.get("statistics", {})
    means = {split: {name: one.get("mean") for name, one in found.items()} for split, found in statistics.items()}
    what = f"{'mean of ' if ended else ''}{counted(len(names), 'run')} over {group['kind']}"
    state = "done" if ended == len(names) else f"{ended} done" if summary else _unended(place)
    shared = {path: value for path, value in begun.get("settings", {}).items() if not _VARIED.search(path)}
    return {
        **_unknown(place, "group"),
        "start": begun.get("start", ""),
        "figures": _figures(means),
        "settings": shared,
        "state": f"{what}; {state}",
    }


_VARIED = re.compile(r"^seed$|^data\.\w+\.fold\b")  # in which the runs of a group differ


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
    ended = _unended(place) if runs else summary.get("ended", "stopped")
    split, metric = split_and_metric(str(summary.get("objective", "")))
    figures = _figures({split or "train": {metric: best.get("score")}} if best else {})
    state = f"search, {trials}{found}; {ended}"
    return {**_unknown(place, "search"), "start": head.get("start", ""), "figures": figures, "state": state}


def _unended(place: RunDir) -> str:
    """Return whether a process still trains here; one that was killed has left no word."""
    return "running" if is_locked(place.path) else "killed"


def _row(run: RunDir) -> Row:
    """Return the row of a run; its state says which file is damaged."""
    try:
        environment, summary = run.read_json(run_files.ENVIRONMENT), _summary(run)
        status = environment.get("exit_status")
        known = summary if status is not None and "metrics" in summary else {**summary, **_so_far(run)}
        written = settings(run, environment)
    except NNTrainError as error:
        return {**_unknown(run), "state": str(error.problems[0].message)}
    keeps_last = known.get("save") == "last"
    return {
        "run": str(run),
        "kind": "run",
        "start": environment.get("start", ""),
        "epochs": known.get("epochs", ""),
        "best_epoch": "" if keeps_last else known.get("best_epoch") or "",
        "monitor": known.get("monitor", ""),
        "best_value": "" if keeps_last else known.get("best_value", ""),
        "figures": _figures(known.get("metrics", {})),
        "settings": written,
        "state": _unended(run) if status is None else _state(status, summary) + _of_networks(summary),
        **_remarks(run),
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


def _of_networks(summary: Mapping[str, Any]) -> str:
    return f"; mean of {len(members)} networks" if (members := summary.get("members")) else ""


def _state(exit_status: int, summary: Mapping[str, Any]) -> str:
    reason = summary.get("stopped")
    if exit_status == 0:
        return f"stopped: {reason}" if str(reason).startswith(run_files.DOCTOR_FOUND) else "done"
    if exit_status in _STOPPED:
        return str(reason or _STOPPED[exit_status])
    return f"failed: {reason}" if reason else f"failed with exit code {exit_status}"
