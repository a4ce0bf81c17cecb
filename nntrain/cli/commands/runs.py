"""`nntrain runs`: a table of the runs and searches in a folder, from their small JSON files."""

import math
from typing import Any

from nntrain.cli.requests import Runs
from nntrain.config.messages import counted, listed
from nntrain.errors import ConfigError, NNTrainError
from nntrain.nearest import nearest
from nntrain.storage import run_files
from nntrain.storage.find_runs import all_runs, all_searches
from nntrain.storage.journal import Journal
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal, shown_number


def run(request: Runs, terminal: Terminal) -> None:
    """Print a line for each run: the newest first, or the best in the metric `sort`."""
    runs, sort = request.runs_dir, request.sort
    run_files.refuse_bad_folder(runs)
    rows = _newest_first([_row(run) for run in all_runs(runs)], [_search_row(s) for s in all_searches(runs)])
    shown = _wanted(rows, sort) if rows and sort is not None else _first_metric(rows)
    if sort is not None:
        rows = _sorted(rows, shown)
    terminal.event("runs", {"runs": rows})
    if not rows:
        terminal.line(f"no runs in `{runs}`")
        return
    columns = ("run", "started", "epochs", "best epoch", shown, "state")
    terminal.table("", columns, [_cells(row, shown) for row in rows])


def _cells(row: dict[str, Any], metric: str) -> list[Any]:
    started = str(row["start"])[:16].replace("T", " ")
    return [row["run"], started, row["epochs"], row["best_epoch"], row["figures"].get(metric, ""), row["state"]]


def _newest_first(runs: list[dict[str, Any]], searches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the newest first, and below each search its trials, in their order."""
    trials = {row["run"]: [run for run in runs if run["run"].startswith(f"{row['run']}/")] for row in searches}
    of_searches = {trial["run"] for found in trials.values() for trial in found}
    others = [row for row in runs if row["run"] not in of_searches]
    newest = sorted([*others, *searches], key=lambda row: str(row["start"]), reverse=True)
    below = {name: sorted(found, key=lambda trial: str(trial["run"])) for name, found in trials.items()}
    return [row for top in newest for row in (top, *below.get(top["run"], []))]


def _search_row(place: RunDir) -> dict[str, Any]:
    """Return the row of a search: its start, and as its state the number of trials and the best one."""
    try:
        head, events, _ = Journal.open(place).read()
        summary = place.read_json(run_files.SUMMARY) if (place.path / run_files.SUMMARY).is_file() else {}
    except NNTrainError as error:
        return {**_unknown(place), "state": str(error.problems[0].message)}
    ended = sum(event.get("event") == "tell" for event in events)
    return {**_unknown(place), "start": head.get("start", ""), "state": _search_state(summary, ended)}


def _search_state(summary: dict[str, Any], ended: int) -> str:
    best = summary.get("best") or {}
    score = f"{summary.get('objective', '')} {shown_number(best.get('score'))}" if best else ""
    found = f", best {score} in {best['run']}" if best else ""
    return f"search, {counted(ended, 'trial')}{found}; {summary.get('ended', 'not ended')}"


def _row(run: RunDir) -> dict[str, Any]:
    """Return the row of a run; its state says which file is damaged."""
    try:
        environment = run.read_json(run_files.ENVIRONMENT)
        summary = run.read_json(run_files.SUMMARY) if (run.path / run_files.SUMMARY).is_file() else {}
    except NNTrainError as error:
        return {**_unknown(run), "state": str(error.problems[0].message)}
    return {
        "run": str(run),
        "start": environment.get("start", ""),
        "epochs": summary.get("epochs", ""),
        "best_epoch": summary.get("best_epoch", ""),
        "figures": _metrics(summary.get("metrics")),
        "state": _state(environment.get("exit_status"), summary),
    }


def _metrics(metrics: Any) -> dict[str, float]:
    """Return the finite metrics by names such as `test.accuracy`."""
    splits = metrics if isinstance(metrics, dict) else {}
    return {
        f"{split}.{name}": value
        for split, found in splits.items()
        for name, value in (found if isinstance(found, dict) else {}).items()
        if isinstance(value, (int, float)) and math.isfinite(value)
    }


def _unknown(run: RunDir) -> dict[str, Any]:
    return {"run": str(run), "start": "", "epochs": "", "best_epoch": "", "figures": {}}


def _state(exit_status: Any, summary: dict[str, Any]) -> str:
    if exit_status is None:
        return "not ended"
    if exit_status == 0:
        return "done"
    return str(summary.get("stopped", f"failed with exit code {exit_status}"))


def _wanted(rows: list[dict[str, Any]], sort: str) -> str:
    """Return the full name of a metric: for `accuracy`, that of the last split that has it."""
    names = {name for row in rows for name in row["figures"]}
    for name in (sort, *(f"{split}.{sort}" for split in ("test", "validation", "train"))):
        if name in names:
            return name
    close = nearest(sort, [*names, *(name.partition(".")[2] for name in names)])
    known = f"the metrics are {listed(sorted(names))}" if names else "wait until a run ends"
    raise ConfigError(f"no run has the metric `{sort}`", help=f"write `{close}`" if close else known)


def _sorted(rows: list[dict[str, Any]], wanted: str) -> list[dict[str, Any]]:
    """Return the best first: the lowest loss or error, the highest of other metrics; runs without it come last."""
    lower_is_better = any(word in wanted for word in ("loss", "error"))
    have = [row for row in rows if wanted in row["figures"]]
    have.sort(key=lambda row: float(row["figures"][wanted]), reverse=not lower_is_better)
    return have + [row for row in rows if wanted not in row["figures"]]


def _first_metric(rows: list[dict[str, Any]]) -> str:
    """Return the metric to show: the accuracy, or else the first metric, of the last split."""
    names = [name for row in rows for name in row["figures"]]
    for split in ("test", "validation", "train"):
        for name in [f"{split}.accuracy", *(name for name in names if name.startswith(f"{split}."))]:
            if name in names and not name.endswith("loss"):
                return str(name)
    return str(names[0]) if names else "metric"
