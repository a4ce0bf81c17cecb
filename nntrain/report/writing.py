"""report.html in a directory: written at the end of a training, which it never endangers."""

from nntrain.errors import NNTrainError, in_one_line, one_line
from nntrain.report.page import page
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.subject import read
from nntrain.terminal import Terminal


def write(directory: RunDir, terminal: Terminal) -> None:
    """Write the page of a run, a group or a search; not in a part of one. A failure is a warning: the results stand."""
    try:
        if directory.path.is_dir() and not directory.is_member:
            directory.write(run_files.REPORT, page([read(directory)]))
    except Exception as error:  # noqa: BLE001  # the results are written already, and must not be lost
        words = in_one_line(error) if isinstance(error, NNTrainError) else one_line(str(error))
        fault = words or type(error).__name__
        terminal.note(f"warning: cannot write {run_files.REPORT}: {fault}")
