"""The command line: each Typer function turns its options into the request of a command, and runs it."""

import sys
import traceback
from pathlib import Path
from typing import Annotated, Literal

import typer

from nntrain import __version__
from nntrain.cli import commands, options
from nntrain.cli.options import NO_ASSIGNMENTS, RUNS_DIR
from nntrain.errors import NNTrainError
from nntrain.terminal import Terminal

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Train Keras Sequential networks from one YAML file.",
)


def main() -> None:
    """The entry point: run a command, and end the process with its exit code."""
    try:
        _run()
    finally:
        team = sys.modules.get("nntrain.training.workers.team")
        if team is not None and team.Team.joined:
            team.end_process(_exit_code())


def _exit_code() -> int:
    """Return the exit code of the exception that ends the process; print an unexpected one."""
    error = sys.exc_info()[1]
    if error is None:
        return 0
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    traceback.print_exception(error)
    return 1


def _run() -> None:
    """Run a command, and turn its errors into messages and exit codes."""
    try:
        app(prog_name="nntrain")
    except NNTrainError as error:
        if {"-v", "--verbose"} & set(sys.argv[1:]):
            traceback.print_exc()
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nntrain {__version__}")
        raise typer.Exit


@app.callback()
def _nntrain(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Train Keras Sequential networks from one YAML file."""


@app.command()
def fit(
    config: options.Config,
    set_: options.Assignments = NO_ASSIGNMENTS,
    seed: Annotated[int | None, typer.Option(help="The seed, in place of the config's.")] = None,
    init_from: Annotated[
        str | None, typer.Option(metavar="RUN|FILE", help="Start with the weights of a run or a file.")
    ] = None,
    seeds: Annotated[str | None, typer.Option(metavar="N|LIST", help="Train once for each seed.")] = None,
    folds: Annotated[int | None, typer.Option(metavar="K", help="Train once for each of K folds.")] = None,
    name: Annotated[str | None, typer.Option(help="The name of the run; the config's by default.")] = None,
    runs_dir: options.RunsDir = RUNS_DIR,
    device: options.Device = "auto",
    devices: options.Devices = None,
    workers: Annotated[
        str | None, typer.Option(metavar="HOST:PORT,...", help="Split every batch among these; the first is the chief.")
    ] = None,
    worker: options.Worker = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    json: options.Json = False,
) -> None:
    """Train a config and write a run directory."""
    commands.fit.Fit(
        config=config,
        assignments=set_,
        seed=seed,
        init_from=init_from,
        seeds=seeds,
        folds=folds,
        name=name,
        runs_dir=runs_dir,
        device=device,
        devices=devices,
        workers=workers,
        worker=worker,
        verbose=verbose,
    ).run(Terminal(as_json=json, quiet=quiet))


@app.command()
def resume(
    run: options.RunName,
    set_: options.Assignments = NO_ASSIGNMENTS,
    allow_changed: Annotated[
        bool, typer.Option("--allow-changed", help="Resume though data, versions or config have changed.")
    ] = False,
    extend: Annotated[bool, typer.Option("--extend", help="Resume a search with another space.")] = False,
    refit: Annotated[int | None, typer.Option(metavar="K", min=0, help="As in `tune`.")] = None,
    runs_dir: options.RunsDir = RUNS_DIR,
    device: options.Device = "auto",
    devices: options.Devices = None,
    workers: Annotated[
        str | None, typer.Option(metavar="N|HOST:PORT,...", help="The number of trials at once, or as in `fit`.")
    ] = None,
    worker: options.Worker = None,
    executor: options.Executor = "processes",
    address: options.Address = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    json: options.Json = False,
) -> None:
    """Resume a run, a group or a search that was stopped or killed."""
    commands.resume.Resume(
        name=run,
        assignments=set_,
        allow_changed=allow_changed,
        extend=extend,
        refit=refit,
        runs_dir=runs_dir,
        device=device,
        devices=devices,
        workers=workers,
        worker=worker,
        executor=executor,
        address=address,
        verbose=verbose,
    ).run(Terminal(as_json=json, quiet=quiet))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}
)
def launch(
    context: typer.Context,
    local: Annotated[int, typer.Option(metavar="N", help="The number of workers on this machine.")],
) -> None:
    """Start workers on this machine: `launch --local 2 CONFIG`, then options of `fit`; or `resume RUN`."""
    commands.launch.Launch(local=local, words=context.args).run(Terminal())


@app.command()
def tune(
    config: options.Config,
    set_: options.Assignments = NO_ASSIGNMENTS,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", help="The number of trials at once, one process each.")
    ] = 1,
    executor: options.Executor = "processes",
    address: options.Address = None,
    refit: Annotated[
        int, typer.Option(metavar="K", min=0, help="Train the best K again and score them on the test split.")
    ] = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what the search would do, and how long it may take.")
    ] = False,
    name: Annotated[str | None, typer.Option(help="The name of the search; the config's by default.")] = None,
    runs_dir: options.RunsDir = RUNS_DIR,
    device: options.Device = "auto",
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    json: options.Json = False,
) -> None:
    """Search hyperparameters, as the config's section `tune` describes."""
    commands.tune.Tune(
        config=config,
        assignments=set_,
        workers=workers,
        executor=executor,
        address=address,
        refit=refit,
        dry_run=dry_run,
        name=name,
        runs_dir=runs_dir,
        device=device,
        verbose=verbose,
    ).run(Terminal(as_json=json, quiet=quiet))


@app.command()
def repro(
    run: options.RunName,
    runs_dir: options.RunsDir = RUNS_DIR,
    device: options.Device = "auto",
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    json: options.Json = False,
) -> None:
    """Reproduce a run: train it again and compare."""
    request = commands.repro.Repro(name=run, runs_dir=runs_dir, device=device, verbose=verbose)
    request.run(Terminal(as_json=json, quiet=quiet))


@app.command()
def devices(verbose: options.Verbose = False, json: options.Json = False) -> None:
    """List the devices to compute on."""
    commands.devices.Devices(verbose=verbose).run(Terminal(as_json=json))


@app.command()
def check(
    config: options.Config,
    set_: options.Assignments = NO_ASSIGNMENTS,
    build: Annotated[bool, typer.Option("--build", help="Also read the data and build the model.")] = False,
    verbose: options.Verbose = False,
    json: options.Json = False,
) -> None:
    """Find every error of a config without training."""
    request = commands.check.Check(config=config, assignments=set_, build=build, verbose=verbose)
    request.run(Terminal(as_json=json))


@app.command(name="eval")
def eval_(
    run: options.RunName,
    split: Annotated[Literal["train", "validation", "test"] | None, typer.Option(help="The split to score.")] = None,
    baselines: Annotated[bool, typer.Option("--baselines", help="Also fit and score simple models.")] = False,
    runs_dir: options.RunsDir = RUNS_DIR,
    device: options.Device = "auto",
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    json: options.Json = False,
) -> None:
    """Score a trained run."""
    commands.evaluate.Evaluate(
        name=run,
        split=split,
        baselines=baselines,
        runs_dir=runs_dir,
        device=device,
        verbose=verbose,
    ).run(Terminal(as_json=json, quiet=quiet))


@app.command()
def predict(
    run: options.RunName,
    file: Annotated[Path, typer.Argument(help="A CSV or npz file, an image, or a folder of images.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file, not to stdout.")] = None,
    runs_dir: options.RunsDir = RUNS_DIR,
    device: options.Device = "auto",
    verbose: options.Verbose = False,
) -> None:
    """Predict the rows of a file, as CSV."""
    commands.predict.Predict(
        name=run,
        file=file,
        output=output,
        runs_dir=runs_dir,
        device=device,
        verbose=verbose,
    ).run(Terminal())


@app.command()
def runs(
    sort: Annotated[str | None, typer.Option(metavar="METRIC", help="Sort by a metric, such as test.accuracy.")] = None,
    runs_dir: options.RunsDir = RUNS_DIR,
    json: options.Json = False,
) -> None:
    """List the runs, newest first."""
    commands.runs.Runs(runs_dir=runs_dir, sort=sort).run(Terminal(as_json=json))


@app.command(name="list")
def list_(
    kind: Annotated[str | None, typer.Argument(help="What to list: layers, optimizers, data sources, ...")] = None,
    json: options.Json = False,
) -> None:
    """List the names that a config may use."""
    commands.list.List(kind=kind).run(Terminal(as_json=json))
