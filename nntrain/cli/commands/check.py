"""`nntrain check`: find every error of a config without training."""

from dataclasses import replace
from pathlib import Path

from nntrain import backend
from nntrain.cli.requests import Check
from nntrain.cli.summary import parameters_in_words
from nntrain.config import file_checks
from nntrain.config.load import Config, from_document, in_order
from nntrain.config.messages import counted
from nntrain.config.search.load import load_whole
from nntrain.errors import ConfigError
from nntrain.storage.find_runs import find_weights
from nntrain.terminal import Terminal

_INIT_FROM = ("train", "init_from")


def run(request: Check, terminal: Terminal) -> None:
    """Print that the config is valid; raises ConfigError with all its errors."""
    config = checked(load_whole(request.config, request.assignments or ()), terminal, request.runs_dir)
    size = _build(request, config, terminal) if request.build else ""
    terminal.event("check", {"file": request.config, "errors": 0})
    terminal.line(f"{request.config} is valid{size}")


def checked(config: Config, terminal: Terminal, runs_dir: Path) -> Config:
    """Return the config after its warnings are printed, with `train.init_from` as a path; raises for a missing file.

    Raises ConfigError for initial weights that are not there, and DataError for a file of the data.
    """
    for warning in config.warnings:
        terminal.note(str(warning))
    found = _with_weights(config, runs_dir)
    file_checks.refuse_missing(found)
    return found


def _with_weights(config: Config, runs_dir: Path) -> Config:
    given = config.experiment.train.init_from
    if given is None:
        return config
    name = str(config.document.value(_INIT_FROM))
    try:
        path = str(find_weights(runs_dir, name, Path(given)).absolute())
    except ConfigError as error:
        at_option = [replace(problem, path=_INIT_FROM) for problem in error.problems]
        faults = file_checks.faults(config.experiment.data, config.document)
        raise ConfigError(problems=in_order(config.document, [*at_option, *faults])) from None
    tree = config.document.tree
    put = {**tree, "train": {**tree["train"], "init_from": path}}
    return config if path == given else from_document(replace(config.document, tree=put))


def _build(request: Check, config: Config, terminal: Terminal) -> str:
    backend.start("cpu", request.verbose)
    from nntrain.data import table_overview
    from nntrain.doctor import checkup
    from nntrain.model import size
    from nntrain.runs import experiment

    prepared = experiment.prepare_and_report(config, terminal)
    prepared.rehearse()
    if rows := table_overview.overview(prepared.data):
        terminal.event("columns", {"columns": [dict(zip(table_overview.COLUMNS, row, strict=True)) for row in rows]})
        terminal.table("columns", table_overview.COLUMNS, rows)
    for finding in checkup.before(prepared, reported=True).findings:
        for line in finding.lines():
            terminal.note(line)
    parameters = parameters_in_words(size.count(prepared.model.layers).as_json())
    layers = counted(len(prepared.model.layers), "layer")
    return f", {layers}, {parameters}\nmemory: about {prepared.memory}"
