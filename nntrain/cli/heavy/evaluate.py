"""`nntrain eval`, from a run or a group to its metrics."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nntrain.cli.requests import Evaluate
from nntrain.cli.standard_input import file_or_stdin
from nntrain.evaluation import evaluate, group
from nntrain.evaluation.evaluate import Evaluation
from nntrain.runs import evaluation_plots
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal, shown_number, titled


def of_run(request: Evaluate, run_dir: RunDir, terminal: Terminal) -> None:
    """Print metrics, intervals, classes, confusion matrix, importance and baselines, and draw plots."""
    more, files = (request.baselines, request.importance), []
    if request.data is None:
        found = evaluate.evaluate(run_dir, request.split, *more)
        if request.plot:
            files = evaluation_plots.of_split(run_dir, found, request.split)
    else:
        with file_or_stdin(request.data) as file:
            found = replace(evaluate.evaluate_file(run_dir, file, *more), split=str(request.data))
            if request.plot:
                files = evaluation_plots.of_file(run_dir, found, file, str(request.data))
    terminal.event("eval", {"run": str(run_dir), **found.as_json(), **({"plots": files} if request.plot else {})})
    _print(found, run_dir, terminal)
    for file in files:
        terminal.line(f"plot in {file}")


def of_group(request: Evaluate, directory: RunDir, runs: Sequence[RunDir], terminal: Terminal) -> None:
    """Print the mean of each metric over the runs of a group, and of simple models fitted to the same rows."""
    each = (evaluate.evaluate(run, request.split, request.baselines) for run in runs)
    found = group.of_group(directory.path.name, runs, each)
    terminal.event("eval", {"run": str(directory), **found.as_json()})
    rows = [
        [found.split, *titled([name], found.metric_classes), one.mean, one.sd, one.low, one.high, one.count]
        for name, one in found.metrics.items()
    ]
    terminal.table("", ("split", "metric", "mean", "sd", "95 % from", "to", "runs"), rows)
    if request.baselines:
        terminal.line("")
        terminal.table(*found.models_table())


def _print(found: Evaluation, run_dir: RunDir, terminal: Terminal) -> None:
    names = titled(list(found.metrics), found.metric_classes)
    around = ["95 %", "", *found.intervals_in_words()]
    rows: list[list[Any]] = [[found.split, found.rows, *found.metrics.values()], around]
    terminal.table("", ("split", "rows", *names), rows)
    low, high = found.interval
    interval = f"95 % interval {shown_number(low)} to {shown_number(high)} (bootstrap over the rows)"
    terminal.line(f"{found.score} {shown_number(found.value)}, {interval}")
    for title, columns, content in found.tables(run_dir.path.name):
        terminal.line("")
        terminal.table(title, columns, content)
