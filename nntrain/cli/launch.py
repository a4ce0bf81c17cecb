"""`nntrain launch`: several workers on one machine, of which the first one is heard."""

import contextlib
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import IO

from nntrain.errors import ConfigError

MOST = 64
GRACE_SECONDS = 45.0  # for the chief to end in order after a worker has failed
LEAVE_SECONDS = 10.0  # for the others to end after the chief
_STOPPED = 128  # exit codes from here on are those of SIGINT and SIGTERM
_COMMANDS = ("fit", "resume")
_WATCHED = (signal.SIGINT, signal.SIGTERM)


def run(count: int, words: Sequence[str]) -> int:
    """Runs `nntrain fit` (or `resume`, where it is the first of the words) in so many processes; the chief's exit code.

    Raises ConfigError when there are fewer GPUs than workers, or the words choose workers themselves.
    """
    command = _command(count, words)
    gpus = _gpus(count, words)
    addresses = ",".join(f"127.0.0.1:{port}" for port in _free_ports(count))
    workers: list[_Worker] = []
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: _end(workers))
        stack.enter_context(_passing_on(workers))
        for index in range(count):
            places = ["--workers", addresses, "--worker", str(index)]
            workers.append(_start(index, [*command, *places], gpus[index]))
        return _wait(workers)


def _command(count: int, words: Sequence[str]) -> list[str]:
    _refuse(count, words)
    return list(words) if words[0] in _COMMANDS else ["fit", *words]


def _refuse(count: int, words: Sequence[str]) -> None:
    if not 2 <= count <= MOST:
        raise ConfigError(f"`--local` takes a number from 2 to {MOST}, got `{count}`", help="write `--local 2`")
    taken = [word for word in words if word.split("=")[0] in ("--workers", "--worker", "--devices")]
    if taken:
        raise ConfigError(f"`launch` chooses the workers itself, without `{taken[0]}`", help="leave it out")
    if list(words) == ["resume"]:
        raise ConfigError("`launch` needs a run", help="write `nntrain launch --local 2 resume RUN`")
    if list(words) in ([], ["fit"]):
        raise ConfigError("`launch` needs a config", help="write `nntrain launch --local 2 CONFIG`")
    if words[0] not in _COMMANDS and not any(word.startswith("-") for word in words[:2]) and len(words) > 1:
        help = "write `nntrain launch --local 2 CONFIG`, or `nntrain launch --local 2 resume RUN`"
        raise ConfigError(f"`launch` starts `fit` and `resume`, not `{words[0]}`", help=help)


@dataclass
class _Worker:
    index: int
    process: "subprocess.Popen[bytes]"
    errors: IO[bytes] | None

    def told(self) -> str:
        """What a worker that is not heard has written to its standard error."""
        if self.errors is None:
            return ""
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")


def _start(index: int, words: Sequence[str], gpus: str | None) -> _Worker:
    """One worker in a session of its own, so that Ctrl-C reaches it through us alone; the pipe ends when we do."""
    environment = {name: value for name, value in os.environ.items() if name != "TF_CONFIG"}
    if gpus is not None:
        environment["CUDA_VISIBLE_DEVICES"] = gpus
    errors = None if index == 0 else tempfile.TemporaryFile()  # noqa: SIM115  # closed with the process
    process = subprocess.Popen(
        [sys.executable, "-m", "nntrain.cli.launched_worker", *words],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=None if index == 0 else subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,
    )
    return _Worker(index, process, errors)


def _wait(workers: Sequence[_Worker]) -> int:
    """Until the chief has ended; then what a worker that failed before it has said is shown."""
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
    return code if code >= 0 else _STOPPED - code


def _is_news(code: int, of_chief: int) -> bool:
    """Whether a worker's end is not what the chief has told already: the same error, or a signal that was passed on."""
    return code < _STOPPED and (code <= 1 or code != of_chief)


def _show(worker: _Worker) -> None:
    code = worker.process.returncode
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"has ended with exit code {code}"
    sys.stderr.write(f"worker {worker.index} {how}\n{worker.told()}")
    sys.stderr.flush()


def _end(workers: Sequence[_Worker]) -> None:
    """Lets the workers that are left go, then ends them."""
    until = time.monotonic() + LEAVE_SECONDS
    for worker in workers:
        if worker.index == 0:
            worker.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.process.wait(max(until - time.monotonic(), 0.01))
        worker.process.kill()
        worker.process.wait()


@contextlib.contextmanager
def _passing_on(workers: Sequence[_Worker]) -> Iterator[None]:
    """While it lasts, SIGINT and SIGTERM go to the workers, which know what to do."""

    def pass_on(number: int, _: FrameType | None) -> None:
        for worker in workers:
            if worker.process.poll() is None:
                worker.process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in _WATCHED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(each.getsockname()[1]) for each in sockets]


def _gpus(count: int, words: Sequence[str]) -> list[str | None]:
    """The GPUs of each worker, as CUDA names them; None where there are none to share out."""
    found = _visible_gpus()
    if not found or "cpu" in words or "--device=cpu" in words:
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
    told = subprocess.run([tool, "--list-gpus"], capture_output=True, text=True, check=False)
    return [str(index) for index, line in enumerate(told.stdout.splitlines()) if line.startswith("GPU ")]
