"""`nntrain summary`: the layers of a model, its parameters, what it computes and the memory that it needs."""

from pathlib import Path

from nntrain import backend
from nntrain.cli.requests import Summary
from nntrain.config.load import Config, load, load_run
from nntrain.nearest import exists
from nntrain.runs.checked import checked
from nntrain.storage.find_runs import find_run
from nntrain.terminal import Terminal


def run(request: Summary, terminal: Terminal) -> None:
    """Print a row for each layer, the totals and the memory. Raises as `check --build` does."""
    config = checked(_config(request), terminal, request.runs_dir)
    backend.start("cpu", request.verbose)
    request.heavy().run(request, config, terminal)


def _config(request: Summary) -> Config:
    """Return a config, or that of a run."""
    file, assignments = Path(request.config), request.assignments or ()
    if file.suffix in (".yaml", ".yml") or (exists(file) and not file.is_dir()):
        return load(request.config, assignments)
    return load_run(find_run(request.runs_dir, request.config), assignments)
