"""Connects the workers before TensorFlow starts, which would wait for a missing worker without an end."""

import contextlib
import json
import os
import re
import socket
import time
from collections.abc import Collection, Mapping
from typing import Any

from nntrain.errors import ConfigError, NNTrainError, WorkerLost, one_line
from nntrain.training.workers.authkey import VARIABLE, key_file
from nntrain.training.workers.cluster import Cluster
from nntrain.training.workers.connection import HELLO_SECONDS, Gone, Link, WrongKey, accept, connect

WAIT_SECONDS = 120.0  # for all workers to connect; NNTRAIN_WAIT_SECONDS sets another number
_LOCAL = ("localhost", "127.0.0.1", "::1")
_HELP = "start all workers with the same `--workers` and the same key, each with its own `--worker`"


def meet(cluster: Cluster, identity: Mapping[str, str]) -> dict[int, Link]:
    """Return the connections of this worker: the chief's to all others, another worker's to the chief.

    Raises NNTrainError when a worker does not come in time, or when its `identity` or key differs from the chief's.
    """
    until = time.monotonic() + wait_seconds()
    return (_accept_all if cluster.is_chief else _join_chief)(cluster, identity, until)


def wait_seconds() -> float:
    """Return how long to wait for the other workers; raises ConfigError for a variable that is not a number."""
    text = os.environ.get("NNTRAIN_WAIT_SECONDS")
    if text is not None and not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,9})?", text, re.ASCII):
        message = f"NNTRAIN_WAIT_SECONDS takes a number of seconds, got `{one_line(text)}`"
        raise ConfigError(message, help="write `NNTRAIN_WAIT_SECONDS=120`")
    return WAIT_SECONDS if text is None else float(text)


def _limit() -> str:
    return f"{wait_seconds():g} second{'' if wait_seconds() == 1 else 's'}"


def _accept_all(cluster: Cluster, identity: Mapping[str, str], until: float) -> dict[int, Link]:
    """Accept all other workers, then have each begin."""
    links: dict[int, Link] = {}
    with _listener(cluster.addresses[0]) as listener:
        while missing := [index for index in range(1, len(cluster.addresses)) if index not in links]:
            try:
                link = accept(listener, cluster.key, until)
            except Gone:
                for found in links.values():
                    found.close()
                names = " and ".join(cluster.name(index) for index in missing)
                message = f"{names} did not connect within {_limit()}"
                raise NNTrainError(message, help=_HELP) from None
            index = _admitted(link, identity, missing)
            if index is not None:
                links[index] = link
    for index, link in links.items():
        try:
            link.send(b"{}")
        except Gone:
            raise WorkerLost(f"{cluster.name(index)} is gone", help=_HELP) from None
    return links


def _admitted(link: Link, identity: Mapping[str, str], missing: Collection[int]) -> int | None:
    """Return the index of the worker that calls; None for one that is refused, and gets the reason."""
    try:
        hello = _receive(link, HELLO_SECONDS)
    except Gone:
        return None
    differing = [name for name in identity if hello.get(name) != identity[name]]
    if not differing and hello.get("worker") in missing:
        return int(hello["worker"])
    reason = f"another {differing[0]} than the chief" if differing else "an index that is taken"
    with contextlib.suppress(Gone):
        link.send(json.dumps({"refused": f"this worker has {reason}"}).encode())
    link.close()
    return None


def _join_chief(cluster: Cluster, identity: Mapping[str, str], until: float) -> dict[int, Link]:
    """Call the chief, and wait until it has accepted all workers."""
    chief = cluster.name(0)
    try:
        link = connect(_place(cluster.addresses[0]), cluster.key, until)
        link.send(json.dumps({**identity, "worker": cluster.index}).encode())
        answer = _receive(link, until + HELLO_SECONDS - time.monotonic())
    except WrongKey:
        help = f"set {VARIABLE} to the same secret for all workers, or copy the chief's `{key_file()}` to this machine"
        raise ConfigError(f"{chief} has another key than this worker", help=help) from None
    except Gone:
        raise NNTrainError(f"{chief} did not answer within {_limit()}", help=_HELP) from None
    if "refused" in answer:
        link.close()
        raise ConfigError(str(answer["refused"]), help="start all workers with the same nntrain and the same command")
    return {0: link}


def _receive(link: Link, seconds: float) -> dict[str, Any]:
    """Return the next message, a JSON object; otherwise close the connection and raise Gone."""
    with contextlib.suppress(ValueError, RecursionError):
        content = json.loads(link.receive_hello(seconds))
        if isinstance(content, dict):
            return content
    link.close()
    raise Gone("the message is not a JSON object")


def _place(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def _listener(address: str) -> socket.socket:
    """Return a socket that listens on every interface, unless the address is local: a host name may be 127.0.1.1."""
    host, port = _place(address)
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host if host in _LOCAL else "", port), family=family)
    except OSError as error:
        help = "give the first worker an address of this machine with a free port"
        raise NNTrainError(f"cannot listen on `{address}`: {error.strerror or error}", help=help) from None
