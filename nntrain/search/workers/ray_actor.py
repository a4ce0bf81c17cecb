"""A worker of a Ray cluster as the search uses it: a Ray actor, what it trains, and the messages to its node."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nntrain.errors import NNTrainError
from nntrain.processes.messages import Event, Message, Work, ended
from nntrain.processes.settings import WorkerSettings
from nntrain.search.workers.ray_node import Reply
from nntrain.search.workers.ray_session import Lost, RaySession
from nntrain.storage.atomic import writing


@dataclass(eq=False)
class Actor:
    """One worker, with at most one call in progress. `host`: its node, once the worker is ready."""

    session: RaySession
    settings: WorkerSettings
    host: str = ""
    open: set[int] = field(default_factory=set)  # the tasks of what it trains that have not ended
    judged: bool = False  # whether they wait for an answer after each epoch
    asked: bool = False  # to stop them
    call: Any = None
    unsent: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.actor = self.session.actor(self.settings)
        self.call = self.actor.hello.remote()

    def begin(self, work: Work) -> None:
        """Send what to train; raises Lost where the worker has died, and NNTrainError where its node lacks a path."""
        self._refuse_unseen(Path(work.tasks[0].folder))
        self.open, self.judged = {task.number for task in work.tasks}, work.tasks[0].judged
        self.asked, self.unsent = False, []
        self.send(work)

    def send(self, message: Message) -> None:
        """Send a message, at once or as soon as the call in progress has ended."""
        self.unsent.append(message)
        if self.call is None:
            self._exchange()

    def _exchange(self) -> None:
        self.call, self.unsent = self.actor.exchange.remote(self.unsent), []

    def received(self, reply: Reply) -> list[Event]:
        """Return the events of a reply, after the next call was made."""
        events = [self._or_lost(event) for event in reply.events]
        for event in events:
            self.open.difference_update(self.open if event.kind == "apart" else ended(event))
        waits = self.judged and bool(events) and events[-1].kind == "epoch"  # and sends nothing before its answer
        if self.open and (self.unsent or not waits):
            self._exchange()
        return events

    def _or_lost(self, event: Event) -> Event:
        if event.kind == "stopped" and not self.asked:  # someone else has ended the worker
            return Event(event.number, "lost", message="the worker was asked to end")
        return event

    def _refuse_unseen(self, run: Path) -> None:
        """Raise NNTrainError unless the node sees the config's files, and a new one here: so it is the same disk."""
        folder = next(parent for parent in run.parents if parent.is_dir())
        marker = folder / f".seen-{secrets.token_hex(8)}"
        with writing(folder):
            marker.touch()
        try:
            unseen = self.session.result(self.actor.unseen.remote([str(marker), *self.settings.files]))
        finally:
            marker.unlink(missing_ok=True)
        if isinstance(unseen, Lost):
            raise unseen
        if unseen:
            path = folder if unseen[0] == str(marker) else unseen[0]
            help = "keep runs and data on a disk that every node has at the same path; `--runs-dir` names its folder"
            raise NNTrainError(f"the node `{self.host}` of the Ray cluster does not see `{path}`", help=help)
