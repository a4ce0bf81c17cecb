"""Arguments and options that several commands share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nntrain import extensions

if TYPE_CHECKING:
    ExecutorName = str
else:
    ExecutorName = Literal[extensions.names("search.executors")]

Config = Annotated[str, typer.Argument(metavar="CONFIG", help="The YAML file.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="The name or the directory of a run.")]
Assignments = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Set a value; repeatable.")]
RunsDir = Annotated[Path, typer.Option(help="The folder of the runs.", envvar="NNTRAIN_RUNS_DIR")]
Device = Annotated[Literal["auto", "cpu", "gpu"], typer.Option(help="The device to compute on.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print no progress and no notes.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print TensorFlow's log, and tracebacks.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Devices = Annotated[int | None, typer.Option(metavar="N", help="Split every batch among N devices.")]
Worker = Annotated[int | None, typer.Option(metavar="I", help="The number of this process in `--workers`, from 0.")]
Executor = Annotated[ExecutorName, typer.Option(help="Run trials in processes here, or on Ray's nodes.")]
Address = Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Ray's cluster; started if not given.")]

RUNS_DIR = Path("runs")
