"""The commands as frozen requests, called by Typer: the docstring of a class is the help, its fields are options."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from nntrain.cli.explain_request import Explain as Explain
from nntrain.cli.options import (
    RUNS_DIR,
    Address,
    Assignments,
    BatchWorkers,
    Config,
    ConfigOrRun,
    Device,
    DeviceCount,
    Executor,
    FormatName,
    InitFrom,
    Json,
    NoDoctor,
    NoPlots,
    NoReport,
    Plugins,
    Request,
    RunName,
    RunNames,
    RunOptions,
    RunsDir,
    SplitName,
    Template,
    Verbose,
    WatchOption,
    Word,
    Worker,
)
from nntrain.cli.playground_request import Playground as Playground
from nntrain.cli.serve_request import Serve as Serve
from nntrain.cli.view_requests import Compare as Compare
from nntrain.cli.view_requests import Plot as Plot
from nntrain.cli.view_requests import Report as Report
from nntrain.cli.view_requests import Runs as Runs
from nntrain.cli.view_requests import Watch as Watch


class Init(Request):
    """Write a first config for a table or a folder of images. nntrain also comes with data of its own."""

    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE|FOLDER", help="A table, a folder of images; iris, mnist, fashion_mnist, toy_2d."),
    ] = None
    target: Annotated[list[str] | None, typer.Option(metavar="COLUMN", help="What to predict; repeatable.")] = None
    task: Annotated[
        Literal["classification", "regression", "counts"] | None,
        typer.Option(help="What the target of a table holds; inferred if left out, except for counts."),
    ] = None
    labels: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A table of the images of a folder, and their classes.")
    ] = None
    template: Template = None
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="CONFIG", help="Write this config.")] = None
    json: Json = False


class Fit(Request, RunOptions):
    """Train a config and write a run directory."""

    config: Config
    assignments: Assignments = None
    seed: Annotated[int | None, typer.Option(help="The seed, in place of the config's.")] = None
    init_from: InitFrom = None
    seeds: Annotated[str | None, typer.Option(metavar="N|LIST", help="Train once for each seed.")] = None
    folds: Annotated[int | None, typer.Option(metavar="K", help="Train once for each of K folds.")] = None
    no_stack: Annotated[bool, typer.Option("--no-stack", help="Train seeds or folds one after another.")] = False
    no_test: Annotated[bool, typer.Option("--no-test", help="Leave the test split for `eval --split test`.")] = False
    name: Annotated[str | None, typer.Option(help="The name of the run; the config's by default.")] = None
    devices: DeviceCount = None
    workers: BatchWorkers = None
    worker: Worker = None
    watch: WatchOption = False
    no_doctor: NoDoctor = False
    no_plots: NoPlots = False
    no_report: NoReport = False


class Resume(Request, RunOptions):
    """Resume a run, a group or a search that was stopped or killed."""

    name: RunName
    assignments: Assignments = None
    allow_changed: Annotated[
        bool, typer.Option("--allow-changed", help="Resume even if data, versions or config changed.")
    ] = False
    extend: Annotated[bool, typer.Option("--extend", help="Resume a search with another space.")] = False
    refit: Annotated[int | None, typer.Option(metavar="K", min=0, help="As in `tune`.")] = None
    devices: DeviceCount = None
    workers: Annotated[
        str | None, typer.Option(metavar="N|HOST:PORT,...", help="The number of trials at once, or as in `fit`.")
    ] = None
    worker: Worker = None
    executor: Executor = "processes"
    address: Address = None
    watch: WatchOption = False
    no_doctor: NoDoctor = False
    no_plots: NoPlots = False
    no_report: NoReport = False


class Launch(Request):
    """Start several workers on this machine. Write `launch --local 2 CONFIG` with options of `fit`, or `resume RUN`."""

    context: typer.Context  # with the words that follow, in `args`
    local: Annotated[int, typer.Option(metavar="N", help="The number of workers on this machine.")]


class Tune(Request, RunOptions):
    """Search hyperparameters. The section `tune` of the config says how."""

    config: Config
    assignments: Assignments = None
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", help="The number of trials at once, one process each.")
    ] = 1
    executor: Executor = "processes"
    address: Address = None
    refit: Annotated[
        int, typer.Option(metavar="K", min=0, help="Train the best K again and score them on the test split.")
    ] = 0
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what the search would do, and how long it may take.")
    ] = False
    name: Annotated[str | None, typer.Option(help="The name of the search; the config's by default.")] = None
    no_stack: Annotated[bool, typer.Option("--no-stack", help="Train trials one after another.")] = False
    no_plots: NoPlots = False
    no_report: NoReport = False


class Repro(Request, RunOptions):
    """Reproduce a run: train it again and compare."""

    name: RunName


class Devices(Request):
    """List the devices to compute on."""

    verbose: Verbose = False
    json: Json = False


class Check(Request):
    """Find every error of a config without training."""

    config: Config
    assignments: Assignments = None
    build: Annotated[bool, typer.Option("--build", help="Also read the data and build the model.")] = False
    plugin: Plugins = None
    runs_dir: RunsDir = RUNS_DIR
    verbose: Verbose = False
    json: Json = False


class Data(Request):
    """Show what is in a file, a folder, or the data of a config. Nothing is trained."""

    name: Annotated[
        str, typer.Argument(metavar="FILE|FOLDER|CONFIG", help="A table, an npz file, images, or a config.")
    ]
    assignments: Assignments = None
    target: Annotated[list[str] | None, typer.Option(metavar="COLUMN", help="The column to predict; repeatable.")] = (
        None
    )
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw every column, on one page, to a PNG or SVG file.")
    ] = None
    verbose: Verbose = False
    json: Json = False


class Summary(Request):
    """Show the layers of a model, its parameters and its memory."""

    config: ConfigOrRun
    assignments: Assignments = None
    plugin: Plugins = None
    runs_dir: RunsDir = RUNS_DIR
    verbose: Verbose = False
    json: Json = False


class Doctor(Request, RunOptions):
    """Name what a training suffers from, and the lines that cure it."""

    name: ConfigOrRun
    assignments: Assignments = None
    static: Annotated[bool, typer.Option("--static", help="Examine a config without a short training.")] = False
    seconds: Annotated[float, typer.Option(metavar="S", help="The longest time to train a config.", min=0.1)] = 20.0


class LrFind(Request):
    """Find a learning rate by some steps of training while it rises."""

    config: Config
    assignments: Assignments = None
    steps: Annotated[int, typer.Option(metavar="N", help="The number of steps, of a batch each.")] = 200
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the loss over the rate to a PNG or SVG file.")
    ] = None
    plugin: Plugins = None
    runs_dir: RunsDir = RUNS_DIR
    device: Device = "auto"
    verbose: Verbose = False
    json: Json = False


class Evaluate(Request, RunOptions):
    """Score a trained run."""

    name: RunName
    split: SplitName = None
    data: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Score other rows: a file with labels like the training's.")
    ] = None
    baselines: Annotated[bool, typer.Option("--baselines", help="Also fit and score simple models.")] = False
    importance: Annotated[bool, typer.Option("--importance", help="Also measure how much each column matters.")] = False
    plot: Annotated[bool, typer.Option("--plot", help="Draw the predictions into the plots of the run.")] = False


class Predict(Request, RunOptions):
    """Predict the rows of a file, as CSV, JSON lines or Parquet."""

    name: RunName
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A table, an npz file, an image, a folder of images, or - for stdin.")
    ]
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file, not to stdout.")] = None
    format: Annotated[
        Literal["csv", "jsonl", "parquet"] | None, typer.Option(help="The format; that of the suffix of -o by default.")
    ] = None
    with_input: Annotated[bool, typer.Option("--with-input", help="Also write the columns of the table.")] = False
    top: Annotated[int | None, typer.Option(metavar="K", min=1, help="Only the K most probable classes.")] = None
    mc_dropout: Annotated[
        int | None, typer.Option(metavar="N", min=2, help="Mean and spread of N outputs with dropout on.")
    ] = None


class Export(Request, RunOptions):
    """Export a trained run, and compare what both predict."""

    name: RunName
    to: FormatName
    precision: Annotated[
        Literal["float32", "float16", "dynamic", "int8"] | None,
        typer.Option(help="Of the weights, for `litert`."),
    ] = None
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FOLDER", help="The new folder.")] = None
    licence: Annotated[str | None, typer.Option(metavar="TEXT", help="The licence that the model card states.")] = None


class Note(Request):
    """Write a note or a tag on a run. `runs` shows them; without a note or a tag, print those that are there."""

    name: RunName
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="What to note.")] = None
    tag: Annotated[list[str] | None, typer.Option(metavar="WORD", help="Add a tag; repeatable.")] = None
    untag: Annotated[list[str] | None, typer.Option(metavar="WORD", help="Remove a tag; repeatable.")] = None
    runs_dir: RunsDir = RUNS_DIR
    json: Json = False


class Remove(Request):
    """Remove runs, groups or searches. Other files than those of nntrain stay."""

    names: RunNames
    runs_dir: RunsDir = RUNS_DIR
    json: Json = False


class Schema(Request):
    """Print the JSON Schema of a config, for editors."""

    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file, not to stdout.")
    ] = None
    plugin: Plugins = None


class List(Request):
    """List the names that a config may use, or explain one."""

    name: Word = None
    plugin: Plugins = None
    json: Json = False
