"""`nntrain eval`: the metrics of a trained run on one of its splits, or on other rows."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nntrain import backend
from nntrain.cli.requests import Evaluate
from nntrain.cli.standard_input import file_or_stdin
from nntrain.errors import ConfigError
from nntrain.storage import run_files
from nntrain.storage.find_runs import find_group, find_run, first_member
from nntrain.storage.run_dir import RunDir, not_ended
from nntrain.terminal import Terminal, shown_number, titled

if TYPE_CHECKING:
    from nntrain.evaluation.evaluate import Evaluation


def run(request: Evaluate, terminal: Terminal) -> None:
    """Print metrics, intervals, classes, confusion matrix, importance and baselines, and draw plots."""
    if request.data is not None and request.split is not None:
        raise ConfigError("`--data` and `--split` exclude each other", help="use one of the two")
    group = find_group(request.runs_dir, request.name)
    if group is not None:
        _evaluate_group(request, group, terminal)
        return
    run_dir = find_run(request.runs_dir, request.name)
    backend.start(request.device, request.verbose)
    from nntrain.evaluation import evaluate
    from nntrain.runs import evaluation_plots

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


def _evaluate_group(request: Evaluate, directory: RunDir, terminal: Terminal) -> None:
    """Print the mean of each metric over the runs of a group, and of simple models fitted to the same rows."""
    if option := next((name for name in ("data", "importance", "plot") if getattr(request, name)), ""):
        help = f"give one of its runs, such as `{directory}/{first_member(directory.path)}`"
        raise ConfigError(f"`--{option}` is for one run, and `{directory}` is a group", help=help)
    if not (directory.path / run_files.SUMMARY).is_file():
        raise not_ended(directory.path)
    names = directory.read_json(run_files.SUMMARY, "runs")["runs"]  # without those that failed
    runs = [find_run(directory.path, name) for name in names]
    backend.start(request.device, request.verbose)
    from nntrain.evaluation import evaluate, group

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


def _print(found: "Evaluation", run_dir: RunDir, terminal: Terminal) -> None:
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
