"""`nntrain report`: a page about runs, groups and searches."""

from pathlib import Path

from nntrain.cli import output_file
from nntrain.cli.requests import Report
from nntrain.errors import ConfigError
from nntrain.report.page import page
from nntrain.storage import run_files
from nntrain.storage.atomic import write_file
from nntrain.storage.find_runs import find
from nntrain.storage.run_dir import RunDir
from nntrain.subject import read
from nntrain.terminal import Terminal

_MOST = 100
_FILE = run_files.REPORT


def run(request: Report, terminal: Terminal) -> None:
    """Write the page, into the directory of a single run unless a file is given, and print its path."""
    if len(request.names) > _MOST:
        raise ConfigError(f"`report` takes up to {_MOST} runs, got {len(request.names)}", help="name fewer")
    if request.output is not None:
        output_file.refuse(request.output, example=_FILE)
    places = list({place.path.resolve(): place for place in _found(request)}.values())
    if request.output is None and len(places) > 1:
        help = f"write `nntrain report {' '.join(request.names)} -o {_FILE}`"
        raise ConfigError("a page about several runs needs a file", help=help)
    html = page([read(place) for place in places])
    file = _write(request.output, places[0], html)
    terminal.event("report", {"file": str(file), "runs": [str(place) for place in places], "bytes": len(html.encode())})
    terminal.line(f"report in {file}")


def _found(request: Report) -> list[RunDir]:
    return [find(request.runs_dir, name) for name in request.names]


def _write(output: Path | None, place: RunDir, html: str) -> Path:
    if output is not None:
        write_file(output, html.encode())
        return output
    place.write(run_files.REPORT, html)
    return place.path / run_files.REPORT
