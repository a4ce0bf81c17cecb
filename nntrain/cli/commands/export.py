"""`nntrain export`: a trained run in another format, compared with what it predicts."""

from nntrain import backend
from nntrain.cli.requests import Export
from nntrain.exports.formats import format_of
from nntrain.storage import new_folder
from nntrain.storage.find_runs import find_run
from nntrain.terminal import Terminal


def run(request: Export, terminal: Terminal) -> None:
    """Write the export, and print its files and how its predictions agree."""
    run_dir = find_run(request.runs_dir, request.name)
    options = format_of(request.to, request.precision)
    output = request.output or options.folder(run_dir.path.absolute().name)
    options.refuse_file(output)
    new_folder.refuse(output)
    run_dir.refuse_unended()
    options.refuse_missing()
    backend.start(request.device, request.verbose)
    request.heavy().run(request, run_dir, options, output, terminal)
