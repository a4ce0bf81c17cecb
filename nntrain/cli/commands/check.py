"""`nntrain check`: find every error of a config without training."""

from nntrain import backend
from nntrain.cli.requests import Check
from nntrain.config import file_checks
from nntrain.config.load import Config
from nntrain.config.messages import counted
from nntrain.config.search.load import load_whole
from nntrain.terminal import Terminal


def run(request: Check, terminal: Terminal) -> None:
    """Print that the config is valid; raises ConfigError with all its errors."""
    config = checked(load_whole(request.config, request.assignments or ()), terminal)
    size = _build(request, config, terminal) if request.build else ""
    terminal.event("check", {"file": request.config, "errors": 0})
    terminal.line(f"{request.config} is valid{size}")


def checked(config: Config, terminal: Terminal) -> Config:
    """Return the config after its warnings are printed; raises DataError for a missing file."""
    for warning in config.warnings:
        terminal.note(str(warning))
    file_checks.refuse_missing(config)
    return config


def _build(request: Check, config: Config, terminal: Terminal) -> str:
    backend.start("cpu", request.verbose)
    from nntrain.runs import experiment, results

    model = experiment.prepare_and_report(config, terminal).model
    parameters = results.count_parameters(model)["total"]
    return f", {counted(len(model.layers), 'layer')}, {counted(parameters, 'parameter')}"
