"""The command line: Typer turns the words into the request of a command, which runs itself."""

import contextlib
import errno
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from nntrain import __version__
from nntrain.cli import completion_scripts, output, requests
from nntrain.cli.error_event import error_event
from nntrain.cli.options import Request
from nntrain.errors import ConfigError, NNTrainError, Stopped, one_line
from nntrain.terminal import Terminal
from nntrain.training.signals import SAVING

_COMPUTE = (requests.Check, requests.Devices, requests.Summary)  # as do those with an option `--device`


class _Commands(TyperGroup):
    """The commands. With `--json` an error is printed on stdout too; `launch` leaves that to the first worker."""

    def make_context(self, *arguments: Any, **options: Any) -> typer.Context:
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as for a process in the background
            signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Click ends with 130
        with _errors_worded():
            return super().make_context(*arguments, **options)  # type: ignore[return-value]

    def invoke(self, ctx: Any) -> Any:
        with _errors_worded():
            return super().invoke(ctx)


@contextlib.contextmanager
def _errors_worded() -> Iterator[None]:
    """Give the errors of a command line a help, and print each error as JSON where that is wanted."""
    try:
        yield
    except typer.Exit:
        raise
    except (Exception, KeyboardInterrupt) as error:
        help = _help_for_usage(error) if hasattr(error, "format_message") else ""
        if "--json" in sys.argv[1:]:
            Terminal(as_json=True).event("error", error_event(error, help))
        if help:
            # Empty for a missing argument, whose name Typer puts before it.
            message = getattr(error, "message", "") or ""
            error.message = f"{one_line(message)}\n help: {one_line(help)}"  # type: ignore[union-attr]
        raise


def _help_for_usage(error: Exception | KeyboardInterrupt) -> str:
    from nntrain.cli import usage_help  # it reads configs, which `--help` does not need

    return usage_help.reword(error, sys.argv[1:])


def _run_request(request: Request, **_: object) -> None:
    quiet, as_json, curves = (getattr(request, name, False) for name in ("quiet", "json", "watch"))
    terminal = Terminal(as_json=as_json, quiet=quiet, curves=curves)
    computes = hasattr(request, "device") or isinstance(request, _COMPUTE)
    try:
        with terminal.current(), terminal.waiting("starting") if computes else contextlib.nullcontext(), _long_names():
            request.run(terminal)
    except NNTrainError as error:
        if getattr(request, "verbose", False) and _traceback_helps(request, error):
            traceback.print_exc()
        raise


@contextlib.contextmanager
def _long_names() -> Iterator[None]:
    """Raise ConfigError for a path that the file system does not take, of whatever option: Python asks it first."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        message = f"the path `{one_line(str(error.filename))}` is longer than the file system takes"
        raise ConfigError(message, help="shorten it") from error


def _traceback_helps(request: Request, error: NNTrainError) -> bool:
    """Return whether a traceback shows more than the error: not for a stop; in `check` only for a library's error."""
    return not isinstance(error, Stopped) and (not isinstance(request, requests.Check) or error.__cause__ is not None)


completion_scripts.mend()
app = typer.Typer(
    cls=_Commands,
    result_callback=_run_request,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Train Keras Sequential networks from one YAML file.",
)


def main() -> None:
    """The entry point: run a command, and end the process with its exit code."""
    out = output.secure()
    _isolate()
    try:
        _run(out)
    finally:
        backend, team = (sys.modules.get(f"nntrain.{name}") for name in ("backend", "training.workers.team"))
        if backend is not None and (backend.is_loading() or (team is not None and team.Team.joined)):
            backend.end_process(_exit_code())


def _exit_code() -> int:
    """Return the exit code of the exception that ends the process; print an unexpected one."""
    error = sys.exc_info()[1]
    if error is None:
        return 0
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    traceback.print_exception(error)
    return 1


def _isolate() -> None:
    """Keep what is meant for other programs, or for a training, out of this process and its workers.

    Warnings of libraries are not errors, whatever PYTHONWARNINGS says. Workers do not import modules from the working
    folder, where a user's `socket.py` would replace Python's.
    """
    os.environ["PYTHONSAFEPATH"] = "1"
    if SAVING:
        signal.signal(SAVING, signal.SIG_IGN)  # until there is a training, it would end the process
    if any(option.startswith("error") for option in sys.warnoptions):
        sys.warnoptions.clear()  # multiprocessing passes them on
        os.environ.pop("PYTHONWARNINGS", None)
        warnings.simplefilter("ignore")


def _run(out: output.Stream) -> None:
    """Run a command, and turn its errors into messages and exit codes."""
    try:
        app(prog_name="nntrain")
    except SystemExit as end:
        if end.code or not out.fault:
            raise
        sys.stderr.write(f"error: {out.fault}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except NNTrainError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"nntrain {__version__}")
        raise typer.Exit


@app.callback()
def _nntrain(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Train Keras Sequential networks from one YAML file."""


# The words after `launch --local N` are those of another command.
_ANY_WORDS = {"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}
app.command()(requests.Init)
app.command()(requests.Fit)
app.command()(requests.Resume)
app.command(context_settings=_ANY_WORDS)(requests.Launch)
app.command()(requests.Tune)
app.command()(requests.Repro)
app.command()(requests.Devices)
app.command()(requests.Check)
app.command()(requests.Data)
app.command()(requests.Summary)
app.command(name="lr-find")(requests.LrFind)
app.command()(requests.Doctor)
app.command(name="eval")(requests.Evaluate)
app.command()(requests.Predict)
app.command()(requests.Export)
app.command()(requests.Serve)
app.command()(requests.Playground)
app.command()(requests.Explain)
app.command()(requests.Runs)
app.command()(requests.Compare)
app.command()(requests.Watch)
app.command()(requests.Plot)
app.command()(requests.Report)
app.command()(requests.Note)
app.command()(requests.Remove)
app.command()(requests.List)
app.command()(requests.Schema)
