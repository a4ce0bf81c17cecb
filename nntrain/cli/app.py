"""The command line: what is typed, turned into calls. Each command is a few lines; the work is done elsewhere."""

import sys
import traceback
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from nntrain import __version__
from nntrain.errors import NNTrainError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Train Keras Sequential networks from one YAML file.",
)

ConfigFile = Annotated[str, typer.Argument(metavar="CONFIG", help="The YAML file.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run's name or directory.")]
Sets = Annotated[list[str], typer.Option("--set", metavar="PATH=VALUE", help="Change a value; repeatable.")]
Seed = Annotated[int | None, typer.Option(help="The run's seed, in place of the config's.")]
RunsDir = Annotated[Path, typer.Option(help="Where runs are kept.", envvar="NNTRAIN_RUNS_DIR")]
DeviceName = Annotated[Literal["auto", "cpu", "gpu"], typer.Option(help="Where to compute.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show TensorFlow's log, and tracebacks.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Devices = Annotated[int | None, typer.Option(metavar="N", help="Share every batch among so many devices.")]
Workers = Annotated[
    str | None, typer.Option(metavar="HOST:PORT,...", help="Share every batch with these; the first is the chief.")
]
Worker = Annotated[int | None, typer.Option(metavar="I", help="Which of `--workers` this is, from 0.")]
Trials = Annotated[int, typer.Option("--workers", metavar="N", help="How many trials at once, a process for each.")]
ExecutorName = Annotated[Literal["processes", "ray"], typer.Option(help="Run trials here, or on the nodes of Ray.")]
Address = Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Ray's cluster; one of its own by default.")]
RUNS = Path("runs")


def main() -> None:
    """The entry point: runs a command, and ends the process with its exit code."""
    try:
        _run()
    finally:
        cluster = sys.modules.get("nntrain.training.workers.cluster")
        if cluster is not None and cluster.Team.met:
            cluster.leave(_exit_code())


def _exit_code() -> int:
    """That of the exception on its way; one that is a fault of ours is shown."""
    error = sys.exc_info()[1]
    if error is None:
        return 0
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    traceback.print_exception(error)
    return 1


def _run() -> None:
    """Runs a command, and turns its errors into messages and exit codes."""
    try:
        app(prog_name="nntrain")
    except NNTrainError as error:
        if {"-v", "--verbose"} & set(sys.argv[1:]):
            traceback.print_exc()
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nntrain {__version__}")
        raise typer.Exit


@app.callback()
def _nntrain(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Train Keras Sequential networks from one YAML file."""


@app.command()
def fit(
    config: ConfigFile,
    set_: Sets = [],  # noqa: B006  # Typer reads the default and never changes it
    seed: Seed = None,
    init_from: Annotated[str | None, typer.Option(metavar="RUN|FILE", help="Begin with the weights of this.")] = None,
    seeds: Annotated[str | None, typer.Option(metavar="N|LIST", help="Train once for each seed.")] = None,
    folds: Annotated[int | None, typer.Option(metavar="K", help="Train once for each of K folds.")] = None,
    name: Annotated[str | None, typer.Option(help="The run's name; the config's by default.")] = None,
    runs_dir: RunsDir = RUNS,
    device: DeviceName = "auto",
    devices: Devices = None,
    workers: Workers = None,
    worker: Worker = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    json: Json = False,
) -> None:
    """Train a config and write a run directory."""
    from nntrain.cli import commands
    from nntrain.terminal import Terminal

    assignments = commands.with_init(set_, init_from, runs_dir)
    places = (devices, workers, worker)
    request = commands.Fit(config, assignments, seed, seeds, folds, name, runs_dir, device, verbose, *places)
    request.run(Terminal(as_json=json, quiet=quiet))


@app.command()
def resume(
    run: RunName,
    set_: Sets = [],  # noqa: B006
    allow_changed: Annotated[bool, typer.Option("--allow-changed", help="Go on though something changed.")] = False,
    extend: Annotated[bool, typer.Option("--extend", help="Go on with a search over another space.")] = False,
    refit: Annotated[int | None, typer.Option(metavar="K", min=0, help="As of `tune`.")] = None,
    runs_dir: RunsDir = RUNS,
    device: DeviceName = "auto",
    devices: Devices = None,
    workers: Annotated[
        str | None, typer.Option(metavar="N|HOST:PORT,...", help="Trials of a search at once, or as of `fit`.")
    ] = None,
    worker: Worker = None,
    executor: ExecutorName = "processes",
    address: Address = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    json: Json = False,
) -> None:
    """Go on with a run, a group or a search that was stopped or killed."""
    from nntrain.cli import commands
    from nntrain.cli.placement import Where
    from nntrain.terminal import Terminal

    where = Where(device, devices, workers, worker, executor, address)
    terminal = Terminal(as_json=json, quiet=quiet)
    commands.resume(run, runs_dir, set_, allow_changed, extend, where, verbose, terminal, refit)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}
)
def launch(
    context: typer.Context,
    local: Annotated[int, typer.Option(metavar="N", help="How many workers to start on this machine.")],
) -> None:
    """Start workers on this machine: `launch --local 2 CONFIG`, then options of `fit`; or `resume RUN`."""
    from nntrain.cli import launch

    sys.exit(launch.run(local, context.args))


@app.command()
def tune(
    config: ConfigFile,
    set_: Sets = [],  # noqa: B006
    workers: Trials = 1,
    executor: ExecutorName = "processes",
    address: Address = None,
    refit: Annotated[
        int, typer.Option(metavar="K", min=0, help="Train the best K again and score them on the test split.")
    ] = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and how long it may take.")
    ] = False,
    name: Annotated[str | None, typer.Option(help="The search's name; the config's by default.")] = None,
    runs_dir: RunsDir = RUNS,
    device: DeviceName = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    json: Json = False,
) -> None:
    """Search hyperparameters: the config's section `tune`."""
    from nntrain.cli import tune
    from nntrain.search import executor as executors
    from nntrain.terminal import Terminal

    request = tune.Tune(
        config=config,
        assignments=tuple(set_),
        workers=executors.Workers(workers, executor, address),
        refit=refit,
        name=name,
        runs_dir=runs_dir,
        device=device,
        verbose=verbose,
    )
    terminal = Terminal(as_json=json, quiet=quiet)
    request.tell(terminal) if dry_run else request.run(terminal)


@app.command()
def repro(
    run: RunName,
    runs_dir: RunsDir = RUNS,
    device: DeviceName = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    json: Json = False,
) -> None:
    """Train a run again and compare."""
    from nntrain.cli import commands
    from nntrain.terminal import Terminal

    commands.repro(run, runs_dir, device, verbose, Terminal(as_json=json, quiet=quiet))


@app.command()
def devices(verbose: Verbose = False, json: Json = False) -> None:
    """List what there is to compute on."""
    from nntrain.cli import commands
    from nntrain.terminal import Terminal

    commands.devices(verbose, Terminal(as_json=json))


@app.command()
def check(
    config: ConfigFile,
    set_: Sets = [],  # noqa: B006
    build: Annotated[bool, typer.Option("--build", help="Also read the data and build the model.")] = False,
    verbose: Verbose = False,
    json: Json = False,
) -> None:
    """Find every error of a config without training."""
    from nntrain.cli import commands
    from nntrain.terminal import Terminal

    commands.check(config, set_, build, verbose, Terminal(as_json=json))


@app.command(name="eval")
def eval_(
    run: RunName,
    split: Annotated[Literal["train", "validation", "test"] | None, typer.Option(help="The split to score.")] = None,
    baselines: Annotated[bool, typer.Option("--baselines", help="Also fit and score simple models.")] = False,
    runs_dir: RunsDir = RUNS,
    device: DeviceName = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    json: Json = False,
) -> None:
    """Score a trained run."""
    from nntrain.cli import commands
    from nntrain.terminal import Terminal

    commands.evaluate(run, runs_dir, split, baselines, device, verbose, Terminal(as_json=json, quiet=quiet))


@app.command()
def predict(
    run: RunName,
    file: Annotated[Path, typer.Argument(help="A CSV or npz file, an image, or a folder of images.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here, not to stdout.")] = None,
    runs_dir: RunsDir = RUNS,
    device: DeviceName = "auto",
    verbose: Verbose = False,
) -> None:
    """Predict the rows of a file, as CSV."""
    from nntrain.cli import commands

    commands.predict(run, runs_dir, file, output, device, verbose)


@app.command()
def runs(
    sort: Annotated[str | None, typer.Option(metavar="METRIC", help="Sort by a figure, such as test.accuracy.")] = None,
    runs_dir: RunsDir = RUNS,
    json: Json = False,
) -> None:
    """List the runs, newest first."""
    from nntrain.runs import listing
    from nntrain.terminal import Terminal

    listing.show(runs_dir, sort, Terminal(as_json=json))


@app.command(name="list")
def list_(
    kind: Annotated[str | None, typer.Argument(help="What to list: layers, optimizers, data sources, ...")] = None,
    json: Json = False,
) -> None:
    """List what a config may name."""
    from nntrain.config import catalogue
    from nntrain.terminal import Terminal

    terminal = Terminal(as_json=json)
    found: dict[str, Any] = {name: catalogue.entries(name) for name in ([kind] if kind else catalogue.kinds())}
    terminal.event("list", found)
    for name, entries in found.items():
        terminal.table(name, ("name", "what it is"), list(entries.items()))
