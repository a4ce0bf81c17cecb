"""`nntrain eval`: the metrics of a trained run on one of its splits, or on other rows."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nntrain import backend
from nntrain.canvas import NothingToDraw
from nntrain.cli.requests import Evaluate
from nntrain.cli.standard_input import file_or_stdin
from nntrain.errors import ConfigError
from nntrain.runs import plotting
from nntrain.storage import run_files
from nntrain.storage.find_runs import find_run
from nntrain.storage.run_dir import RunDir
from nntrain.subject import read
from nntrain.terminal import Terminal, titled

if TYPE_CHECKING:
    from nntrain.evaluation.evaluate import Evaluation
    from nntrain.evaluation.scored_run import ScoredRun

_PLOTS = (
    "roc_curve",
    "precision_recall_curve",
    "calibration",
    "predicted_against_true",
    "confusion_matrix",
    "confused_pairs",
)


def run(request: Evaluate, terminal: Terminal) -> None:
    """Print metrics, intervals, classes, confusion matrix, importance and baselines, and draw plots."""
    if request.data is not None and request.split is not None:
        raise ConfigError("`--data` and `--split` exclude each other", help="use one of the two")
    run_dir = find_run(request.runs_dir, request.name)
    backend.start(request.device, request.verbose)
    from nntrain.evaluation import evaluate
    from nntrain.evaluation.saved_run import SavedRun

    wanted = request.baselines, request.importance
    if request.data is None:
        found = evaluate.evaluate(run_dir, request.split, *wanted)
        plots = _plots(SavedRun(read(run_dir), request.split), found) if request.plot else {}
    else:
        with file_or_stdin(request.data) as file:
            found = replace(evaluate.evaluate_file(run_dir, file, *wanted), split=str(request.data))
            shown = SavedRun.of_file(read(run_dir), file, str(request.data)) if request.plot else None
            plots = _plots(shown, found) if shown else {}
    files = list(_written(run_dir, plots, request.data))
    terminal.event("eval", {"run": str(run_dir), **found.as_json(), **({"plots": files} if request.plot else {})})
    _print(found, run_dir, terminal)
    for file in files:
        terminal.line(f"plot in {file}")


def _print(found: "Evaluation", run_dir: RunDir, terminal: Terminal) -> None:
    from nntrain.evaluation.evaluate import in_words

    names = titled(list(found.metrics), found.metric_classes)
    around = [
        in_words(found.metric_intervals[name]) if name in found.metric_intervals else "" for name in found.metrics
    ]
    rows: list[list[Any]] = [[found.split, found.rows, *found.metrics.values()], ["95 %", "", *around]]
    terminal.table("", ("split", "rows", *names), rows)
    low, high = found.interval
    interval = f"95 % interval {low:.4f} to {high:.4f} (bootstrap over the rows)"
    terminal.line(f"{found.score} {found.value:.4f}, {interval}")
    for title, columns, content in found.tables(run_dir.path.name):
        terminal.line("")
        terminal.table(title, columns, content)


def _plots(run: "ScoredRun", found: "Evaluation") -> dict[str, bytes]:
    """Return the plots of the rows that were scored, by their names; what these rows do not allow is left out."""
    from nntrain.evaluation.column_importance import in_words_of_score
    from nntrain.plots import column_importance

    drawn = {}
    known = plotting.kinds(run.subject)
    for name in (name for name in _PLOTS if not known[name].lacks(run.subject)):
        if name == "confused_pairs" and "confusion_matrix" in drawn:
            continue  # which shows all pairs
        try:
            drawn[name] = plotting.draw(run, known[name])
        except NothingToDraw:
            continue
    if found.importance:
        options = column_importance.Options(found.importance, in_words_of_score(bool(run.classes)), run.title)
        drawn["column_importance"] = column_importance.draw(options)
    return drawn


def _written(run_dir: RunDir, plots: dict[str, bytes], data: Path | None) -> Iterator[Path]:
    """Write the plots, and yield their paths; those of other rows have the name of their file behind them."""
    of = "" if data is None else "-" + re.sub(r"[^\w.-]", "_", "stdin" if str(data) == "-" else data.stem)
    for name, content in plots.items():
        path = f"{run_files.PLOTS}/{name}{of}.png"
        run_dir.write(path, content)
        yield run_dir.path / path
