"""The request of `nntrain serve`."""

from typing import Annotated

import typer

from nntrain.cli.options import Request, RunName, RunOptions


class Serve(Request, RunOptions):
    """Answer HTTP requests with the predictions of a trained run."""

    name: RunName
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Listen here; this machine alone by default.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="0 takes any free one.")] = 8000
    token: Annotated[
        str | None,
        typer.Option(metavar="TEXT", envvar="NNTRAIN_TOKEN", help="Answer only who sends it as `Bearer TEXT`."),
    ] = None
    max_rows: Annotated[int, typer.Option(metavar="N", min=1, max=10**7, help="The most rows of a request.")] = 10_000
    timeout: Annotated[
        float, typer.Option(metavar="S", min=0.1, max=3600, help="The longest time for a request, in seconds.")
    ] = 30.0
    join: Annotated[
        bool, typer.Option("--join", help="Predict waiting requests in one call; the last bits may differ.")
    ] = False
