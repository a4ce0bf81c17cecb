"""Processes of `python -m nntrain` that need not import TensorFlow: a server that has imported it forks them.

The import costs two seconds of a core, more than the training of a test. TensorFlow starts its threads at the first
computation, which the server does not do, so a forked process has a runtime of its own. It is a child of this one,
with its own words, folder, environment, signals and standard streams, and imports nntrain itself. It shares the seed
of `hash` with the others, and has one import less that may fail. It computes on the CPU.
Tests of starting, of other words for Python, and of the order of a set use `Started`.

No wait for either is endless, and none outlives its `with` statement or, forked, its test run by much.
"""

import atexit
import contextlib
import ctypes
import faulthandler
import inspect
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

_MOST = 1 << 20  # bytes of a message
_SET_CHILD_SUBREAPER = 36  # of Linux's prctl
_WAIT_SECONDS = 120.0  # where a test says nothing else
_LIFE_SECONDS = 240.0  # of a forked process: less than the time of a test, so it says first where it is
_LEAVE_SECONDS = 10.0  # to say so
_ONE_AT_A_TIME = threading.Lock()


class Started(subprocess.Popen):  # type: ignore[type-arg]
    """A process that is ended when a test has waited too long for it, with an error that says what it wrote."""

    def communicate(self, input: Any = None, timeout: float | None = _WAIT_SECONDS) -> tuple[Any, Any]:
        try:
            return super().communicate(input, timeout)
        except subprocess.TimeoutExpired:
            if self.poll() is None:
                self.send_signal(signal.SIGABRT)  # Python's fault handler writes where each thread is
            with contextlib.suppress(subprocess.TimeoutExpired):
                out, err = super().communicate(timeout=_LEAVE_SECONDS)
                raise AssertionError(self._late(timeout, out, err)) from None
            raise AssertionError(self._late(timeout, "?", "?")) from None
        finally:
            if self.returncode is None:
                self.kill()

    def wait(self, timeout: float | None = _WAIT_SECONDS) -> int:
        try:
            return super().wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def _late(self, seconds: float | None, out: Any, err: Any) -> str:
        return f"{self.args} did not end in {seconds} seconds; it wrote {out!r} and {err!r}"

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is not None:
            self.kill()
        super().__exit__(kind, error, trace)


class Forked(Started):
    """`python -m nntrain` with these words; options as those of `subprocess.Popen`."""

    def __init__(self, *words: str, **options: Any) -> None:
        super().__init__([sys.executable, "-m", "nntrain", *words], **options)

    def _execute_child(self, *given: Any) -> None:
        if sys.platform != "linux":
            return super()._execute_child(*given)  # type: ignore[misc, no-any-return]
        asked = inspect.signature(subprocess.Popen._execute_child).bind(self, *given).arguments  # type: ignore[attr-defined]
        pipes = [asked[name] for name in ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")]
        streams = [pipe if pipe >= 0 else own for own, pipe in enumerate((pipes[0], pipes[3], pipes[5]))]
        request = {
            "words": asked["args"][3:],
            "folder": str(asked["cwd"] or Path.cwd()),
            "environment": dict(os.environ if asked["env"] is None else asked["env"]),
            "session": asked["start_new_session"],
            "parent": os.getpid(),
            "seconds": _LIFE_SECONDS,
        }
        self.pid = _forked_by(_server(), request, streams)
        self._child_created = True
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]
        return None


@cache
def _server() -> socket.socket:
    """Start the server of this process; it ends with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(_WAIT_SECONDS)
    number = theirs.fileno()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    process = subprocess.Popen([sys.executable, "-P", __file__, str(number)], pass_fds=[number], env=environment)
    atexit.register(_end, process, ours)
    theirs.close()
    return ours


def _end(process: "subprocess.Popen[bytes]", server: socket.socket) -> None:
    server.close()
    process.kill()
    process.wait()


def _forked_by(server: socket.socket, request: dict[str, Any], streams: list[int]) -> int:
    """Return the number of a new process. It becomes a child of this one when the one between has ended."""
    with _ONE_AT_A_TIME:
        _take_orphans(True)
        try:
            socket.send_fds(server, [json.dumps(request).encode()], streams)
            return int(server.recv(_MOST))
        finally:
            _take_orphans(False)


def _take_orphans(wanted: bool) -> None:
    """Become, or cease to be, the parent of processes below this one whose parent has ended."""
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, int(wanted), 0, 0, 0)


def _serve(server: socket.socket) -> dict[str, Any]:
    """Fork a process for each request, in which this returns the request; the server ends when nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests
    _import()
    while True:
        message, streams, *_ = socket.recv_fds(server, _MOST, 3)
        if not message:
            sys.exit()
        reading, writing = os.pipe()
        between = os.fork()
        if between == 0:
            forked = os.fork()
            if forked == 0:
                for number in (reading, writing, server.detach()):
                    os.close(number)
                return {**json.loads(message), "streams": streams}
            os.write(writing, str(forked).encode())
            os._exit(0)
        os.close(writing)  # so that the reading ends where the fork has failed
        os.waitpid(between, 0)  # now the forked process has its other parent
        server.send(os.read(reading, 32))
        for number in (reading, *streams):
            os.close(number)


def _import() -> None:
    from nntrain import backend

    backend.load()
    for name in [name for name in sys.modules if name.partition(".")[0] == "nntrain"]:
        del sys.modules[name]


def _become(request: dict[str, Any]) -> None:
    """Make this process what `python -m nntrain` with these words would be before it runs a line."""
    for number, stream in enumerate(request["streams"]):
        os.dup2(stream, number)
    for stream in request["streams"]:
        os.close(stream)
    faulthandler.enable(2)
    faulthandler.dump_traceback_later(request["seconds"], exit=True, file=2)
    while os.getppid() != request["parent"]:
        time.sleep(0.001)
    if request["session"]:
        os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    # as the import has set them
    os.environ.update({"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", **request["environment"]})
    signal.signal(signal.SIGINT, signal.default_int_handler)
    unbuffered = bool(os.environ.get("PYTHONUNBUFFERED"))
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        stream = open(number, "r" if number == 0 else "w", closefd=False)  # noqa: SIM115, PTH123
        stream.reconfigure(
            line_buffering=number == 2 or stream.isatty(),
            write_through=unbuffered and number > 0,
            errors="backslashreplace" if number == 2 else None,
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:1] = paths  # without the working folder, as `nntrain/__main__.py` leaves it, which the option -P spares
    sys.argv[1:] = request["words"]
    import numpy as np

    np.random.seed()


if __name__ == "__main__":
    _become(_serve(socket.socket(fileno=int(sys.argv[1]))))
    runpy.run_module("nntrain", run_name="__main__", alter_sys=True)
