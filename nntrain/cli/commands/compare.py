"""`nntrain compare`: runs, groups and searches side by side."""

from nntrain import backend
from nntrain.cli import output_file
from nntrain.cli.requests import Compare
from nntrain.errors import ConfigError
from nntrain.storage.find_runs import find
from nntrain.terminal import Terminal

_MOST = 100


def run(request: Compare, terminal: Terminal) -> None:
    """Print where the configs differ, then metrics, intervals and tests on the validation split."""
    if not 2 <= len(request.names) <= _MOST:
        raise ConfigError(
            f"`compare` takes 2 to {_MOST} runs, got {len(request.names)}", help="write `nntrain compare A B`"
        )
    if request.plot is not None:
        output_file.plot_format(request.plot)
    places = [find(request.runs_dir, name) for name in request.names]
    backend.start(request.device, request.verbose)
    request.heavy().run(request, places, terminal)
