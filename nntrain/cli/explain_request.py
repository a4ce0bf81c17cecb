"""The request of `nntrain explain`, which has many options."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from nntrain.cli.options import Assignments, Expressions, MaybeConfigOrRun, Request, RunOptions


class Explain(Request, RunOptions):
    """Show the numbers behind a step of training. Explains an example, an expression, the gradients or an optimizer."""

    config: MaybeConfigOrRun = None
    assignments: Assignments = None
    expressions: Expressions = None
    at: Annotated[
        list[str] | None, typer.Option("--at", metavar="NAME=NUMBER,...", help="The values of its names.")
    ] = None
    rate: Annotated[
        float | None, typer.Option(metavar="NUMBER", help="Descend the gradient of `--expr`, N `--steps`.")
    ] = None
    example: Annotated[
        str | None, typer.Option(metavar="ROW", help="A row: its number from 1, its identifier, or an image's file.")
    ] = None
    batch: Annotated[int | None, typer.Option(metavar="N", min=1, help="N rows, from that one.")] = None
    check: Annotated[bool, typer.Option("--check", help="Compare gradients with central differences.")] = False
    mode: Annotated[
        Literal["reverse", "forward"], typer.Option(help="Also differentiate in forward mode, and compare.")
    ] = "reverse"
    compare: Annotated[Path | None, typer.Option(metavar="FILE", help="Compare with the gradients in a file.")] = None
    gradients: Annotated[bool, typer.Option("--gradients", help="Measure gradients and activations by layer.")] = False
    steps: Annotated[int, typer.Option(metavar="N", min=0, help="With `--gradients`: measure again after N steps.")] = 0
    optimizer: Annotated[bool, typer.Option("--optimizer", help="Move one weight with the optimizer.")] = False
    start: Annotated[float, typer.Option(metavar="NUMBER", help="Where the weight begins.")] = 1.0
    given: Annotated[str | None, typer.Option(metavar="NUMBERS", help="Its gradients: 1,0.5,-0.2.")] = None
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw a plot: a PNG or SVG file.")] = None
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file, not to stdout; as JSON if it ends so.")
    ] = None
