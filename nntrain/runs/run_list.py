"""The runs of a folder that fulfil conditions, in the order of a metric, and what differs between them."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nntrain.config.keras.metrics import find_metric
from nntrain.config.load import load
from nntrain.config.messages import listed
from nntrain.config.metric_names import own_column, split_and_metric
from nntrain.config.settings import differing
from nntrain.errors import ConfigError
from nntrain.nearest import nearest
from nntrain.runs import run_filter
from nntrain.runs.run_filter import Condition
from nntrain.runs.run_rows import Row, run_rows
from nntrain.storage import run_files

_SPLITS = ("validation", "train", "test")  # the test split is for the last look only
KNOWN = ("run", "kind", "state", "epochs", "best_epoch", "start", "note", "tags")


@dataclass(frozen=True)
class RunList:
    """The rows that were asked for, the metric to show, and the paths of the values in which they differ.

    total: the number of runs in the folder.
    """

    rows: list[Row]
    metric: str
    paths: list[str]
    total: int

    def flat(self) -> list[dict[str, Any]]:
        """Return for each row what is known of the run, its metrics, and the values in which the runs differ."""
        return [_flat(row, self.paths) for row in self.rows]

    def settings(self, row: Row) -> dict[str, Any]:
        """Return the values of a run in which the runs differ."""
        return _differing(row, self.paths)


def list_runs(runs: Path, where: str | None, sort: str | None, members: bool) -> RunList:
    """Return the runs, groups and searches of a folder, the newest first, or the best in the metric `sort`.

    members: also those in groups and searches. Raises ConfigError for conditions that cannot be read, and for names
    that no run has.
    """
    conditions = run_filter.parse(where) if where else []
    run_files.refuse_bad_folder(runs)
    every = run_rows(runs, members)
    if not every:
        return RunList([], "", [], 0)
    shown = _wanted(every, sort) if sort is not None else _first_metric(every)
    rows = _matching(every, conditions)
    if sort is not None:
        rows = _sorted(rows, shown)
    return RunList(rows, shown, list(differing([row["settings"] for row in rows])), len(every))


def _differing(row: Row, paths: Sequence[str]) -> dict[str, Any]:
    return {path: row["settings"][path] for path in paths if path in row["settings"]}


def _flat(row: Row, paths: Sequence[str]) -> dict[str, Any]:
    """Return a row of `--csv`: what is known of the run, its metrics, and the values in which the runs differ."""
    known = {name: " ".join(row[name]) if name == "tags" else row[name] for name in KNOWN}
    return {**known, **row["figures"], **_differing(row, paths)}


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
    if name in KNOWN:
        return " ".join(row[name]) if name == "tags" else row[name]
    if name in row["settings"]:
        return row["settings"][name]
    return next((value for path, value in row["settings"].items() if path.endswith(f".{name}")), None)


def _names(rows: list[Row]) -> list[str]:
    return sorted({*KNOWN, *(name for row in rows for name in (*row["figures"], *row["settings"]))})


def _wanted(rows: list[Row], sort: str) -> str:
    """Return the full name of a metric: for `accuracy`, that of the validation split, if it has one."""
    names = {name for row in rows for name in row["figures"]}
    for name in _full_names(sort):
        if name in names:
            return name
    plain = sort.lstrip("-+")
    parts = [name.partition(".") for name in names]
    keras = {f"val_{metric}" if split == "validation" else metric for split, _, metric in parts}
    close = plain if names & {*_full_names(plain)} else nearest(sort, [*sorted(keras), *sorted(names)])
    known = f"the metrics are {listed(sorted(names))}" if names else "wait until a run ends"
    raise ConfigError(f"no run has the metric `{sort}`", help=f"write `{close}`" if close else known)


def _full_names(sort: str) -> Iterator[str]:
    """Yield what the name may mean, such as `validation.mean_absolute_error` for `val_mae`."""
    yield sort
    yield from (f"{split}.{name}" for split in _SPLITS for name in (sort, own_column(sort)))
    split, name = split_and_metric(sort)
    yield from (f"{split}.{name}", f"{split}.{own_column(name)}")


def _sorted(rows: list[Row], column: str) -> list[Row]:
    """Return the best first, and the runs without the metric last."""
    have = [row for row in rows if column in row["figures"]]
    if have:
        have.sort(key=lambda row: float(row["figures"][column]), reverse=_more_is_better(have, column))
    return have + [row for row in rows if column not in row["figures"]]


def _more_is_better(rows: list[Row], column: str) -> bool:
    """Return whether more of a metric is better, as the config of a run says that has it."""
    name, chosen = column.partition(".")[2], None
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
