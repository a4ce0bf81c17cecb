"""Ray itself: the connection to a cluster, its actors, and the results of their calls. No other module imports Ray."""

import contextlib
import os
import queue
import secrets
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nntrain.backend import stderr_dropped
from nntrain.errors import ConfigError, NNTrainError
from nntrain.processes.settings import WorkerSettings
from nntrain.search.workers.ray_node import Node
from nntrain.storage.home import home

ANSWER_SECONDS = 10.0  # for an address to answer
SHUTDOWN_SECONDS = 2.0


class Lost(Exception):
    """An actor has died; the message says why."""


class RaySession:
    """A connection to the cluster at `host:port`, or to a new one on this machine with this many CPUs.

    A new cluster ends with the session; any other one is left running. Raises ConfigError where the cluster has fewer
    CPUs, and NNTrainError where it does not answer or refuses the connection.
    """

    def __init__(self, address: str | None, cpus: int) -> None:
        if address is not None and not answers(address):
            help = "start a cluster with `ray start --head --port 6379`, or leave `--address` out to use this machine"
            raise NNTrainError(f"no Ray cluster answers at `{address}`", help=help)
        _prepare_environment(local=address is None)
        import ray

        self.ray = ray
        self.lost = False
        self.folder = None if address else tempfile.mkdtemp(prefix="nntrain-ray-")
        own = {  # reachable from this machine only
            "num_cpus": cpus,
            "include_dashboard": False,
            "_temp_dir": self.folder,
            "_node_ip_address": "127.0.0.1",
        }
        quiet = {"log_to_driver": False, "configure_logging": False, "logging_level": "error"}
        try:
            with _undisturbed():
                ray.init(address=address or "local", **quiet, **({} if address else own))
        except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
            self.close()
            raise _refused(error, address) from error
        self.head = str(ray.get_runtime_context().gcs_address)
        self._refuse_too_few(cpus)

    def _refuse_too_few(self, cpus: int) -> None:
        """Raise ConfigError where the whole cluster has fewer CPUs; some of them may be in use."""
        has = int(self.ray.cluster_resources().get("CPU", 0))
        if has < cpus:
            self.close()
            help = f"use at most `--workers {has}`, or add nodes with `ray start --address`"
            raise ConfigError(f"the Ray cluster has {has} CPUs, and the workers need {cpus}", help=help)

    def refuse_lost_head(self) -> None:
        """Raise NNTrainError where the head does not answer: Ray would wait for a minute and end this process."""
        if not answers(self.head):
            self.lost = True
            help = "start the cluster again; `nntrain resume` resumes the search"
            raise NNTrainError(f"the head of the Ray cluster, `{self.head}`, is lost", help=help)

    def actor(self, settings: WorkerSettings) -> Any:
        """Return a new actor; it starts when a node has what it needs. Raises NNTrainError where the head is lost."""
        self.refuse_lost_head()
        gpus = 1 if settings.device == "gpu" else 0
        return self.ray.remote(Node).options(num_cpus=settings.threads, num_gpus=gpus).remote(settings, sys.argv)

    def kill(self, actor: Any) -> None:
        """End an actor; the actors of a cluster that is lost end by themselves."""
        if not self.lost:
            with contextlib.suppress(self.ray.exceptions.RayError):  # where the actor or the cluster has ended
                self.ray.kill(actor)

    def ended(self, calls: list[Any], timeout_seconds: float, every: bool = False) -> list[Any]:
        """Return the calls that have ended: as soon as one has, or with `every` all, or after the timeout."""
        if not calls:
            return []
        done, _ = self.ray.wait(calls, num_returns=len(calls) if every else 1, timeout=timeout_seconds)
        return list(done)

    def result(self, call: Any) -> Any:
        """Return the result of a call, or Lost where its actor has died."""
        errors = self.ray.exceptions
        try:
            return self.ray.get(call)
        except errors.RayTaskError:
            raise
        except errors.RayError as error:
            return Lost(f"the worker's node or process was lost: {_first_line(error)}")

    def close(self) -> None:
        """Leave the cluster, or end it if it was started here."""
        with _undisturbed():
            ending = threading.Thread(target=self.ray.shutdown, daemon=True)  # may wait for what is lost
            ending.start()
            ending.join(SHUTDOWN_SECONDS if self.lost else None)
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def answers(address: str) -> bool:
    """Return whether a gRPC server answers, which every head of a cluster is. Ray itself would wait for minutes."""
    import grpc

    ready, failed = grpc.ChannelConnectivity.READY, grpc.ChannelConnectivity.TRANSIENT_FAILURE
    changes: queue.SimpleQueue[bool] = queue.SimpleQueue()
    with grpc.insecure_channel(address, [("grpc.enable_http_proxy", 0)]) as channel:
        channel.subscribe(lambda state: changes.put(state is ready) if state in (ready, failed) else None, True)
        with contextlib.suppress(queue.Empty):
            return changes.get(timeout=ANSWER_SECONDS)
    return False


def _prepare_environment(local: bool) -> None:
    """Set what Ray reads at import: no usage statistics are sent, and nobody connects without a token."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_AUTH_MODE", "token")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # important errors are also raised
    named = any(os.environ.get(name) for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"))
    if local and not named and not ((home() or Path()) / ".ray" / "auth_token").is_file():
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)  # else Ray would write one into the user's home


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Drop what Ray writes to stderr inside the `with` statement, and restore the signal handlers after it."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with stderr_dropped():
            yield
    finally:
        for number, handler in before.items():
            with contextlib.suppress(ValueError):  # outside the main thread, where Ray changes no handlers either
                signal.signal(number, handler)


def _refused(error: Exception, address: str | None) -> NNTrainError:
    where = f"the Ray cluster at `{address}` cannot be used" if address else "Ray cannot start on this machine"
    help = ""
    if "find a node" in str(error) or "node_ip" in str(error):
        help = "run this on a machine of the cluster: join it with `ray start --address`"
    elif address:
        help = "use the cluster's token: copy `~/.ray/auth_token` from its head, and set RAY_AUTH_MODE=token"
    return NNTrainError(f"{where}: {_first_line(error)}", help=help)


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:200]
