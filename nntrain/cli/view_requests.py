"""The requests of the commands that show what is in run directories."""

from pathlib import Path
from typing import Annotated

import typer

from nntrain.cli.options import (
    RUNS_DIR,
    Device,
    Json,
    Kinds,
    Plugins,
    Request,
    RunName,
    RunNames,
    RunsDir,
    SplitName,
    Verbose,
)


class Runs(Request):
    """List the runs, groups and searches, newest first."""

    sort: Annotated[str | None, typer.Option(metavar="METRIC", help="Sort by a metric, such as val_loss.")] = None
    where: Annotated[
        str | None, typer.Option(metavar="CONDITIONS", help="List some: 'data=iris and val_accuracy>0.9'.")
    ] = None
    all: Annotated[bool, typer.Option("--all", help="Also list the runs of groups and searches.")] = False
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, with every metric.")] = False
    runs_dir: RunsDir = RUNS_DIR
    json: Json = False


class Compare(Request):
    """Compare the configs and scores of runs, groups or searches."""

    names: RunNames
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw their learning curves to a PNG file.")] = None
    plugin: Plugins = None
    runs_dir: RunsDir = RUNS_DIR
    device: Device = "auto"
    verbose: Verbose = False
    json: Json = False


class Plot(Request):
    """Draw plots of a run, a group or a search. Without names, draw all that it allows."""

    name: RunName
    kinds: Kinds = None
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE|FOLDER", help="Where to.")] = None
    svg: Annotated[bool, typer.Option("--svg", help="Write SVG instead of PNG.")] = False
    animate: Annotated[bool, typer.Option("--animate", help="A GIF over the epochs; trains again.")] = False
    split: SplitName = None
    beside: Annotated[list[str] | None, typer.Option("--with", metavar="RUN", help="Compare with it; repeatable.")] = (
        None
    )
    plugin: Plugins = None
    runs_dir: RunsDir = RUNS_DIR
    device: Device = "auto"
    verbose: Verbose = False
    json: Json = False


class Watch(Request):
    """Follow a training or a search in the terminal or on a page. It goes on when you stop watching."""

    name: RunName
    html: Annotated[bool, typer.Option("--html", help="Show it on a page in the browser, until Ctrl-C.")] = False
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="Of the page; any free one where 8766 is taken.")
    ] = None
    runs_dir: RunsDir = RUNS_DIR
    json: Json = False


class Report(Request):
    """Write a page about runs, groups or searches. It is one HTML file, which needs no server."""

    names: RunNames
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="The HTML file.")] = None
    runs_dir: RunsDir = RUNS_DIR
    json: Json = False
