"""`nntrain runs`: what the runs folder holds, read from the small JSON files alone."""

import math
from pathlib import Path
from typing import Any

from nntrain.config.messages import counted, listed, nearest
from nntrain.errors import ConfigError, NNTrainError
from nntrain.storage import run_files
from nntrain.storage.find_runs import all_runs, all_searches
from nntrain.storage.journal import Journal
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal, shown_number


def show(runs: Path, sort: str | None, terminal: Terminal) -> None:
    """A line for each run, newest first, or the best figure first where a metric is named."""
    run_files.refuse_bad_folder(runs)
    rows = _newest_first([_row(run) for run in all_runs(runs)], [_search_row(s) for s in all_searches(runs)])
    shown = _wanted(rows, sort) if rows and sort is not None else _first_metric(rows)
    if sort is not None:
        rows = _sorted(rows, shown)
    terminal.event("runs", {"runs": rows})
    if not rows:
        terminal.line(f"there are no runs in `{runs}`")
        return
    columns = ("run", "started", "epochs", "best epoch", shown, "state")
    cells = [
        [
            row["run"],
            str(row["start"])[:16].replace("T", " "),
            row["epochs"],
            row["best_epoch"],
            row["figures"].get(shown, ""),
            row["state"],
        ]
        for row in rows
    ]
    terminal.table("", columns, cells)


def _newest_first(runs: list[dict[str, Any]], searches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest first, but the trials of a search below it, in their order."""
    trials = {row["run"]: [one for one in runs if one["run"].startswith(f"{row['run']}/")] for row in searches}
    below = {one["run"] for found in trials.values() for one in found}
    alone = [row for row in runs if row["run"] not in below]
    rows = sorted([*alone, *searches], key=lambda row: str(row["start"]), reverse=True)
    return [
        one for row in rows for one in (row, *sorted(trials.get(row["run"], []), key=lambda trial: str(trial["run"])))
    ]


def _search_row(place: RunDir) -> dict[str, Any]:
    """What is known about a search: how far it is, and its best trial."""
    try:
        head, events, _ = Journal.open(place).read()
        summary = place.read_json(run_files.SUMMARY) if (place.path / run_files.SUMMARY).is_file() else {}
    except NNTrainError as error:
        return {**_unknown(place), "state": str(error.problems[0].message)}
    over = sum(event.get("event") == "tell" for event in events)
    return {**_unknown(place), "start": head.get("start", ""), "state": _search_state(summary, over)}


def _search_state(summary: dict[str, Any], over: int) -> str:
    best = summary.get("best") or {}
    told = f", best {summary['objective']} {shown_number(best['score'])} in {best['run']}" if best else ""
    return f"search, {counted(over, 'trial')}{told}; {summary.get('ended', 'not ended')}"


def _row(run: RunDir) -> dict[str, Any]:
    """What is known about a run; a damaged file is said, not crashed on."""
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
    """`test.accuracy` and so on, with their numbers; a figure that was not finite is none."""
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
    """`test.accuracy` itself, or for `accuracy` that of the last split that has it."""
    names = {name for row in rows for name in row["figures"]}
    for name in (sort, *(f"{split}.{sort}" for split in ("test", "validation", "train"))):
        if name in names:
            return name
    close = nearest(sort, [*names, *(name.partition(".")[2] for name in names)])
    help = f"write `{close}`" if close else f"there are {listed(sorted(names))}" if names else "wait for a run to end"
    raise ConfigError(f"no run has the figure `{sort}`", help=help)


def _sorted(rows: list[dict[str, Any]], wanted: str) -> list[dict[str, Any]]:
    """The best first: the lowest loss or error, the highest of all else; what lacks the figure comes last."""
    falls = any(word in wanted for word in ("loss", "error"))
    have = [row for row in rows if wanted in row["figures"]]
    have.sort(key=lambda row: float(row["figures"][wanted]), reverse=not falls)
    return have + [row for row in rows if wanted not in row["figures"]]


def _first_metric(rows: list[dict[str, Any]]) -> str:
    """The figure to show: the accuracy, or else the first metric, of the last split."""
    names = [name for row in rows for name in row["figures"]]
    for split in ("test", "validation", "train"):
        for name in [f"{split}.accuracy", *(name for name in names if name.startswith(f"{split}."))]:
            if name in names and not name.endswith("loss"):
                return str(name)
    return str(names[0]) if names else "figure"
