"""`nntrain eval`: the metrics of a trained run on one of its splits, or on other rows."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nntrain import backend
from nntrain.cli.requests import Evaluate
from nntrain.cli.standard_input import file_or_stdin
from nntrain.errors import ConfigError
from nntrain.runs import evaluation_plots
from nntrain.storage.find_runs import find_run
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal, titled

if TYPE_CHECKING:
    from nntrain.evaluation.evaluate import Evaluation


def run(request: Evaluate, terminal: Terminal) -> None:
    """Print metrics, intervals, classes, confusion matrix, importance and baselines, and draw plots."""
    if request.data is not None and request.split is not None:
        raise ConfigError("`--data` and `--split` exclude each other", help="use one of the two")
    run_dir = find_run(request.runs_dir, request.name)
    backend.start(request.device, request.verbose)
    from nntrain.evaluation import evaluate

    wanted, files = (request.baselines, request.importance), []
    if request.data is None:
        found = evaluate.evaluate(run_dir, request.split, *wanted)
        if request.plot:
            files = evaluation_plots.of_split(run_dir, found, request.split)
    else:
        with file_or_stdin(request.data) as file:
            found = replace(evaluate.evaluate_file(run_dir, file, *wanted), split=str(request.data))
            if request.plot:
                files = evaluation_plots.of_file(run_dir, found, file, str(request.data))
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
