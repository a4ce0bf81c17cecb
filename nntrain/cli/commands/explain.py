"""`nntrain explain`: the numbers behind a step of training."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from nntrain import backend
from nntrain.cli import output_file
from nntrain.cli.commands.check import checked
from nntrain.cli.requests import Explain
from nntrain.cli.standard_input import DASH
from nntrain.config.search.load import load_whole
from nntrain.errors import ConfigError
from nntrain.explain.explanation import Explanation
from nntrain.storage import inside
from nntrain.storage.atomic import write_text, writing
from nntrain.storage.find_runs import find_run
from nntrain.storage.run_files import RESOLVED
from nntrain.terminal import VERSION, Terminal, json_ready

if TYPE_CHECKING:
    from nntrain.explain.subject import Subject

FORMATS = ("png", "svg")


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
            inside.write(request.plot.parent, request.plot.name, found.draw(_format(request.plot)))
        terminal.note(f"the plot is in {request.plot}")


def _explanation(request: Explain, terminal: Terminal) -> Explanation:
    if request.expressions:
        return _of_expressions(request)
    if request.config is None:
        help = "write `nntrain explain configs/iris.yaml`, or `nntrain explain --expr 'x**2' --at x=1`"
        raise ConfigError("there is nothing to explain", help=help)
    if request.at:
        raise ConfigError("`--at` is for `--expr`, which is not given", help="leave `--at` out, or add `--expr`")
    subject = _subject(request, terminal)
    from nntrain.explain import example

    rows = {"first": request.example, "rows": request.batch}
    wish = example.Wish(**rows, check=request.check, forward=request.mode == "forward", compare=request.compare)
    return example.explain(subject, wish)


def _of_expressions(request: Explain) -> Explanation:
    from nntrain.explain.expression.explain import explain

    if request.config is not None or request.assignments:
        given = "CONFIG" if request.config else "--set"
        raise ConfigError(f"`--expr` and `{given}` exclude each other", help="use one of the two")
    return explain(request.expressions or (), request.at or ())


def _subject(request: Explain, terminal: Terminal) -> "Subject":
    """Return the model of the config or the run; a name that ends as a config does is one."""
    name = str(request.config)
    if name.endswith((".yaml", ".yml")):
        config = checked(load_whole(name, request.assignments or ()), terminal, request.runs_dir)
        backend.start(request.device, request.verbose)
        from nntrain.explain import subject

        return subject.of_config(config)
    run_dir = find_run(request.runs_dir, name)
    if request.assignments:
        raise ConfigError("`--set` is for a config, not for a run", help=f"explain `{run_dir}/{RESOLVED}` with it")
    backend.start(request.device, request.verbose)
    from nntrain.explain import subject

    return subject.of_run(run_dir)


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
        _format(request.plot)
        output_file.refuse(request.plot, option="--plot", example="plot.png")


def _format(plot: Path) -> str:
    """Return the format that the name of a plot asks for; raises ConfigError for another one."""
    format = plot.suffix.lower().removeprefix(".")
    if format not in FORMATS:
        raise ConfigError(
            f"`{plot}` is neither a PNG nor an SVG file", help=f"write `--plot {plot.stem or 'plot'}.png`"
        )
    return format
