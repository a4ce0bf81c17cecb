"""`nntrain eval`: the metrics of a trained run on one of its splits."""

from dataclasses import replace
from pathlib import Path

from nntrain import backend
from nntrain.cli import output_file
from nntrain.cli.requests import Evaluate
from nntrain.cli.standard_input import file_or_stdin
from nntrain.errors import ConfigError
from nntrain.storage.atomic import write_file
from nntrain.storage.find_runs import find_run
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal, titled


def run(request: Evaluate, terminal: Terminal) -> None:
    """Print metrics, interval, classes, confusion matrix and baselines."""
    if request.data is not None and request.split is not None:
        raise ConfigError("`--data` and `--split` exclude each other", help="use one of the two")
    if request.plot is not None:
        output_file.refuse(request.plot, request.data, option="--plot", example="surface.png")
    run_dir = find_run(request.runs_dir, request.name)
    backend.start(request.device, request.verbose)
    from nntrain.evaluation import evaluate

    if request.data is None:
        _plot(request, run_dir, None, terminal)
        found = evaluate.evaluate(run_dir, request.split, request.baselines)
    else:
        with file_or_stdin(request.data) as file:
            _plot(request, run_dir, file, terminal)
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


def _plot(request: Evaluate, run_dir: RunDir, file: Path | None, terminal: Terminal) -> None:
    """Draw what the model predicts everywhere, with the rows; raises ConfigError for inputs that have no such plot."""
    if request.plot is None:
        return
    from nntrain.evaluation import surface
    from nntrain.plots import predicted_surface

    found = surface.of_run(run_dir, request.split, file)
    write_file(request.plot, predicted_surface.draw(predicted_surface.Options(**vars(found))))
    terminal.note(f"plot in {request.plot}")
