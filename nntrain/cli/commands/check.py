"""`nntrain check`: find every error of a config without training."""

from nntrain import backend
from nntrain.cli.requests import Check
from nntrain.cli.summary import parameters_in_words
from nntrain.config import rules_of_thumb
from nntrain.config.load import Config
from nntrain.config.messages import counted
from nntrain.config.resolve import Resolved
from nntrain.config.search.load import load_whole
from nntrain.runs.checked import checked
from nntrain.terminal import Terminal

_MOST_COLUMNS = 100  # rows that describe the columns of a table


def run(request: Check, terminal: Terminal) -> None:
    """Print that the config is valid; raises ConfigError with all its errors."""
    config = checked(load_whole(request.config, request.assignments or ()), terminal, request.runs_dir)
    size, built = _build(request, config, terminal) if request.build else ("", config.known)
    notes = list(rules_of_thumb.notes(built.experiment if built else config.experiment))
    for note in notes:
        terminal.note(f"note: {note}")
    terminal.event("check", {"file": request.config, "errors": 0, "notes": notes})
    terminal.line(f"{request.config} is valid{size}")


def _build(request: Check, config: Config, terminal: Terminal) -> tuple[str, Resolved]:
    """Build the model; return its size in words, and the experiment with nothing left out."""
    backend.start("cpu", request.verbose)
    from nntrain.runs import preview

    shown = preview.Preview.of(config, terminal)
    prepared = shown.prepared
    prepared.rehearse()
    if rows := shown.columns():
        terminal.event("columns", {"columns": [dict(zip(preview.COLUMNS, row, strict=True)) for row in rows]})
        terminal.table("columns", preview.COLUMNS, rows[:_MOST_COLUMNS])
        if len(rows) > _MOST_COLUMNS:
            terminal.line(f"{counted(len(rows) - _MOST_COLUMNS, 'more column')}; `--json` prints all")
    for finding in shown.findings():
        for line in finding.lines():
            terminal.note(line)
    parameters = parameters_in_words(prepared.parameters)
    layers = counted(len(prepared.model.layers), "layer")
    if (several := config.experiment.train.ensemble) is not None:
        parameters += f" in each of {several} members"
    return f", {layers}, {parameters}\nmemory: about {prepared.memory}", prepared.resolved
