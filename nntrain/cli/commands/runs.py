"""`nntrain runs`: a table of the runs, groups and searches in a folder."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nntrain.cli import run_filter
from nntrain.cli.requests import Runs
from nntrain.cli.run_filter import Condition
from nntrain.cli.run_rows import Row, run_rows
from nntrain.config.keras.metrics import find_metric
from nntrain.config.load import load
from nntrain.config.messages import listed
from nntrain.config.metric_names import own_column, split_and_metric
from nntrain.config.settings import differing, short_names
from nntrain.errors import ConfigError
from nntrain.nearest import nearest
from nntrain.storage import run_files
from nntrain.storage.run_dir import csv_text
from nntrain.terminal import Terminal

_SPLITS = ("validation", "train", "test")  # the test split is for the last look only
_MOST_SETTINGS = 5  # columns of values in which the runs differ
_WIDEST = 30  # letters of a value
_KNOWN = ("run", "kind", "state", "epochs", "best_epoch", "start", "note", "tags")


def run(request: Runs, terminal: Terminal) -> None:
    """Print a line for each run: the newest first, or the best in the metric `sort`."""
    runs, sort = request.runs_dir, request.sort
    conditions = run_filter.parse(request.where) if request.where else []
    run_files.refuse_bad_folder(runs)
    rows = run_rows(runs, request.all)
    if not rows:
        terminal.event("runs", {"runs": []})
        terminal.line(f"no runs in `{runs}`")
        return
    shown = _wanted(rows, sort) if sort is not None else _first_metric(rows)
    rows = _matching(rows, conditions)
    if sort is not None:
        rows = _sorted(rows, shown)
    paths = differing([row["settings"] for row in rows])
    terminal.event("runs", {"runs": [{**row, "settings": _of(row, paths)} for row in rows]})
    if request.csv:
        terminal.line(csv_text([_flat(row, paths) for row in rows]).rstrip("\n"))
    elif rows:
        _print(rows, shown, paths[:_MOST_SETTINGS], terminal)
    else:
        terminal.line(f"no run in `{runs}` fulfils `{request.where}`")


def _print(rows: list[Row], metric: str, paths: Sequence[str], terminal: Terminal) -> None:
    tags = any(row["tags"] for row in rows)
    names = short_names(paths, _KNOWN)
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


def _of(row: Row, paths: Sequence[str]) -> dict[str, Any]:
    return {path: row["settings"][path] for path in paths if path in row["settings"]}


def _flat(row: Row, paths: Sequence[str]) -> dict[str, Any]:
    """Return a row of `--csv`: what is known of the run, its metrics, and the values in which the runs differ."""
    known = {name: " ".join(row[name]) if name == "tags" else row[name] for name in _KNOWN}
    return {**known, **row["figures"], **_of(row, paths)}


def _matching(rows: list[Row], conditions: Sequence[Condition]) -> list[Row]:
    """Return the rows that fulfil all conditions; raises ConfigError for a name that no run has."""
    for condition in conditions:
        values = {row["run"]: value for row in rows if (value := _value(row, condition.name)) is not None}
        if not values and rows:
            raise run_filter.unknown(condition.name, _names(rows))
        rows = [row for row in rows if row["run"] in values and condition.holds(values[row["run"]])]
    return rows


def _value(row: Row, name: str) -> Any:
    """Return a metric, a value of the config by its path or the end of it, or what else is known; None if nothing."""
    for full in _full_names(name):
        if full in row["figures"]:
            return row["figures"][full]
    if name in _KNOWN:
        return " ".join(row[name]) if name == "tags" else row[name]
    if name in row["settings"]:
        return row["settings"][name]
    return next((value for path, value in row["settings"].items() if path.endswith(f".{name}")), None)


def _names(rows: list[Row]) -> list[str]:
    return sorted({*_KNOWN, *(name for row in rows for name in (*row["figures"], *row["settings"]))})


def _wanted(rows: list[Row], sort: str) -> str:
    """Return the full name of a metric: for `accuracy`, that of the validation split, if it has one."""
    names = {name for row in rows for name in row["figures"]}
    for name in _full_names(sort):
        if name in names:
            return name
    close = nearest(sort, [*names, *(name.partition(".")[2] for name in names)])
    known = f"the metrics are {listed(sorted(names))}" if names else "wait until a run ends"
    raise ConfigError(f"no run has the metric `{sort}`", help=f"write `{close}`" if close else known)


def _full_names(sort: str) -> Iterator[str]:
    """Yield what the name may mean, such as `validation.mean_absolute_error` for `val_mae`."""
    yield sort
    yield from (f"{split}.{name}" for split in _SPLITS for name in (sort, own_column(sort)))
    split, name = split_and_metric(sort)
    yield from (f"{split}.{name}", f"{split}.{own_column(name)}")


def _sorted(rows: list[Row], wanted: str) -> list[Row]:
    """Return the best first, and the runs without the metric last."""
    have = [row for row in rows if wanted in row["figures"]]
    if have:
        have.sort(key=lambda row: float(row["figures"][wanted]), reverse=_more_is_better(have, wanted))
    return have + [row for row in rows if wanted not in row["figures"]]


def _more_is_better(rows: list[Row], wanted: str) -> bool:
    """Return whether more of a metric is better, as the config of a run says that has it."""
    name, chosen = wanted.partition(".")[2], None
    for row in rows:
        with contextlib.suppress(ConfigError):
            chosen = load(Path(row["run"], run_files.RESOLVED)).experiment.train.metrics
            break
    metric = find_metric(name, chosen) or find_metric(own_column(name), None)
    return metric is not None and metric.better == "max"


def _first_metric(rows: list[Row]) -> str:
    """Return the metric to show: the accuracy, or else the first metric, of the validation split if there is one."""
    names = [name for row in rows for name in row["figures"]]
    for split in _SPLITS:
        for name in [f"{split}.accuracy", *(name for name in names if name.startswith(f"{split}."))]:
            if name in names and not name.endswith("loss"):
                return str(name)
    return str(names[0]) if names else "metric"
