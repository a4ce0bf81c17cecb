"""`nntrain doctor`: what a training suffers from, and the lines that cure it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nntrain import backend
from nntrain.cli.requests import Doctor
from nntrain.config.load import Config, read
from nntrain.doctor import visit
from nntrain.doctor.finding import Finding
from nntrain.errors import ConfigError
from nntrain.nearest import exists
from nntrain.runs.checked import checked
from nntrain.storage.find_runs import find_run, is_run
from nntrain.terminal import Terminal

if TYPE_CHECKING:
    from nntrain.doctor.checkup import Diagnosis


def run(request: Doctor, terminal: Terminal) -> None:
    """Print the findings, worst first; those of a config that `check` refuses are its errors."""
    if _is_run(request):
        _refuse_assignments(request)
        run_dir = find_run(request.runs_dir, request.name)
        backend.start(request.device, request.verbose)
        known = request.heavy().of_run(run_dir, terminal)
        _print(known.findings, known.compared(), terminal)
        return
    document = read(request.name, request.assignments or ())
    findings, found = visit.of_document(document, lambda config: _examined(config, request, terminal, request.static))
    together = visit.together(document, findings, lambda config: _examined(config, request, terminal, static=True))
    _print(findings, () if found is None else found.compared(), terminal, together)


def _examined(config: Config, request: Doctor, terminal: Terminal, static: bool) -> "Diagnosis":
    """Examine a config, unless `static` by a short training too.

    Raises ConfigError and DataError, before TensorFlow is loaded where that is possible.
    """
    valid = checked(config, Terminal(quiet=True), request.runs_dir)
    backend.start(request.device, request.verbose)
    found: Diagnosis = request.heavy().of_config(valid, None if static else request.seconds, terminal)
    return found


def _is_run(request: Doctor) -> bool:
    """Return whether the name is that of a run; a name that is neither file nor run is looked for among the runs."""
    named = [Path(request.name), request.runs_dir / request.name]
    return any(is_run(path) for path in named) or not (exists(named[0]) or request.name.endswith((".yaml", ".yml")))


def _refuse_assignments(request: Doctor) -> None:
    if request.assignments:
        help = f"write `nntrain doctor CONFIG --set {request.assignments[0]}`"
        raise ConfigError("`--set` changes a config, not a run that has ended", help=help)


def _print(
    findings: Sequence[Finding], compared: Sequence[str], terminal: Terminal, together: Sequence[str] = ()
) -> None:
    content = {"findings": [finding.as_json() for finding in findings]}
    terminal.event("doctor", {**content, "together": list(together)} if together else content)
    for line in compared:
        terminal.line(line)
    for finding in findings:
        for line in finding.lines():
            terminal.line(line)
    if together:
        terminal.line("together, in this order, these lines cure all that is seen before training:")
    for assignment in together:
        terminal.line(f"  --set '{assignment}'")
    if not findings:
        terminal.line("nothing found")
