"""`nntrain repro`: train a run again and compare the two."""

from nntrain.cli.requests import Repro
from nntrain.config.load import load_run
from nntrain.errors import ConfigError
from nntrain.storage import run_files
from nntrain.storage.find_runs import find_run
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.placement import Placement


def run(request: Repro, terminal: Terminal) -> None:
    """Print `identical` or the first difference; raises NNTrainError where the two differ."""
    run_dir = find_run(request.runs_dir, request.name)
    context = _placement(request, run_dir).start(load_run(run_dir), request.verbose, terminal)
    request.heavy().run(run_dir, context, terminal)


def _placement(request: Repro, run_dir: RunDir) -> Placement:
    """Return the number of devices that the run was trained on; raises ConfigError for several workers."""
    environment = run_dir.read_json(run_files.ENVIRONMENT)
    if (workers := environment.get("workers", 1)) > 1:
        help = "train it again with `nntrain launch`, and compare the two metrics.csv"
        raise ConfigError(f"`{run_dir}` was trained by {workers} workers, and `repro` is one", help=help)
    return Placement(request.device, environment.get("devices", 1))
