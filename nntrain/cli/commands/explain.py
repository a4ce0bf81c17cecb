"""`nntrain explain`: the numbers behind a step of training."""

import json
import math

from nntrain import backend
from nntrain.cli import explain_forms, output_file
from nntrain.cli.requests import Explain
from nntrain.cli.standard_input import DASH
from nntrain.config.load import Config, load_run
from nntrain.config.search.load import load_whole
from nntrain.errors import ConfigError
from nntrain.explain.explanation import Explanation
from nntrain.explain.expression import descent, explain
from nntrain.explain.expression.point import numbers
from nntrain.runs.checked import checked
from nntrain.storage import inside
from nntrain.storage.atomic import write_text, writing
from nntrain.storage.find_runs import find_run
from nntrain.storage.run_dir import RunDir
from nntrain.storage.run_files import RESOLVED
from nntrain.terminal import VERSION, Terminal, json_ready


def run(request: Explain, terminal: Terminal) -> None:
    """Print the tables of an explanation, or write them to a file; draw its plot."""
    _refuse_files(request)
    found = _explanation(request, terminal)
    if request.output is None or request.output == DASH:
        _show(found, terminal)
    else:
        write_text(request.output, _as_text(found, request))
        terminal.note(f"the numbers are in {request.output}")
    if request.plot is not None:
        with writing(request.plot.parent, existed=False):
            inside.write(request.plot.parent, request.plot.name, found.draw(output_file.plot_format(request.plot)))
        terminal.note(f"the plot is in {request.plot}")


def _explanation(request: Explain, terminal: Terminal) -> Explanation:
    explain_forms.refuse_mixed(request)
    if request.expressions:
        return _of_expressions(request.expressions, request)
    if request.optimizer:
        return _of_optimizer(request, terminal)
    subject = _config(request, terminal) if _is_config(request) else _run_of(request)
    backend.start(request.device, request.verbose)
    found: Explanation = request.heavy().of_model(request, subject)
    return found


def _of_expressions(texts: list[str], request: Explain) -> Explanation:
    if request.rate is not None:
        return descent.explain(texts, request.at or (), request.rate, request.steps)
    return explain.explain(texts, request.at or ())


def _of_optimizer(request: Explain, terminal: Terminal) -> Explanation:
    given = numbers(str(request.given), "--given")
    if not math.isfinite(request.start):
        raise ConfigError(f"`--start {request.start}` is not a finite number", help="write `--start 1`")
    config = _config(request, terminal)
    backend.start("cpu", request.verbose)
    found: Explanation = request.heavy().of_optimizer(request, config, given)
    return found


def _config(request: Explain, terminal: Terminal) -> Config:
    """Return the config, or that of the run."""
    if _is_config(request):
        return checked(load_whole(str(request.config), request.assignments or ()), terminal, request.runs_dir)
    return load_run(_run_of(request))


def _is_config(request: Explain) -> bool:
    return str(request.config).endswith((".yaml", ".yml"))


def _run_of(request: Explain) -> RunDir:
    run_dir = find_run(request.runs_dir, str(request.config))
    if request.assignments:
        raise ConfigError("`--set` is for a config, not for a run", help=f"explain `{run_dir}/{RESOLVED}` with it")
    return run_dir


def _show(found: Explanation, terminal: Terminal) -> None:
    terminal.event("explain", found.content)
    for table in found.tables:
        terminal.table(*table)
    for note in found.notes:
        terminal.line(note)


def _as_text(found: Explanation, request: Explain) -> str:
    if request.json or (request.output is not None and request.output.suffix == ".json"):
        content = json_ready({"version": VERSION, "event": "explain", **found.content})
        return json.dumps(content, allow_nan=False, default=str, indent=1) + "\n"
    kept = Terminal(as_json=True)  # prints nothing, and keeps what it would print
    for table in found.tables:
        kept.table(*table)
    return "\n".join([*kept.log, *found.notes]) + "\n"


def _refuse_files(request: Explain) -> None:
    """Raise ConfigError for files that cannot be written, before anything is computed."""
    if request.output is not None and request.output != DASH:
        output_file.refuse(request.output, example="explained.json")
    if request.plot is not None:
        output_file.plot_format(request.plot)
