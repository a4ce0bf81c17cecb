"""`nntrain compare`, from the directories to the tables."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nntrain.cli import output_file
from nntrain.cli.requests import Compare
from nntrain.errors import ConfigError
from nntrain.plots import compared_curves
from nntrain.runs.compare import Comparison, Contender, compare
from nntrain.storage.atomic import write_file
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal


def run(request: Compare, places: Sequence[RunDir], terminal: Terminal) -> None:
    """Print where the configs differ, then metrics, intervals and tests; draw the curves."""
    found = compare(places)
    terminal.event("compare", _as_json(found))
    for note in found.notes:
        terminal.note(f"note: {note}")
    if found.paths:
        names = [one.name for one in found.contenders]
        rows = [[path, *(_value(one.settings.get(path, "-")) for one in found.contenders)] for path in found.paths]
        terminal.table("the configs differ in", ("path", *names), rows)
    else:
        terminal.line("the configs are equal")
    terminal.line("")
    split = " and ".join(sorted({one.split for one in found.contenders if one.split}))
    terminal.table(
        f"on the {split} split" if split else "", _columns(found), [_row(found, one) for one in found.contenders]
    )
    terminal.line(_explanation(found))
    if request.plot is not None:
        _plot(request.plot, found, terminal)


def _columns(found: Comparison) -> list[str]:
    kind = "accuracy" if found.is_accuracy else "error"
    return ["run", *found.metrics, f"{kind} 95 % from", "to", "p against the best", "parameters", "epochs", "seconds"]


def _row(found: Comparison, one: Contender) -> list[Any]:
    numbers = [*one.interval, found.p_value(one)]
    cells = ["" if math.isnan(number) else number for number in numbers]
    values = [one.metrics.get(name, "") for name in found.metrics]
    seconds = f"{one.seconds:.1f}" if one.seconds else ""  # of a run that has not ended none is known
    return [one.name, *values, *cells, one.parameters or "", one.epochs, seconds]


def _explanation(found: Comparison) -> str:
    best = found.contenders[0]
    scored = sum(not math.isnan(one.score) for one in found.contenders)
    if found.has_other_data or scored < 2:
        reason = "the data differ" if found.has_other_data else "only one has a score" if scored else "none has a score"
        return f"none is called the best, as {reason}"
    if all(math.isnan(found.p_value(one)) for one in found.contenders):
        return f"{best.name} is the best; no test compares them"
    test = "Student's paired test over the runs" if best.members else ""
    test = test or ("McNemar's exact test" if found.is_accuracy else "a paired permutation test")
    return f"p: the chance of such a difference from {best.name} if both were equally good ({test})"


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _as_json(found: Comparison) -> dict[str, Any]:
    contenders = [
        {
            "run": str(one.place),
            "name": one.name,
            "split": one.split,
            "metrics": dict(one.metrics),
            "score": one.score,
            "interval": list(one.interval),
            "p_value": found.p_value(one),
            "settings": {path: one.settings[path] for path in found.paths if path in one.settings},
            "parameters": one.parameters,
            "epochs": one.epochs,
            "seconds": one.seconds,
        }
        for one in found.contenders
    ]
    score = "accuracy" if found.is_accuracy else "mean_absolute_error"
    return {"score": score, "notes": list(found.notes), "runs": contenders}


def _plot(file: Path, found: Comparison, terminal: Terminal) -> None:
    curves = [(one.name, one.curves) for one in found.contenders]
    options = compared_curves.Options(curves, found.metrics or ["loss"])
    try:
        content = compared_curves.draw(options, output_file.plot_format(file))
    except ValueError as error:
        raise ConfigError(f"nothing to draw: {error}", help="compare runs that have finished an epoch") from None
    write_file(file, content)
    terminal.line(f"curves in {file}")
