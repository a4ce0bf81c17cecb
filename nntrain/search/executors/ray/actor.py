"""A worker of a Ray cluster as the search sees it: an actor, its task, and what goes between its node and here."""

import contextlib
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nntrain.config.load import from_document
from nntrain.document import yaml_file
from nntrain.errors import ConfigError, NNTrainError
from nntrain.search.executors.ray import client
from nntrain.search.executors.ray.file_transfer import Digests, Parcel, read_run, write_run
from nntrain.search.executors.ray.node import Begin, Reply
from nntrain.search.task import Event, Task
from nntrain.search.worker_process import Answer, Settings, Stop
from nntrain.storage import run_files
from nntrain.storage.atomic import writing

_NOT_OF_PARENT = (run_files.MODEL, run_files.MODEL_FACTS)


@dataclass(eq=False)
class Actor:
    """One worker; at most one call of it is underway."""

    session: client.Session
    settings: Settings
    ready: bool = False
    task: Task | None = None
    asked: bool = False  # to stop its task
    away: bool = False  # whether the task runs in a folder of the node
    call: Any = None
    unsaid: list[Begin | Answer | Stop] = field(default_factory=list)
    shared: dict[Path, bool] = field(default_factory=dict)  # folders, and whether the node has them too

    def __post_init__(self) -> None:
        self.actor = self.session.actor(self.settings)
        self.call = self.actor.hello.remote()

    def say(self, message: Begin | Answer | Stop) -> None:
        """Sends a message, at once or as soon as the worker listens again."""
        self.unsaid.append(message)
        if self.call is None:
            self._exchange()

    def _exchange(self) -> None:
        self.call = self.actor.exchange.remote(self.unsaid)
        self.unsaid = []

    def begin(self, task: Task, digests: Digests) -> None:
        """Sends a task and the files it needs; raises Lost where the worker has died."""
        self.task, self.asked, self.unsaid = task, False, []
        folder = Path(task.folder)
        self.away = not self._shares(folder.parent)
        places = {path: self._sent(parcel) for path, parcel in _parcels(task, digests).items()}
        moved = replace(task, places={path: place for path, place in places.items() if place != path})
        if not self.away:
            self.say(Begin(moved, shared=True))
            return
        parent = {} if task.parent is None else read_run(Path(task.parent), without=_NOT_OF_PARENT)
        self.say(Begin(moved, shared=False, run=read_run(folder), parent=parent))

    def heard(self, reply: Reply) -> list[Event]:
        """The events of a reply, after its files were written."""
        self.keep(reply)
        events = [self._honest(event) for event in reply.events]
        judged = self.task is not None and self.task.judged
        if any(event.kind != "epoch" for event in events):
            self.task = None
        elif self.unsaid or not (events and judged):  # else there is nothing to hear before the answer
            self._exchange()
        return events

    def keep(self, reply: Reply) -> None:
        """Writes the files that the worker's task has written on its node."""
        if self.task is not None and self.away:
            write_run(Path(self.task.folder), reply.files)

    def close(self) -> Any:
        """Ends the worker process; the call gives its last files."""
        return self.actor.close.remote()

    def kill(self) -> None:
        """Ends the actor, whatever it does."""
        self.session.kill(self.actor)

    def _honest(self, event: Event) -> Event:
        if event.kind == "stopped" and not self.asked:  # somebody else has ended the worker
            return Event(event.number, "lost", message="the worker was asked to end")
        return event

    def _shares(self, folder: Path) -> bool:
        """Whether the node has this folder too: it sees a file that was written into it a moment ago."""
        if folder not in self.shared:
            marker, content = folder / f".shared-{secrets.token_hex(8)}", secrets.token_hex(16)
            with writing(folder):
                folder.mkdir(parents=True, exist_ok=True)
                marker.write_text(content)
            try:
                self.shared[folder] = self._ask("sees", str(marker), content)
            finally:
                marker.unlink(missing_ok=True)
        return self.shared[folder]

    def _sent(self, parcel: Parcel) -> str:
        """Where the parcel is on the node, after it was sent there unless the node has it."""
        found = self._ask("find", parcel)
        if found is None:
            for name, piece in parcel.pieces():
                self._ask("receive", parcel, name, piece)
            found = self._ask("put", parcel)
        if not found:
            raise NNTrainError(f"`{parcel.path}` was changed while it was sent to a node", help="leave the file alone")
        return str(found)

    def _ask(self, method: str, *arguments: Any) -> Any:
        said = self.session.result(getattr(self.actor, method).remote(*arguments))
        if isinstance(said, client.Lost):
            raise said
        return said


def _parcels(task: Task, digests: Digests) -> dict[str, Parcel]:
    """What the task's config names: its data, and what its weights begin with. What is missing the worker will tell."""
    try:
        experiment = from_document(yaml_file.parse(task.config, str(Path(task.folder) / run_files.CONFIG))).experiment
    except ConfigError:
        return {}
    source = experiment.train.init_from
    found = {}
    for path in (*experiment.data.paths().values(), *([source] if source else ())):
        with contextlib.suppress(OSError):
            found[path] = digests.parcel(path)
    return found
