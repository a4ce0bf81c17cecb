"""The commands as frozen requests: the docstring of a class is the help, and its fields are the options.

Typer calls a class as it calls a function, so each option is written once.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Literal

import typer

from nntrain.cli import options
from nntrain.cli.options import RUNS_DIR
from nntrain.terminal import Terminal


class Request:
    """A command with its options."""

    def run(self, terminal: Terminal) -> None:
        """Run the module of this name in `commands`. It is imported only here, so `nntrain --help` needs none."""
        import_module(f"nntrain.cli.commands.{type(self).__name__.lower()}").run(self, terminal)


@dataclass(frozen=True, kw_only=True)
class Fit(Request):
    """Train a config and write a run directory."""

    config: options.Config
    assignments: options.Assignments = None
    seed: Annotated[int | None, typer.Option(help="The seed, in place of the config's.")] = None
    init_from: Annotated[
        str | None, typer.Option(metavar="RUN|FILE", help="Start with the weights of a run or a file.")
    ] = None
    seeds: Annotated[str | None, typer.Option(metavar="N|LIST", help="Train once for each seed.")] = None
    folds: Annotated[int | None, typer.Option(metavar="K", help="Train once for each of K folds.")] = None
    name: Annotated[str | None, typer.Option(help="The name of the run; the config's by default.")] = None
    runs_dir: options.RunsDir = RUNS_DIR
    device: options.Device = "auto"
    devices: options.Devices = None
    workers: Annotated[
        str | None, typer.Option(metavar="HOST:PORT,...", help="Split every batch among these; the first is the chief.")
    ] = None
    worker: options.Worker = None
    quiet: options.Quiet = False
    verbose: options.Verbose = False
    json: options.Json = False


@dataclass(frozen=True, kw_only=True)
class Resume(Request):
    """Resume a run, a group or a search that was stopped or killed."""

    name: options.RunName
    assignments: options.Assignments = None
    allow_changed: Annotated[
        bool, typer.Option("--allow-changed", help="Resume though data, versions or config have changed.")
    ] = False
    extend: Annotated[bool, typer.Option("--extend", help="Resume a search with another space.")] = False
    refit: Annotated[int | None, typer.Option(metavar="K", min=0, help="As in `tune`.")] = None
    runs_dir: options.RunsDir = RUNS_DIR
    device: options.Device = "auto"
    devices: options.Devices = None
    workers: Annotated[
        str | None, typer.Option(metavar="N|HOST:PORT,...", help="The number of trials at once, or as in `fit`.")
    ] = None
    worker: options.Worker = None
    executor: options.Executor = "processes"
    address: options.Address = None
    quiet: options.Quiet = False
    verbose: options.Verbose = False
    json: options.Json = False


@dataclass(frozen=True, kw_only=True)
class Launch(Request):
    """Start workers on this machine: `launch --local 2 CONFIG`, then options of `fit`; or `resume RUN`."""

    context: typer.Context  # with the words that follow, in `args`
    local: Annotated[int, typer.Option(metavar="N", help="The number of workers on this machine.")]


@dataclass(frozen=True, kw_only=True)
class Tune(Request):
    """Search hyperparameters, as the config's section `tune` describes."""

    config: options.Config
    assignments: options.Assignments = None
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", help="The number of trials at once, one process each.")
    ] = 1
    executor: options.Executor = "processes"
    address: options.Address = None
    refit: Annotated[
        int, typer.Option(metavar="K", min=0, help="Train the best K again and score them on the test split.")
    ] = 0
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what the search would do, and how long it may take.")
    ] = False
    name: Annotated[str | None, typer.Option(help="The name of the search; the config's by default.")] = None
    runs_dir: options.RunsDir = RUNS_DIR
    device: options.Device = "auto"
    quiet: options.Quiet = False
    verbose: options.Verbose = False
    json: options.Json = False


@dataclass(frozen=True, kw_only=True)
class Repro(Request):
    """Reproduce a run: train it again and compare."""

    name: options.RunName
    runs_dir: options.RunsDir = RUNS_DIR
    device: options.Device = "auto"
    quiet: options.Quiet = False
    verbose: options.Verbose = False
    json: options.Json = False


@dataclass(frozen=True, kw_only=True)
class Devices(Request):
    """List the devices to compute on."""

    verbose: options.Verbose = False
    json: options.Json = False


@dataclass(frozen=True, kw_only=True)
class Check(Request):
    """Find every error of a config without training."""

    config: options.Config
    assignments: options.Assignments = None
    build: Annotated[bool, typer.Option("--build", help="Also read the data and build the model.")] = False
    verbose: options.Verbose = False
    json: options.Json = False


@dataclass(frozen=True, kw_only=True)
class Evaluate(Request):
    """Score a trained run."""

    name: options.RunName
    split: Annotated[Literal["train", "validation", "test"] | None, typer.Option(help="The split to score.")] = None
    baselines: Annotated[bool, typer.Option("--baselines", help="Also fit and score simple models.")] = False
    runs_dir: options.RunsDir = RUNS_DIR
    device: options.Device = "auto"
    quiet: options.Quiet = False
    verbose: options.Verbose = False
    json: options.Json = False


@dataclass(frozen=True, kw_only=True)
class Predict(Request):
    """Predict the rows of a file, as CSV."""

    name: options.RunName
    file: Annotated[Path, typer.Argument(help="A CSV or npz file, an image, or a folder of images.")]
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file, not to stdout.")] = None
    runs_dir: options.RunsDir = RUNS_DIR
    device: options.Device = "auto"
    verbose: options.Verbose = False


@dataclass(frozen=True, kw_only=True)
class Runs(Request):
    """List the runs, newest first."""

    sort: Annotated[str | None, typer.Option(metavar="METRIC", help="Sort by a metric, such as test.accuracy.")] = None
    runs_dir: options.RunsDir = RUNS_DIR
    json: options.Json = False


@dataclass(frozen=True, kw_only=True)
class List(Request):
    """List the names that a config may use."""

    kind: Annotated[str | None, typer.Argument(help="What to list: layers, optimizers, data sources, ...")] = None
    json: options.Json = False
