"""The processes that train together: their addresses, from the command line or from TF_CONFIG."""

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from nntrain.errors import ConfigError, one_line
from nntrain.training.workers.authkey import shared_key

_ROLES = ("chief", "worker")  # of a process in TF_CONFIG
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True)
class Cluster:
    """The addresses of the workers, the chief's first, the index of this process, and the key that they share."""

    addresses: tuple[str, ...]
    index: int
    key: bytes = field(repr=False)

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the run directory and prints."""
        return self.index == 0

    def name(self, index: int) -> str:
        """Return what a message calls a worker: its index and address."""
        return f"{f'worker {index}' if index else 'the chief'} ({self.addresses[index]})"


def parse(workers: str | None, worker: int | None) -> Cluster | None:
    """Return the cluster of these options, else of TF_CONFIG; None for one process. Raises ConfigError if invalid."""
    if workers is None and worker is None:
        return _from_environment(os.environ.get("TF_CONFIG", ""))
    if workers is None:
        help = "write `--workers HOST:PORT,HOST:PORT --worker 0`"
        raise ConfigError("`--worker` needs the list of all workers", help=help)
    if workers.strip().isdecimal():
        local = "start them all on this machine with `nntrain launch --local 2`"
        help = f"write `--workers HOST:PORT,HOST:PORT`, or {local}; a number is how many of `--seeds` train at once"
        raise ConfigError(f"`--workers` takes the addresses of the workers, not their number `{workers}`", help=help)
    addresses = tuple(part.strip() for part in workers.split(","))
    if worker is None:
        found = _from_environment(os.environ.get("TF_CONFIG", ""))
        if found is None or found.addresses != addresses:
            help = "write `--worker 0` for the first of the list, `--worker 1` for the next"
            raise ConfigError("`--workers` needs the index of this worker", help=help)
        worker = found.index
    return _checked(addresses, worker)


def _checked(addresses: Sequence[str], index: int) -> Cluster:
    help = "write `--workers HOST:PORT,HOST:PORT`, with a different address for each worker"
    for address in addresses:
        found = _ADDRESS.fullmatch(address)
        if found is None or not 0 < int(found["port"]) < 65536:
            raise ConfigError(f"`{one_line(address)}` in `--workers` is not HOST:PORT", help=help)
    if len(set(addresses)) < len(addresses):
        raise ConfigError("`--workers` names an address twice", help=help)
    if len(addresses) < 2:
        raise ConfigError("`--workers` takes 2 workers or more, got 1", help="leave it out to train in one process")
    if not 0 <= index < len(addresses):
        help = f"count from 0 to {len(addresses) - 1}"
        raise ConfigError(f"invalid `--worker {index}` for {len(addresses)} workers", help=help)
    return Cluster(tuple(addresses), index, shared_key())


def _from_environment(text: str) -> Cluster | None:
    """Return the cluster of TensorFlow's variable TF_CONFIG; its chief, if it has one, is the first worker."""
    if not text.strip():
        return None
    try:
        content = json.loads(text)
        jobs, task = content.get("cluster") or {}, content.get("task") or {}
        chiefs, workers = ([str(address) for address in jobs.get(role, [])] for role in _ROLES)
        role, index = task.get("type", None if chiefs else "worker"), task.get("index", 0)
        others = sorted(str(role) for role in jobs.keys() - set(_ROLES))
    except ValueError as error:
        raise _invalid(str(error)) from None
    except (TypeError, AttributeError, RecursionError):
        raise _invalid("it is not an object with a `cluster` of addresses and a `task`") from None
    if not jobs:
        return None
    if role not in _ROLES or others:
        found = f"the task `{one_line(str(role))}`" if role not in _ROLES else f"the job `{one_line(others[0])}`"
        raise _invalid(f"it has {found}, and nntrain knows only `chief` and `worker`")
    if type(index) is not int or not 0 <= index < len(workers if role == "worker" else chiefs):
        raise _invalid(f"it has no {role} {one_line(str(index))}")
    addresses = [*chiefs, *workers]
    return _checked(addresses, index + (len(chiefs) if role == "worker" else 0)) if len(addresses) > 1 else None


def _invalid(why: str) -> ConfigError:
    return ConfigError(f"invalid TF_CONFIG: {why}", help="write `--workers` and `--worker`, or unset TF_CONFIG")
