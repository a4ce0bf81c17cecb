"""`nntrain launch`: starts several workers on this machine and shows the output of the first one, the chief."""

import contextlib
import math
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Any

from typer.main import get_command

from nntrain.cli.app import app
from nntrain.cli.requests import Launch
from nntrain.errors import ConfigError, NNTrainError, one_line
from nntrain.nearest import exists
from nntrain.terminal import Terminal
from nntrain.training.signals import WATCHED
from nntrain.training.workers import authkey

MOST = 64
GRACE_SECONDS = 45.0  # for the chief to end by itself after a worker has failed
LEAVE_SECONDS = 10.0  # for the others to end after the chief
_STOPPED = 128  # plus the number of the signal: the exit code of a process that a signal has stopped
_COMMANDS = ("fit", "resume")


def run(request: Launch, _: Terminal) -> None:
    """Run the workers to their end, and end this process with the exit code of the chief."""
    sys.exit(launch(request.local, request.context.args))


def launch(count: int, words: Sequence[str]) -> int:
    """Run `nntrain fit`, or `resume` if that is the first word, in `count` processes; return the chief's exit code.

    Raises NNTrainError when a signal has killed the chief, or it does not end. Raises ConfigError when the machine has
    fewer GPUs than workers, or when the words hold `--workers` or the like, and Click's UsageError for what the command
    does not take.
    """
    _refuse(count, words)
    command = [*words] if words[0] in _COMMANDS else ["fit", *words]
    options = _options(command)
    gpus = _gpus(count, options["device"])
    addresses = ",".join(f"127.0.0.1:{port}" for port in _free_ports(count))
    key = secrets.token_hex(32)
    workers: list[_Worker] = []
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: _end(workers))
        stack.enter_context(_signals_passed_on(workers))
        for index in range(count):
            place = ["--workers", addresses, "--worker", str(index)]
            workers.append(_start(index, [*command, *place], gpus[index], key))
        return _wait(workers)


def _refuse(count: int, words: Sequence[str]) -> None:
    if not 2 <= count <= MOST:
        raise ConfigError(f"`--local` takes a number from 2 to {MOST}, got `{count}`", help="write `--local 2`")
    if list(words) == ["resume"]:
        raise ConfigError("`launch` needs a run", help="write `nntrain launch --local 2 resume RUN`")
    if list(words) in ([], ["fit"]):
        raise ConfigError("`launch` needs a config", help="write `nntrain launch --local 2 CONFIG`")
    several = len(words) > 1 and not any(word.startswith("-") for word in words[:2])
    if words[0] not in _COMMANDS and (several or (words[0] in _commands() and not exists(Path(words[0])))):
        help = "write `nntrain launch --local 2 CONFIG`, or `nntrain launch --local 2 resume RUN`"
        raise ConfigError(f"`launch` starts `fit` and `resume`, not `{one_line(words[0])}`", help=help)


def _commands() -> dict[str, Any]:
    """Return Click's commands by their names."""
    return vars(get_command(app))["commands"]  # type: ignore[no-any-return]


def _options(command: Sequence[str]) -> dict[str, Any]:
    """Return the options of a command as Click reads them; raises ConfigError for those that `launch` sets itself."""
    options: dict[str, Any] = _commands()[command[0]].make_context(command[0], list(command[1:])).params
    taken = [name for name in ("workers", "worker", "devices") if options[name] is not None]
    if taken:
        word = next(word for word in command if word.partition("=")[0] == f"--{taken[0]}")
        raise ConfigError(f"`{word}` is not allowed: `launch` sets the workers itself", help="leave it out")
    return options


@dataclass
class _Worker:
    index: int
    process: "subprocess.Popen[bytes]"
    errors: IO[bytes]  # what it writes to its standard error; nothing for the chief, whose output is shown


def _start(index: int, words: Sequence[str], gpus: str | None, key: str) -> _Worker:
    """Start a worker that Ctrl-C reaches only through this process; its stdin is a pipe that ends with this one."""
    environment = {name: value for name, value in os.environ.items() if name != "TF_CONFIG"}
    environment[authkey.VARIABLE] = key
    if gpus is not None:
        environment["CUDA_VISIBLE_DEVICES"] = gpus
    errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the process
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "nntrain.cli.launched_worker", *words],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=None if index == 0 else subprocess.DEVNULL,
        stderr=None if index == 0 else errors,
        start_new_session=True,
    )
    return _Worker(index, process, errors)


def _wait(workers: Sequence[_Worker]) -> int:
    """Wait for the chief, and return its exit code; show the error of a worker that failed before it."""
    chief, others = workers[0].process, workers[1:]
    until, first = math.inf, None
    while chief.poll() is None and time.monotonic() < until:
        first = first or next((worker for worker in others if worker.process.poll()), None)
        if first and until == math.inf:
            until = time.monotonic() + GRACE_SECONDS
        time.sleep(0.05)
    code = 1 if chief.returncode is None else chief.returncode
    if first and _is_news(first.process.returncode, code):
        _show(first)
    if chief.returncode is None:
        seconds = f"{GRACE_SECONDS:.0f} seconds"
        raise NNTrainError(f"the chief did not end within {seconds} after another worker had failed")
    if code < 0:
        raise _Killed(code)
    return code


class _Killed(NNTrainError):
    """The chief has ended by a signal, without a word; the exit code is that of a shell."""

    def __init__(self, code: int) -> None:
        name = signal.Signals(-code).name
        super().__init__(f"the chief was killed by {name}", help="`nntrain runs` shows whether the run can be resumed")
        self.exit_code = _STOPPED - code


def _is_news(code: int, of_chief: int) -> bool:
    """Return False for an error that the chief prints too, and for the end by a signal that was passed on."""
    return code < _STOPPED and (code <= 1 or code != of_chief)


def _show(worker: _Worker) -> None:
    code = worker.process.returncode
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"has ended with exit code {code}"
    worker.errors.seek(0)
    sys.stderr.write(f"worker {worker.index} {how}\n{worker.errors.read().decode(errors='replace')}")
    sys.stderr.flush()


def _end(workers: Sequence[_Worker]) -> None:
    """Wait a little for the workers that still run, then end them."""
    until = time.monotonic() + LEAVE_SECONDS
    for worker in workers:
        if worker.index == 0:
            worker.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.process.wait(max(until - time.monotonic(), 0.01))
        worker.process.kill()
        worker.process.wait()


@contextlib.contextmanager
def _signals_passed_on(workers: Sequence[_Worker]) -> Iterator[None]:
    """Pass signals on to the workers, which handle them."""

    def pass_on(number: int, _: FrameType | None) -> None:
        for worker in workers:
            if worker.process.poll() is None:
                worker.process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in WATCHED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _free_ports(count: int) -> list[int]:
    """Return ports of this machine on which no process listens."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(each.getsockname()[1]) for each in sockets]


def _gpus(count: int, device: str) -> list[str | None]:
    """Return the GPUs of each worker, as CUDA names them; None for a worker that gets no GPU."""
    found = _visible_gpus()
    if not found or device == "cpu":
        return [None] * count
    share = len(found) // count
    if not share:
        help = "start fewer, or add `--device cpu`"
        raise ConfigError(f"{count} workers need {count} GPUs, this machine has {len(found)}", help=help)
    return [",".join(found[index * share : (index + 1) * share]) for index in range(count)]


def _visible_gpus() -> list[str]:
    if (chosen := os.environ.get("CUDA_VISIBLE_DEVICES")) is not None:
        return [name for name in chosen.split(",") if name.strip() not in ("", "-1")]
    if (tool := shutil.which("nvidia-smi")) is None:
        return []
    listed = subprocess.run([tool, "--list-gpus"], capture_output=True, text=True, check=False)
    return [str(index) for index, line in enumerate(listed.stdout.splitlines()) if line.startswith("GPU ")]
