"""Checkpoints on disk: two generations, each a file with its SHA-256, written whole or not at all."""

import hashlib
import io
import json
import math
import struct
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from nntrain.data.npy_header import arrays_in
from nntrain.errors import NNTrainError
from nntrain.storage import inside, records
from nntrain.storage.atomic import writing
from nntrain.storage.zip_member import FilePart
from nntrain.training.state import State

MAGIC = b"nntrain checkpoint 1\n"
_ANY_MAGIC = b"nntrain checkpoint "
_DIGEST = 65  # the SHA-256 in hexadecimal digits, and a line end
_SLOTS = ("a.ckpt", "b.ckpt")
_LARGEST_SHARE = 0.05  # of the time that checkpoints may take
HOLD_SECONDS = 1.0  # where a worker can be lost, the state is kept in memory about this often


@dataclass(frozen=True)
class Checkpoint:
    """A usable checkpoint, and what is wrong with the others."""

    state: State
    complaints: tuple[str, ...]


class Store:
    """The checkpoints of one run; `run_key` identifies the run."""

    def __init__(self, folder: Path, run_key: str) -> None:
        self.folder = folder
        self.run_key = run_key
        self.counter = 0

    def save(self, state: State) -> None:
        """Write the state durably over the older of the two generations; raises NNTrainError if that fails."""
        self.counter += 1
        content = _encode(state, {"run": self.run_key, "counter": self.counter})
        with writing(self.folder.parent):
            inside.make_folder(self.folder.parent, self.folder.name)
            inside.write(self.folder.parent, self._name(_SLOTS[self.counter % 2]), content)

    def load(self, most_bytes: float = math.inf) -> Checkpoint | None:
        """Return the newest undamaged state of this run, None without any; raises NNTrainError if all are damaged.

        A file of more than `most_bytes` cannot be of this model, and is not read.
        """
        found: list[tuple[int, State]] = []
        complaints: list[str] = []
        for slot in _SLOTS:
            try:
                found.append(self._read(slot, most_bytes))
            except FileNotFoundError:
                continue
            except OSError as error:
                complaints.append(f"`{self.folder / slot}` cannot be read: {error.strerror}")
            except _Unusable as error:
                complaints.append(f"`{self.folder / slot}` {error}")
        if not found and complaints:
            help = "train the run again with `nntrain fit`"
            raise NNTrainError(f"no checkpoint can be used: {'; '.join(complaints)}", help=help)
        if not found:
            return None
        self.counter, state = max(found, key=lambda pair: pair[0])
        return Checkpoint(state, tuple(complaints))

    def _read(self, slot: str, most_bytes: float) -> tuple[int, State]:
        with inside.open_file(self.folder.parent, self._name(slot)) as file:
            if file.seek(0, io.SEEK_END) > most_bytes:
                raise _Unusable("is larger than a checkpoint of this model")
            state, label = _decode(file)
        if label.get("run") != self.run_key:
            raise _Unusable("belongs to another run")
        return int(label.get("counter", 0)), state

    def _name(self, slot: str) -> str:
        return f"{self.folder.name}/{slot}"


class _Label(records.Record, total=False):
    """Which run wrote the file, and which of its checkpoints it is; empty for a state sent to another process."""

    run: records.Text
    counter: records.Count


class _Content(records.Record):
    """What is not an array."""

    label: _Label
    facts: dict[str, Any]


class _Unusable(Exception):
    """Why a checkpoint cannot be used."""


def _encode(state: State, label: dict[str, Any]) -> bytes:
    payload = io.BytesIO()
    facts = json.dumps({"label": label, "facts": state.facts}).encode()
    arrays = {f"array:{name}": array for name, array in state.arrays.items()}
    np.savez(payload, allow_pickle=False, facts=np.frombuffer(facts, "uint8"), **arrays)
    content = payload.getvalue()
    return MAGIC + hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def _decode(file: BinaryIO) -> tuple[State, dict[str, Any]]:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    magic, digest = file.read(len(MAGIC)), file.read(_DIGEST).strip()
    if magic != MAGIC:
        known = magic.startswith(_ANY_MAGIC)
        raise _Unusable("was written by another version of nntrain" if known else "is not a checkpoint")
    content = FilePart(file, len(MAGIC) + _DIGEST, size - len(MAGIC) - _DIGEST)
    if hashlib.file_digest(content, "sha256").hexdigest().encode() != digest:
        raise _Unusable("is damaged: its SHA-256 differs")
    try:
        arrays = arrays_in(content)
        facts = json.loads(arrays.pop("facts").tobytes())
        records.check(_Content, facts, "it")
    except (ValueError, KeyError, RecursionError, zipfile.BadZipFile, struct.error, NNTrainError) as error:
        raise _Unusable(f"cannot be read: {' '.join(str(error).split())}") from None
    return State(facts["facts"], {name.removeprefix("array:"): array for name, array in arrays.items()}), facts["label"]


def encode_state(state: State) -> bytes:
    """Return the state as bytes for another process."""
    return _encode(state, {})


def decode_state(data: bytes) -> State:
    """Return the state that another process encoded; raises NNTrainError if it was damaged on the way."""
    try:
        return _decode(io.BytesIO(data))[0]
    except _Unusable as error:
        raise NNTrainError(f"the chief's checkpoint {error}", help="start all workers again") from None


class Saver:
    """Writes checkpoints of a training when they are due; where a worker can be lost, keeps the last state in memory.

    capture: returns the state between two steps. A step that a lost worker cuts short leaves none.
    """

    def __init__(self, store: Store | None, capture: Callable[[], State], seconds: float, can_lose: bool) -> None:
        self.store = store
        self.capture = capture
        self.holds = can_lose and store is not None
        self._pace = Pace(seconds)
        self._hold_pace = Pace(HOLD_SECONDS)
        self._held: State | None = None

    def is_due(self, end_of_epoch: bool) -> bool:
        """Return whether to write a checkpoint now."""
        return self._pace.is_due(end_of_epoch)

    def save(self) -> None:
        """Write a checkpoint."""
        if self.store is None:
            return
        started = time.perf_counter()
        state = self.capture()
        self.store.save(state)
        self._held = state if self.holds else None
        self._pace.written(time.perf_counter() - started)

    def hold(self) -> None:
        """Keep the state in memory if that is due."""
        if self.holds and self._hold_pace.is_due(end_of_epoch=True):
            started = time.perf_counter()
            self._held = self.capture()
            self._hold_pace.written(time.perf_counter() - started)

    def save_held(self) -> None:
        """Write the state that was kept in memory, after a worker was lost."""
        if self.store is not None and self._held is not None:
            self.store.save(self._held)


class Pace:
    """When a checkpoint is due: after this many seconds, but never for more than a twentieth of the time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.last = time.monotonic()
        self.cost = 0.0

    def is_due(self, end_of_epoch: bool) -> bool:
        """Return whether to write one now; 0 seconds means at the end of every epoch and only then."""
        if self.seconds == 0:
            return end_of_epoch
        return time.monotonic() - self.last >= max(self.seconds, self.cost / _LARGEST_SHARE)

    def written(self, cost: float) -> None:
        """Note that a checkpoint was written in this many seconds."""
        self.last = time.monotonic()
        self.cost = cost
