"""`nntrain predict`: the predictions of a trained run for the rows of a file."""

from nntrain import backend
from nntrain.cli import output_file
from nntrain.cli.requests import Predict
from nntrain.cli.standard_input import DASH
from nntrain.errors import ConfigError
from nntrain.storage.find_runs import find_run
from nntrain.terminal import Terminal


def run(request: Predict, terminal: Terminal) -> None:
    """Write the predictions to stdout, or to a file; with `--json` an event for each row."""
    run_dir = find_run(request.runs_dir, request.name)
    output = None if request.output == DASH else request.output
    if output is not None:
        output_file.refuse(output, request.file)
    elif request.format == "parquet":
        raise ConfigError("Parquet is not written to the standard output", help="add `-o predictions.parquet`")
    backend.start(request.device, request.verbose)
    request.heavy().run(request, run_dir, output, terminal)
