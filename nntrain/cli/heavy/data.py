"""`nntrain data`, from a file or a config to its tables."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from nntrain.cli import output_file
from nntrain.cli.requests import Data
from nntrain.config.load import Config
from nntrain.config.messages import counted, listed
from nntrain.data.profile.choose import profile_config, profile_path
from nntrain.data.profile.profile import ColumnProfile, Profile
from nntrain.errors import DataError, Problem, printable
from nntrain.plots import columns
from nntrain.storage.atomic import write_file
from nntrain.terminal import Terminal, shown_number

_CATEGORIES = 4  # of a column that are printed
_CLASSES = 30
_LONGEST = 24  # characters of a value


def run(request: Data, file: Path, config: Config | None, terminal: Terminal) -> None:
    """Print what is in the file, or in the data of the config; draw its plot."""
    try:
        found = profile_path(file, tuple(request.target or ())) if config is None else profile_config(config)
    except DataError as error:
        if config is not None:
            raise
        raise DataError(problems=[_of_command(problem) for problem in error.problems]) from None
    terminal.event("data", {"file": request.name, **found.as_json()})
    for line in _messages(found):
        terminal.note(line)
    _print(found, terminal)
    if request.plot is not None:
        write_file(request.plot, columns.draw(columns.Options(found), output_file.plot_format(request.plot)))
        terminal.line(f"plot in {request.plot}")


def _of_command(problem: Problem) -> Problem:
    """Return a problem of a source of a config as one of the command line."""
    is_target = problem.path[-1:] == ("target",)
    help = problem.help
    if is_target and (found := re.fullmatch("write `(.*)`", help, re.DOTALL)):
        help = f"write `--target {shlex.quote(found[1])}`"
    return replace(problem, path=(), help=help)


def _messages(found: Profile) -> Iterator[str]:
    for problem in found.problems:
        yield str(replace(problem if problem.path[:1] == ("data",) else _of_command(problem), severity="warning"))
    yield from (f"warning: {each}" for each in found.warnings)
    yield from (f"note: {each}" for each in found.notes)
    if away := [column.name for column in found.columns if column.gives_target_away]:
        each = listed(away) if len(away) == 1 else f"each of {listed(away)}"
        yield f"warning: {each} alone determines the target: is it known when you predict?"


def _print(found: Profile, terminal: Terminal) -> None:
    duplicates = f", {found.duplicates:,} of them equal to one before" if found.duplicates else ", all different"
    terminal.line(f"{found.name}: {found.what}, {counted(found.rows, 'row')}{duplicates}")
    if found.columns:
        terminal.line("")
        names = ("column", "kind", "because", "missing", "different", "values", "far out", "examples")
        rows = [_row(column, found) for column in found.columns]
        kept = [index for index in range(len(names)) if any(row[index] != "" for row in rows)]
        terminal.table("", [names[index] for index in kept], [[row[index] for index in kept] for row in rows])
    if found.classes:
        terminal.line("")
        _print_classes(found, terminal)
    elif found.splits:
        terminal.line("")
        terminal.table("splits", ("split", "rows"), [[part.name, part.rows] for part in found.splits])


def _row(column: ColumnProfile, found: Profile) -> list[Any]:
    missing = f"{column.missing:,} ({column.missing / found.rows:.1%})" if column.missing else ""
    examples = ", ".join(_short(row.get(column.name, "") or "-") for row in found.examples)
    mark = " (gives the target away)" if column.gives_target_away else ""
    outliers = column.outliers or ""
    return [
        column.name,
        column.kind + mark,
        column.reason,
        missing,
        column.distinct,
        _values(column),
        outliers,
        examples,
    ]


def _values(column: ColumnProfile) -> str:
    if column.categories:
        shown = [f"{_short(each.name)} {each.rows:,}" for each in column.categories[:_CATEGORIES]]
        return ", ".join([*shown, "…"] if column.distinct > _CATEGORIES else shown)
    if column.low is None:
        return ""
    if column.low == column.high:
        return str(column.low) if isinstance(column.low, str) else f"{column.low:.6g}"
    if isinstance(column.low, str):
        return f"{column.low} to {column.high}"
    return f"{column.low:.6g} to {column.high:.6g}, median {column.median:.6g}, mean {column.mean:.6g}"


def _print_classes(found: Profile, terminal: Terminal) -> None:
    shown = found.classes[:_CLASSES]
    rows = [
        [
            each.name,
            each.rows,
            f"{each.rows / max(1, found.rows):.1%}",
            *(part.classes[at].rows for part in found.splits),
        ]
        for at, each in enumerate(shown)
    ]
    if found.splits:
        rows.append(["all", found.rows, "", *(part.rows for part in found.splits)])
    splits = [part.name for part in found.splits]
    terminal.table("classes", ("class", "rows", "share", *splits), rows)
    if len(found.classes) > len(shown):
        terminal.line(f"and {len(found.classes) - len(shown)} more classes")
    if found.balance > 1:
        terminal.line(f"the most frequent class has {shown_number(float(found.balance))} times the rows of the rarest")


def _short(text: str) -> str:
    text = printable(text, keep="")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
