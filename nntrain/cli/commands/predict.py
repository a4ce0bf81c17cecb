"""`nntrain predict`: the predictions of a trained run for the rows of a file."""

import sys

from nntrain import backend
from nntrain.cli import output_file
from nntrain.cli.requests import Predict
from nntrain.cli.standard_input import DASH, file_or_stdin
from nntrain.config.messages import counted
from nntrain.errors import printable
from nntrain.storage.atomic import write_text
from nntrain.storage.find_runs import find_run
from nntrain.terminal import Terminal


def run(request: Predict, terminal: Terminal) -> None:
    """Write the predictions as CSV to stdout, or to a file; with `--json` an event for each row."""
    run_dir, output = find_run(request.runs_dir, request.name), request.output
    if output is not None and output != DASH:
        output_file.refuse(output, request.file)
    backend.start(request.device, request.verbose)
    from nntrain.evaluation.predict import predict

    with file_or_stdin(request.file) as file:
        found = predict(run_dir, file, request.with_input).renamed(str(file), str(request.file))
    for note in found.notes:
        terminal.note(f"note: {note}")
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
