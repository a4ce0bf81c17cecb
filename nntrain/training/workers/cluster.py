"""The processes that train together: their addresses, how they meet, and what they tell each other.

TensorFlow adds up the gradients. What it lacks is here, on a connection from every worker to worker 0, the chief: an
end to waiting for a worker that never comes, the chief's decisions that depend on a clock or a signal, and the news
that a worker is gone, at once and without a hang.
"""

import json
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NoReturn

from nntrain.errors import ConfigError, NNTrainError, WorkerLost, one_line
from nntrain.training.workers.connection import Gone, Link, accept, connect

WAIT_SECONDS = 120.0  # for all workers to come; NNTRAIN_WAIT_SECONDS is another number
NOTICE_SECONDS = 15.0  # after a worker is gone, TensorFlow's own error comes within these, or the process is ended
NAMING_SECONDS = 2.0  # to learn which worker it was
_LOCAL = ("localhost", "127.0.0.1", "::1")
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True)
class Cluster:
    """The workers' addresses, the chief's first, and which of them this process is."""

    addresses: tuple[str, ...]
    index: int

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the run directory and talks to the user."""
        return self.index == 0


def parse(workers: str | None, worker: int | None) -> Cluster | None:
    """The cluster of `--workers` and `--worker`, or of TF_CONFIG where neither is given; None for one process.

    Raises ConfigError for a list or an index that is none.
    """
    if workers is None and worker is None:
        return _from_environment(os.environ.get("TF_CONFIG", ""))
    if workers is None:
        help = "write `--workers HOST:PORT,HOST:PORT --worker 0`"
        raise ConfigError("`--worker` needs the list of all workers", help=help)
    if workers.strip().isdecimal():
        help = (
            "write `--workers HOST:PORT,HOST:PORT`, or start them all on this machine with `nntrain launch --local 2`"
        )
        raise ConfigError(f"`--workers` takes the addresses of the workers, not their number `{workers}`", help=help)
    addresses = tuple(part.strip() for part in workers.split(","))
    if worker is None:
        found = _from_environment(os.environ.get("TF_CONFIG", ""))
        if found is None or found.addresses != addresses:
            help = "write `--worker 0` for the first of the list, `--worker 1` for the next"
            raise ConfigError("`--workers` needs to know which of them this is", help=help)
        worker = found.index
    return _checked(addresses, worker)


def _checked(addresses: Sequence[str], index: int) -> Cluster:
    help = "write `--workers HOST:PORT,HOST:PORT`, each with a port of its own"
    for address in addresses:
        found = _ADDRESS.fullmatch(address)
        if found is None or not 0 < int(found["port"]) < 65536:
            raise ConfigError(f"`{one_line(address)}` in `--workers` is no HOST:PORT", help=help)
    if len(set(addresses)) < len(addresses):
        raise ConfigError("`--workers` names an address twice", help=help)
    if len(addresses) < 2:
        raise ConfigError("`--workers` takes 2 workers or more, got 1", help="leave it out to train in one process")
    if not 0 <= index < len(addresses):
        help = f"count from 0 to {len(addresses) - 1}"
        raise ConfigError(f"there is no worker `{index}` in a list of {len(addresses)}", help=help)
    return Cluster(tuple(addresses), index)


def _from_environment(text: str) -> Cluster | None:
    """What TensorFlow's variable TF_CONFIG says; its chief, if there is one, is the first worker."""
    if not text.strip():
        return None
    try:
        told = json.loads(text)
        jobs, task = told.get("cluster") or {}, told.get("task") or {}
        addresses = [str(address) for address in (*jobs.get("chief", []), *jobs.get("worker", []))]
        before = len(jobs.get("chief", [])) if task.get("type") == "worker" else 0
        index = before + int(task.get("index", 0))
    except (ValueError, TypeError, AttributeError) as error:
        help = "write `--workers` and `--worker`, or unset TF_CONFIG"
        raise ConfigError(f"TF_CONFIG cannot be read: {error}", help=help) from None
    return _checked(addresses, index) if len(addresses) > 1 else None


def wait_seconds() -> float:
    """How long to wait for the others."""
    text = os.environ.get("NNTRAIN_WAIT_SECONDS", "")
    return float(text) if re.fullmatch(r"[0-9]{1,5}(\.[0-9]+)?", text) else WAIT_SECONDS


@dataclass
class Team:
    """This process's connections: the chief's to every other worker, another worker's to the chief."""

    cluster: Cluster
    links: dict[int, Link]
    last_words: Callable[[], None] = lambda: None  # what to do before a process that hangs is ended
    finished: bool = False
    met: ClassVar[bool] = False  # whether this process has ever had a team
    _alarm: threading.Timer | None = field(default=None, repr=False)

    @classmethod
    def meet(cls, cluster: Cluster, identity: Mapping[str, Any]) -> "Team":
        """Waits until all workers are there. Raises NNTrainError when one does not come, or is of another kind."""
        until = time.monotonic() + wait_seconds()
        join = _as_chief if cluster.is_chief else _as_follower
        team = cls(cluster, join(cluster, dict(identity), until))
        cls.met = True
        for link in team.links.values():
            link.listen(team._gone)
        return team

    def tell(self, content: bytes) -> None:
        """Sends this to every follower."""
        for link in self.links.values():
            self._checked(link.send, content)

    def hear(self) -> bytes:
        """The next message of the chief."""
        heard: bytes = self._checked(self.links[0].receive)
        return heard

    def agree(self, decisions: Sequence[int], request: int) -> tuple[list[int], int]:
        """The chief's decisions, and the request of any of the workers; all call it at the same place."""
        if not self.cluster.is_chief:
            self._checked(self.links[0].send, json.dumps(request).encode())
            told = json.loads(self.hear())
            return told["decisions"], told["request"]
        requests = [request, *(json.loads(self._checked(link.receive)) for link in self.links.values())]
        asked = next((each for each in requests if each), 0)
        self.tell(json.dumps({"decisions": [int(value) for value in decisions], "request": asked}).encode())
        return [int(value) for value in decisions], asked

    def lost(self) -> WorkerLost:
        """The error of a training whose workers have lost each other; the caller now ends the process in order."""
        if self._alarm is not None:
            self._alarm.cancel()
        names = self._names_of_the_gone()
        self.finished = True
        if names:
            return WorkerLost(f"{' and '.join(names)} {'are' if len(names) > 1 else 'is'} gone")
        return WorkerLost("a worker does not answer any more")

    def _names_of_the_gone(self) -> list[str]:
        """TensorFlow's error can come a moment before the end of the connection is seen."""
        until = time.monotonic() + NAMING_SECONDS
        while not any(link.is_gone for link in self.links.values()) and time.monotonic() < until:
            time.sleep(0.05)
        return [self._called(index) for index, link in self.links.items() if link.is_gone]

    def finish(self) -> None:
        """From now on the others may go. A follower stays until the chief has: TensorFlow takes a leaver for lost."""
        self.finished = True
        if not self.cluster.is_chief:
            self.links[0].wait()

    def close(self) -> None:
        """Ends all connections."""
        self.finished = True
        for link in self.links.values():
            link.close()

    def _called(self, index: int) -> str:
        name = "the chief" if index == 0 else f"worker {index}"
        return f"{name} ({self.cluster.addresses[index]})"

    def _checked(self, call: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return call(*arguments)
        except Gone:
            raise self.lost() from None

    def _gone(self) -> None:
        """Called in another thread when a connection ends."""
        if not self.finished and self._alarm is None:
            self._alarm = threading.Timer(NOTICE_SECONDS, self._end)
            self._alarm.daemon = True
            self._alarm.start()

    def _end(self) -> None:
        """The main thread has not come back: TensorFlow waits for what will never come."""
        if self.finished:
            return
        error = self.lost()
        self.last_words()
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(error.exit_code)


def leave(code: int) -> NoReturn:
    """Ends a process that has had a team at once: at an ordinary end TensorFlow may wait for those who are gone."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _as_chief(cluster: Cluster, identity: dict[str, Any], until: float) -> dict[int, Link]:
    """Takes the calls of all others, then gives each the word to begin."""
    links: dict[int, Link] = {}
    wanted = set(range(1, len(cluster.addresses)))
    with _listening(cluster.addresses[0]) as listener:
        while missing := wanted - set(links):
            link = accept(listener, until)
            if link is None:
                for found in links.values():
                    found.close()
                names = " and ".join(f"worker {index} ({cluster.addresses[index]})" for index in sorted(missing))
                raise NNTrainError(f"{names} did not come within {wait_seconds():g} seconds", help=_HELP_START)
            index = _admitted(link, identity, missing)
            if index is not None:
                links[index] = link
    for index, link in links.items():
        try:
            link.send(b"{}")
        except Gone:
            raise WorkerLost(f"worker {index} ({cluster.addresses[index]}) is gone", help=_HELP_START) from None
    return links


_HELP_START = "start all workers with the same `--workers`, each with its own `--worker`"


def _admitted(link: Link, identity: dict[str, Any], missing: set[int]) -> int | None:
    """The index of the worker that calls; None for one that does not belong here, which is told so."""
    try:
        hello = json.loads(link.receive_now())
        index = hello.pop("worker")
    except (Gone, ValueError, KeyError, TypeError, AttributeError):
        link.close()
        return None
    differing = [name for name in identity if hello.get(name) != identity[name]]
    if not differing and index in missing:
        return int(index)
    why = f"another {differing[0]} than the chief" if differing else "an index that is taken"
    link.send(json.dumps({"refused": f"this worker has {why}"}).encode())
    link.close()
    return None


def _as_follower(cluster: Cluster, identity: dict[str, Any], until: float) -> dict[int, Link]:
    """Calls the chief until it answers, and waits for its word to begin."""
    address = cluster.addresses[0]
    link = connect(_place(address), until)
    answer = None if link is None else _answer(link, {**identity, "worker": cluster.index}, until)
    if link is None or answer is None:
        raise NNTrainError(f"the chief ({address}) did not answer within {wait_seconds():g} seconds", help=_HELP_START)
    if "refused" in answer:
        link.close()
        raise ConfigError(str(answer["refused"]), help="start all workers with the same nntrain and the same command")
    return {0: link}


def _answer(link: Link, hello: dict[str, Any], until: float) -> dict[str, Any] | None:
    """What the chief says when all are there; None where it does not."""
    try:
        link.send(json.dumps(hello).encode())
        return dict(json.loads(link.receive_now(until + NOTICE_SECONDS - time.monotonic())))
    except (Gone, ValueError):
        link.close()
        return None


def _place(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def _listening(address: str) -> socket.socket:
    """On every interface, unless the address is for this machine alone: a name may stand for 127.0.1.1 at home."""
    host, port = _place(address)
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host if host in _LOCAL else "", port), family=family)
    except OSError as error:
        help = "give the first worker an address of this machine with a free port"
        raise NNTrainError(f"cannot listen on `{address}`: {error.strerror or error}", help=help) from None
