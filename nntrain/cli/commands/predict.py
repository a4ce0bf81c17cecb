"""`nntrain predict`: the predictions of a trained run for the rows of a file."""

import sys
from pathlib import Path

from nntrain import backend
from nntrain.cli.requests import Predict
from nntrain.cli.standard_input import DASH, file_or_stdin
from nntrain.config.messages import counted
from nntrain.errors import ConfigError, printable
from nntrain.storage.atomic import write_text
from nntrain.storage.find_runs import find_run
from nntrain.terminal import Terminal


def run(request: Predict, terminal: Terminal) -> None:
    """Write the predictions as CSV to stdout, or to a file; with `--json` an event for each row."""
    run_dir, output = find_run(request.runs_dir, request.name), request.output
    if output is not None and output != DASH:
        _refuse_output(output, request.file)
    backend.start(request.device, request.verbose)
    from nntrain.evaluation.predict import predict

    with file_or_stdin(request.file) as file:
        found = predict(run_dir, file, request.with_input).renamed(str(file), str(request.file))
    if output is not None and output != DASH:
        write_text(output, str(found))
        terminal.event("predict", {"run": str(run_dir), "file": str(output), "rows": len(found)})
        terminal.note(f"the predictions of {counted(len(found), 'row')} are in {output}")
    elif request.json:
        for row in found.rows():
            terminal.event("prediction", {"run": str(run_dir), "row": dict(zip(found.names, row, strict=True))})
    else:
        text = str(found)
        sys.stdout.write(printable(text, keep="\n\t") if sys.stdout.isatty() else text)


def _refuse_output(output: Path, file: Path) -> None:
    """Raise ConfigError for a path to which no file can be written, and for that of the input."""
    if output.is_dir():
        help = f"give the path of a file, such as `-o {output / 'predictions.csv'}`"
        raise ConfigError(f"`{output}` is a folder", help=help)
    if not output.parent.is_dir():
        raise ConfigError(f"there is no folder `{output.parent}`", help="make it, or give another path with `-o`")
    if output.exists() and file.exists() and output.samefile(file):
        raise ConfigError(f"`{output}` is the file to predict", help="give another path with `-o`")
