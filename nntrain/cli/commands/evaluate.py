"""`nntrain eval`: the metrics of a trained run on one of its splits, or on other rows."""

from nntrain import backend
from nntrain.cli.requests import Evaluate
from nntrain.errors import ConfigError
from nntrain.storage import run_files
from nntrain.storage.find_runs import find_group, find_run, first_member
from nntrain.storage.run_dir import RunDir, not_ended
from nntrain.terminal import Terminal


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
    request.heavy().of_run(request, run_dir, terminal)


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
    request.heavy().of_group(request, directory, runs, terminal)
