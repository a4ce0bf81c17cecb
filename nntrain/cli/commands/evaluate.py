"""`nntrain eval`: the metrics of a trained run on one of its splits."""

from dataclasses import replace

from nntrain import backend
from nntrain.cli.requests import Evaluate
from nntrain.cli.standard_input import file_or_stdin
from nntrain.errors import ConfigError
from nntrain.storage.find_runs import find_run
from nntrain.terminal import Terminal, titled


def run(request: Evaluate, terminal: Terminal) -> None:
    """Print metrics, interval, classes, confusion matrix and baselines."""
    if request.data is not None and request.split is not None:
        raise ConfigError("`--data` and `--split` exclude each other", help="use one of the two")
    run_dir = find_run(request.runs_dir, request.name)
    backend.start(request.device, request.verbose)
    from nntrain.evaluation import evaluate

    if request.data is None:
        found = evaluate.evaluate(run_dir, request.split, request.baselines)
    else:
        with file_or_stdin(request.data) as file:
            found = replace(evaluate.evaluate_file(run_dir, file, request.baselines), split=str(request.data))
    terminal.event("eval", {"run": str(run_dir), **found.as_json()})
    names = titled(list(found.metrics), found.metric_classes)
    terminal.table("", ("split", "rows", *names), [[found.split, found.rows, *found.metrics.values()]])
    low, high = found.interval
    interval = f"95 % interval {low:.4f} to {high:.4f} (bootstrap over the rows)"
    terminal.line(f"{found.score} {found.value:.4f}, {interval}")
    for title, columns, rows in found.tables(run_dir.path.name):
        terminal.line("")
        terminal.table(title, columns, rows)
