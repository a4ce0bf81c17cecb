"""`nntrain predict`: the predictions of a trained run for the rows of a file."""

import sys

from nntrain import backend
from nntrain.cli.requests import Predict
from nntrain.errors import printable
from nntrain.storage.atomic import write_text
from nntrain.storage.find_runs import find_run
from nntrain.terminal import Terminal


def run(request: Predict, _: Terminal) -> None:
    """Write the predictions as CSV to stdout, or to a file."""
    run_dir = find_run(request.runs_dir, request.name)
    backend.start(request.device, request.verbose)
    from nntrain.evaluation.predict import predict

    text = predict(run_dir, request.file)
    if request.output is None:
        sys.stdout.write(printable(text, keep="\n\t") if sys.stdout.isatty() else text)
    else:
        write_text(request.output, text)
