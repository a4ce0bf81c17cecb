"""`nntrain runs`: a table of the runs and searches in a folder."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nntrain.cli.requests import Runs
from nntrain.cli.run_rows import Row, run_rows
from nntrain.config.keras.metrics import find_metric
from nntrain.config.load import load
from nntrain.config.messages import listed
from nntrain.config.metric_names import own_column, split_and_metric
from nntrain.errors import ConfigError
from nntrain.nearest import nearest
from nntrain.storage import run_files
from nntrain.terminal import Terminal

_SPLITS = ("test", "validation", "train")


def run(request: Runs, terminal: Terminal) -> None:
    """Print a line for each run: the newest first, or the best in the metric `sort`."""
    runs, sort = request.runs_dir, request.sort
    run_files.refuse_bad_folder(runs)
    rows = run_rows(runs)
    shown = _wanted(rows, sort) if rows and sort is not None else _first_metric(rows)
    if rows and sort is not None:
        rows = _sorted(rows, shown)
    terminal.event("runs", {"runs": rows})
    if not rows:
        terminal.line(f"no runs in `{runs}`")
        return
    columns = ("run", "started", "epochs", "best epoch", shown, "state")
    terminal.table("", columns, [_cells(row, shown) for row in rows])


def _cells(row: Row, metric: str) -> list[Any]:
    started = str(row["start"])[:16].replace("T", " ")
    return [row["run"], started, row["epochs"], row["best_epoch"], row["figures"].get(metric, ""), row["state"]]


def _wanted(rows: list[Row], sort: str) -> str:
    """Return the full name of a metric: for `accuracy`, that of the last split that has it."""
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
    have.sort(key=lambda row: float(row["figures"][wanted]), reverse=_more_is_better(have[0], wanted))
    return have + [row for row in rows if wanted not in row["figures"]]


def _more_is_better(row: Row, wanted: str) -> bool:
    """Return whether more of a metric is better, as the config of a run says that has it."""
    name, chosen = wanted.partition(".")[2], None
    with contextlib.suppress(ConfigError):
        chosen = load(Path(row["run"], run_files.RESOLVED)).experiment.train.metrics
    metric = find_metric(name, chosen) or find_metric(own_column(name), None)
    return metric is not None and metric.better == "max"


def _first_metric(rows: list[Row]) -> str:
    """Return the metric to show: the accuracy, or else the first metric, of the last split."""
    names = [name for row in rows for name in row["figures"]]
    for split in _SPLITS:
        for name in [f"{split}.accuracy", *(name for name in names if name.startswith(f"{split}."))]:
            if name in names and not name.endswith("loss"):
                return str(name)
    return str(names[0]) if names else "metric"
