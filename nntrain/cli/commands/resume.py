"""`nntrain resume`: train the rest of a run, a group or a search that was stopped or killed."""

from functools import partial

from nntrain.api.resuming import ResumeRequest
from nntrain.cli import summary
from nntrain.cli.requests import Resume
from nntrain.storage.find_runs import find
from nntrain.terminal import Terminal


def run(request: Resume, terminal: Terminal) -> None:
    """Resume what the name is, and print the metrics."""
    found = find(request.runs_dir, request.name)
    asked = ResumeRequest(
        assignments=tuple(request.assignments or ()),
        allow_changed=request.allow_changed,
        extend=request.extend,
        refit=request.refit,
        devices=request.devices,
        workers=request.workers,
        worker=request.worker,
        executor=request.executor,
        address=request.address,
        show=partial(summary.show, terminal=terminal),
        doctor=not request.no_doctor,
        plots=not request.no_plots,
        report=not request.no_report,
        device=request.device,
        verbose=request.verbose,
    )
    if finished := asked.run(found, terminal):
        terminal.line(finished)
        terminal.event("finished", {"run": str(found)})
