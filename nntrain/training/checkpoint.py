"""Checkpoints on disk: two generations, each one file with its SHA-256, written whole or not at all."""

import hashlib
import io
import json
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nntrain.errors import NNTrainError
from nntrain.storage.atomic import write_atomic, writing
from nntrain.training.state import State

MAGIC = b"nntrain checkpoint 1\n"
_ANY_MAGIC = b"nntrain checkpoint "
_SLOTS = ("a.ckpt", "b.ckpt")
_LARGEST_SHARE = 0.05  # of the time that checkpoints may cost


@dataclass(frozen=True)
class Found:
    """A checkpoint that can be used, and what is wrong with the others."""

    state: State
    complaints: tuple[str, ...]


class Store:
    """The checkpoints of one run. `run_key` is what makes a checkpoint this run's."""

    def __init__(self, folder: Path, run_key: str) -> None:
        self.folder = folder
        self.run_key = run_key
        self.counter = 0

    def save(self, state: State) -> None:
        """Writes the state over the older of the two generations, durably; raises NNTrainError where it cannot."""
        self.counter += 1
        content = _encode(state, {"run": self.run_key, "counter": self.counter})
        with writing(self.folder.parent):
            self.folder.mkdir(exist_ok=True)
            write_atomic(self.folder / _SLOTS[self.counter % 2], content)

    def load(self) -> Found | None:
        """The newest generation that is whole and this run's; None where no checkpoint was ever written.

        Raises NNTrainError when there are checkpoints and none can be used.
        """
        found: list[tuple[int, State]] = []
        complaints: list[str] = []
        for path in (self.folder / name for name in _SLOTS):
            if path.exists():
                try:
                    found.append(self._read(path))
                except _Unusable as error:
                    complaints.append(f"`{path}` {error}")
        if not found and complaints:
            help = "train the run again with `nntrain fit`"
            raise NNTrainError(f"no checkpoint can be used: {'; '.join(complaints)}", help=help)
        if not found:
            return None
        self.counter, state = max(found, key=lambda pair: pair[0])
        return Found(state, tuple(complaints))

    def _read(self, path: Path) -> tuple[int, State]:
        state, label = _decode(path.read_bytes())
        if label["run"] != self.run_key:
            raise _Unusable("belongs to another run")
        return int(label["counter"]), state


class _Unusable(Exception):
    """Why a file is no checkpoint that can be used."""


def _encode(state: State, label: dict[str, Any]) -> bytes:
    payload = io.BytesIO()
    facts = json.dumps({"label": label, "facts": state.facts}).encode()
    arrays = {f"array:{name}": array for name, array in state.arrays.items()}
    np.savez(payload, allow_pickle=False, facts=np.frombuffer(facts, "uint8"), **arrays)
    content = payload.getvalue()
    return MAGIC + hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def _decode(data: bytes) -> tuple[State, dict[str, Any]]:
    if not data.startswith(MAGIC):
        known = data.startswith(_ANY_MAGIC)
        raise _Unusable("was written by another version of nntrain" if known else "is no checkpoint")
    digest, _, content = data[len(MAGIC) :].partition(b"\n")
    if hashlib.sha256(content).hexdigest().encode() != digest:
        raise _Unusable("is damaged: its SHA-256 differs")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            told = json.loads(file["facts"].tobytes())
            arrays = {name.removeprefix("array:"): file[name] for name in file.files if name != "facts"}
    except (ValueError, KeyError, zipfile.BadZipFile) as error:
        raise _Unusable(f"cannot be read: {error}") from None
    return State(told["facts"], arrays), told["label"]


def encode_state(state: State) -> bytes:
    """The state as another process can read it."""
    return _encode(state, {})


def decode_state(data: bytes) -> State:
    """The state that another process has encoded; raises NNTrainError when it was damaged on its way."""
    try:
        return _decode(data)[0]
    except _Unusable as error:
        raise NNTrainError(f"the chief's checkpoint {error}", help="start all workers again") from None


class Pace:
    """When a checkpoint is due: every so many seconds, and never for more than a twentieth of the time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.last = time.monotonic()
        self.cost = 0.0

    def is_due(self, end_of_epoch: bool) -> bool:
        """Whether to write one now; 0 seconds means at the end of every epoch and at no other time."""
        if self.seconds == 0:
            return end_of_epoch
        return time.monotonic() - self.last >= max(self.seconds, self.cost / _LARGEST_SHARE)

    def written(self, cost: float) -> None:
        """A checkpoint was written and took so many seconds."""
        self.last = time.monotonic()
        self.cost = cost
