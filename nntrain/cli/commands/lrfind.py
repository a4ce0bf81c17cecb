"""`nntrain lr-find`: a learning rate that fits a config, by the range test."""

from nntrain import backend
from nntrain.cli import output_file
from nntrain.cli.requests import LrFind
from nntrain.config.load import load
from nntrain.errors import ConfigError
from nntrain.runs.checked import checked
from nntrain.terminal import Terminal

_LEAST, _MOST = 30, 10_000  # steps


def run(request: LrFind, terminal: Terminal) -> None:
    """Print the loss at rising rates and the `--set` line of the suggestion; nothing is written but the plot."""
    if not _LEAST <= request.steps <= _MOST:
        help = f"write `--steps {min(max(request.steps, _LEAST), _MOST)}`"
        raise ConfigError(f"`--steps` takes a number from {_LEAST} to {_MOST:,}, got {request.steps}", help=help)
    if request.plot is not None:
        output_file.plot_format(request.plot)
    config = checked(load(request.config, request.assignments or ()), terminal, request.runs_dir)
    backend.start(request.device, request.verbose)
    request.heavy().run(request, config, terminal)
