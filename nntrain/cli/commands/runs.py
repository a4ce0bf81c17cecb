"""`nntrain runs`: a table of the runs, groups and searches in a folder."""

from collections.abc import Sequence
from typing import Any

from nntrain.cli.requests import Runs
from nntrain.config.settings import short_names
from nntrain.runs.run_list import KNOWN, list_runs
from nntrain.runs.run_rows import Row
from nntrain.storage.run_dir import csv_text
from nntrain.terminal import Terminal

_MOST_SETTINGS = 5  # columns of values in which the runs differ
_WIDEST = 30  # letters of a value


def run(request: Runs, terminal: Terminal) -> None:
    """Print a line for each run: the newest first, or the best in the metric `sort`."""
    runs = request.runs_dir
    found = list_runs(runs, request.where, request.sort, request.all)
    if not found.total:
        terminal.event("runs", {"runs": []})
        terminal.line(f"no runs in `{runs}`")
        return
    terminal.event("runs", {"runs": [{**row, "settings": found.settings(row)} for row in found.rows]})
    if request.csv:
        terminal.line(csv_text(found.flat()).rstrip("\n"))
    elif found.rows:
        _print(found.rows, found.metric, found.paths[:_MOST_SETTINGS], terminal)
    else:
        terminal.line(f"no run in `{runs}` fulfils `{request.where}`")


def _print(rows: list[Row], metric: str, paths: Sequence[str], terminal: Terminal) -> None:
    tags = any(row["tags"] for row in rows)
    names = short_names(paths, KNOWN)
    last = ("tags", "state") if tags else ("state",)
    columns = ("run", "started", *names.values(), "epochs", "best epoch", _title(metric), *last)
    cells = [_cells(row, metric, paths, tags) for row in rows]
    terminal.table("", columns, cells)


def _title(metric: str) -> str:
    """Return a metric as metrics.csv calls it; one of the test split has its full name."""
    split, _, name = metric.partition(".")
    return {"validation": f"val_{name}", "train": name}.get(split, metric)


def _cells(row: Row, metric: str, paths: Sequence[str], tags: bool) -> list[Any]:
    started = str(row["start"])[:16].replace("T", " ")
    values = [_shortened(row["settings"].get(path, "")) for path in paths]
    marks = [" ".join(row["tags"])] if tags else []
    state = f"{row['state']} ({row['note']})" if row["note"] else row["state"]
    found = row["figures"].get(metric, "")
    return [row["run"], started, *values, row["epochs"], row["best_epoch"], found, *marks, state]


def _shortened(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        text = str(value)
        return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
    return f"{value:g}" if isinstance(value, float) else value
