"""The request of `nntrain playground`."""

from pathlib import Path
from typing import Annotated

import typer

from nntrain.cli import completion
from nntrain.cli.options import Assignments, Device, Json, Request, Verbose


class Playground(Request):
    """Watch a small network learn in the browser. It learns points in the plane, a config of two inputs, or a table."""

    file: Annotated[
        str | None,
        typer.Argument(metavar="CONFIG|TABLE", help="A YAML file, or a table.", autocompletion=completion.configs),
    ] = None
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="What to predict of a table; by default the last column.")
    ] = None
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one page that trains by itself, without a server.")
    ] = None
    port: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=65535, help="0 takes any free one; 8765 by default.")
    ] = None
    assignments: Assignments = None
    device: Device = "auto"
    verbose: Verbose = False
    json: Json = False
