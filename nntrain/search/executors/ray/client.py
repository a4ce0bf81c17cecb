"""Ray itself: the connection to a cluster, actors, and calls that are waited for. Nothing else imports it."""

import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nntrain.errors import ConfigError, MissingPackage, NNTrainError
from nntrain.search.executors.ray.node import Node, own_folder
from nntrain.search.worker_process import Settings

ANSWER_SECONDS = 10.0  # for an address to answer
SHUTDOWN_SECONDS = 2.0
_ADDRESS = re.compile(r"(\[[0-9a-fA-F:]+\]|[^\s:/\[\]]+):([0-9]{1,5})")
# What every server of gRPC says first, after the same was said to it: RFC 9113, 3.4 and 6.5.
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
_SETTINGS = 4


class Lost(Exception):
    """An actor has died, and says why."""


def connect(address: str | None, cpus: int) -> "Session":
    """A connection to the cluster at `host:port`, or to a cluster of this machine alone with so many CPUs.

    Raises MissingPackage, ConfigError for a text that is no address, and NNTrainError where no cluster can be used.
    """
    if find_spec("ray") is None:
        message = "`--executor ray` needs the package `ray`, which is not installed"
        raise MissingPackage(message, "ray")
    if address is not None:
        _refuse_silence(address)
    _prepare_environment(local=address is None)
    return Session(address, cpus)


def _refuse_silence(address: str) -> None:
    """Raises ConfigError where it is no address, NNTrainError where no server like Ray's answers: Ray would wait."""
    match = _ADDRESS.fullmatch(address)
    if match is None or int(match[2]) > 65535:
        message = f"`--address` must be the address of a Ray cluster, got `{address}`"
        raise ConfigError(message, help="write `--address HOST:PORT`, as `ray start --head` says it")
    try:
        with socket.create_connection((match[1].strip("[]"), int(match[2])), ANSWER_SECONDS) as connection:
            connection.sendall(_PREFACE)
            answer = connection.recv(9)
    except OSError as error:
        answer, reason = b"", f": {error.strerror or error}"
    else:
        reason = ""
    if len(answer) < 9 or answer[3] != _SETTINGS:
        help = "begin a cluster with `ray start --head --port 6379`, or leave `--address` away to use this machine"
        raise NNTrainError(f"no Ray cluster answers at `{address}`{reason}", help=help)


def _prepare_environment(local: bool) -> None:
    """What Ray reads when it is imported: nothing is told to its makers, and nobody gets in without a token."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_AUTH_MODE", "token")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # what matters comes as an exception too
    named = any(os.environ.get(name) for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"))
    if local and not named and not (Path.home() / ".ray" / "auth_token").is_file():
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)  # else Ray would write one into the user's home


class Session:
    """A connection; a cluster that was begun for it ends with it, any other one is left alone."""

    def __init__(self, address: str | None, cpus: int) -> None:
        import ray

        self.ray = ray
        self.lost = False
        self.folder = None if address else own_folder("nntrain-ray-")
        own = {  # for nobody else to reach
            "num_cpus": cpus,
            "include_dashboard": False,
            "_temp_dir": str(self.folder),
            "_node_ip_address": "127.0.0.1",
        }
        quiet = {"log_to_driver": False, "configure_logging": False, "logging_level": "error"}
        try:
            with _undisturbed():
                ray.init(address=address or "local", **quiet, **({} if address else own))
        except Exception as error:  # noqa: BLE001  # of many kinds, among them those of gRPC
            self.close()
            raise _told(error, address) from error
        self.head = str(ray.get_runtime_context().gcs_address)
        self.refuse_too_few(cpus)

    def refuse_too_few(self, cpus: int) -> None:
        """Raises ConfigError where the whole cluster has fewer CPUs, some of which may be in use."""
        has = int(self.ray.cluster_resources().get("CPU", 0))
        if has < cpus:
            self.close()
            help = f"use at most `--workers {has}`, or add nodes with `ray start --address`"
            raise ConfigError(f"the Ray cluster has {has} CPUs, and the workers need {cpus}", help=help)

    def refuse_lost_output_layer(self) -> None:
        """Raises NNTrainError where the head answers no more: Ray would wait for a minute and end this process."""
        host, _, port = self.head.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS).close()
        except OSError:
            self.lost = True
            message = f"the head of the Ray cluster, `{self.head}`, is gone"
            raise NNTrainError(
                message, help="begin the cluster again; `nntrain resume` goes on with the search"
            ) from None

    def actor(self, settings: Settings) -> Any:
        """A new actor, as soon as a node has what it takes. Raises NNTrainError where the cluster is gone."""
        self.refuse_lost_output_layer()
        gpus = 1 if settings.device == "gpu" else 0
        return self.ray.remote(Node).options(num_cpus=settings.threads, num_gpus=gpus).remote(settings, sys.argv)

    def kill(self, actor: Any) -> None:
        """Ends an actor; those of a cluster that is gone end by themselves."""
        if self.lost:
            return
        with contextlib.suppress(Exception):  # one that is dead, or a cluster that is gone
            self.ray.kill(actor)

    def first_of(self, calls: Iterable[Any], timeout_seconds: float) -> Any:
        """A call that has ended; None when the time is over."""
        done, _ = self.ray.wait(list(calls), num_returns=1, timeout=timeout_seconds)
        return done[0] if done else None

    def all_of(self, calls: dict[Any, Any], timeout_seconds: float) -> Iterator[tuple[Any, Any]]:
        """The calls that have ended when the time is over, each with what belongs to it."""
        done, _ = (
            self.ray.wait(list(calls), num_returns=len(calls), timeout=timeout_seconds)
            if calls and not self.lost
            else ([], [])
        )
        yield from ((call, calls[call]) for call in done)

    def result(self, call: Any) -> Any:
        """What a call gave, or Lost where its actor has died."""
        errors = self.ray.exceptions
        try:
            return self.ray.get(call)
        except errors.RayTaskError:
            raise
        except errors.RayError as error:
            return Lost(f"the worker's node or process was lost: {_first_words(error)}")

    def close(self) -> None:
        """Leaves the cluster, or ends it where it is our own."""
        with _undisturbed():
            ending = threading.Thread(target=self.ray.shutdown, daemon=True)  # which may wait for what is gone
            ending.start()
            ending.join(SHUTDOWN_SECONDS if self.lost else None)
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """While it lasts, Ray may take over signals, which are then as they were; what it writes of its own is dropped."""
    sys.stderr.flush()
    stderr = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        for number, handler in before.items():
            with contextlib.suppress(ValueError):  # not in the main thread, where Ray leaves them alone too
                signal.signal(number, handler)


def _told(error: Exception, address: str | None) -> NNTrainError:
    where = f"the Ray cluster at `{address}` cannot be used" if address else "Ray cannot start on this machine"
    help = ""
    if "find a node" in str(error) or "node_ip" in str(error):
        help = "run this on a machine of the cluster: join it with `ray start --address`"
    elif address:  # a server answered, and did not let us in
        help = "the token must be the cluster's: copy the head's `~/.ray/auth_token`, and set RAY_AUTH_MODE=token"
    return NNTrainError(f"{where}: {_first_words(error)}", help=help)


def _first_words(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:200]
