"""What all commands share: the frozen class of a command, and the options of several, as Typer reads them."""

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Literal, dataclass_transform

import typer

from nntrain import extensions
from nntrain.cli import completion
from nntrain.storage.home import expanded
from nntrain.terminal import Terminal

if TYPE_CHECKING:
    ExecutorName = str
else:
    ExecutorName = Literal[extensions.names("search.executors")]


Config = Annotated[str, typer.Argument(metavar="CONFIG", help="The YAML file.", autocompletion=completion.configs)]
RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="The name or the directory of a run.", autocompletion=completion.runs)
]
ConfigOrRun = Annotated[
    str,
    typer.Argument(metavar="CONFIG|RUN", help="The YAML file, or a run.", autocompletion=completion.configs_and_runs),
]
RunNames = Annotated[
    list[str], typer.Argument(metavar="RUN...", help="Names or directories.", autocompletion=completion.runs)
]
MaybeConfigOrRun = Annotated[
    str | None,
    typer.Argument(metavar="CONFIG|RUN", help="A YAML file, or a run.", autocompletion=completion.configs_and_runs),
]
Expressions = Annotated[
    list[str] | None, typer.Option("--expr", metavar="EXPRESSION", help="Differentiate this; repeatable.")
]
InitFrom = Annotated[str | None, typer.Option(metavar="RUN|FILE", help="Start with the weights of a run or a file.")]
Template = Annotated[
    str | None, typer.Option(metavar="NAME", help="mlp, linear, strong, strong-small; of images cnn, cnn-small.")
]
BatchWorkers = Annotated[
    str | None,
    typer.Option(metavar="N|HOST:PORT,...", help="How many runs of a group train at once, or who shares every batch."),
]
FormatName = Annotated[
    str,
    typer.Option(
        "--to", metavar="FORMAT", help=f"{', '.join(extensions.names('exporters'))}.", autocompletion=completion.formats
    ),
]
Word = Annotated[
    str | None,
    typer.Argument(
        metavar="KIND|NAME|PATH", help="layers, Adam, train.batch_size, ...", autocompletion=completion.words
    ),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Set a value; repeatable.", autocompletion=completion.assignments),
]
RunsDir = Annotated[
    Path,
    typer.Option(help="The folder of the runs.", envvar="NNTRAIN_RUNS_DIR", metavar="PATH", parser=expanded),
]
Device = Annotated[Literal["auto", "cpu", "gpu"], typer.Option(help="The device to compute on.")]
Kinds = Annotated[
    list[str] | None,
    typer.Argument(metavar="KIND...", help="learning_curves, confusion_matrix, ...", autocompletion=completion.plots),
]
SplitName = Annotated[Literal["train", "validation", "test"] | None, typer.Option(help="The split to use.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print no progress and no notes.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print TensorFlow's log, and tracebacks.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
DeviceCount = Annotated[int | None, typer.Option(metavar="N", help="Split every batch among N devices.")]
WatchOption = Annotated[bool, typer.Option("--watch", help="Show the curves while it trains, on a terminal.")]
NoDoctor = Annotated[bool, typer.Option("--no-doctor", help="Do not examine what the training suffers from.")]
NoPlots = Annotated[bool, typer.Option("--no-plots", help="Draw no plots.")]
NoReport = Annotated[bool, typer.Option("--no-report", help="Do not write report.html.")]
Worker = Annotated[int | None, typer.Option(metavar="I", help="The number of this process in `--workers`, from 0.")]
Executor = Annotated[ExecutorName, typer.Option(help="Run trials in processes here, or on Ray's nodes.")]
Address = Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Ray's cluster; started if not given.")]

Plugins = Annotated[
    list[str] | None,
    typer.Option("--plugin", metavar="FILE.py", help="Use the classes of your own in this file; repeatable."),
]

RUNS_DIR = Path("runs")


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Request:
    """A command with its options: its own, then those of `RunOptions` if it has them."""

    def __init_subclass__(cls) -> None:
        for base in cls.__mro__[1:]:
            cls.__annotations__ |= vars(base).get("__annotations__", {})
        dataclass(frozen=True, kw_only=True)(cls)

    def run(self, terminal: Terminal) -> None:
        """Run the module of this name in `commands`. It is imported only here, so `nntrain --help` needs none."""
        command = extensions.load("cli.commands", self._name)
        if not (files := getattr(self, "plugin", None)):
            command.run(self, terminal)
            return
        from nntrain.plugins import load

        with load.used(files, getattr(self, "verbose", False)):
            command.run(self, terminal)

    def heavy(self) -> ModuleType:
        """Return the module of this name in `heavy`; before it is imported, what needs no data has been refused."""
        return extensions.load("cli.heavy", self._name)

    @property
    def _name(self) -> str:
        return type(self).__name__.lower()


class RunOptions:
    """The options of a command that computes with runs."""

    plugin: Plugins = None
    runs_dir: RunsDir = RUNS_DIR
    device: Device = "auto"
    quiet: Quiet = False
    verbose: Verbose = False
    json: Json = False
