"""The messages that workers send each other while they train.

TensorFlow sums the gradients. A team adds the chief's decisions that depend on a clock or a signal, and notices the
loss of a worker at once, to end the process in order.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from nntrain import backend
from nntrain.errors import WorkerLost
from nntrain.training.workers.cluster import Cluster
from nntrain.training.workers.connection import Gone, Link
from nntrain.training.workers.meeting import meet

NOTICE_SECONDS = 15.0  # after the loss of a worker, TensorFlow's own error must come within these
NAMING_SECONDS = 2.0  # to find out which worker is lost


@dataclass
class Team:
    """The connections of this process: the chief's to every other worker, another worker's to the chief."""

    cluster: Cluster
    links: dict[int, Link]
    save_state: Callable[[], None] = lambda: None  # called before a process that hangs is ended
    finished: bool = False
    joined: ClassVar[bool] = False  # whether this process has ever had a team
    _alarm: threading.Timer | None = field(default=None, repr=False)

    @classmethod
    def join(cls, cluster: Cluster, identity: Mapping[str, str]) -> "Team":
        """Return the team once all workers have connected; raises what `meet` raises."""
        team = cls(cluster, meet(cluster, identity))
        cls.joined = True
        for link in team.links.values():
            link.listen(team._notice)
        return team

    def broadcast(self, content: bytes) -> None:
        """Send a message to every worker but the chief."""
        for link in self.links.values():
            self._checked(link.send, content)

    def receive(self) -> bytes:
        """Return the next message of the chief."""
        return self._checked(self.links[0].receive)

    def agree(self, decisions: Sequence[int], request: int) -> tuple[list[int], int]:
        """Return the chief's decisions and the first request of any worker; all workers call it at the same place."""
        if not self.cluster.is_chief:
            self._checked(self.links[0].send, json.dumps(request).encode())
            agreed = json.loads(self.receive())
            return agreed["decisions"], agreed["request"]
        requests = [request, *(json.loads(self._checked(link.receive)) for link in self.links.values())]
        agreed = {"decisions": [int(value) for value in decisions], "request": next(filter(None, requests), 0)}
        self.broadcast(json.dumps(agreed).encode())
        return agreed["decisions"], agreed["request"]

    def lost(self) -> WorkerLost:
        """Return the error that names the lost workers; the caller then ends the process in order."""
        if self._alarm is not None:
            self._alarm.cancel()
        names = self._names_of_lost()
        self.finished = True
        if names:
            return WorkerLost(f"{' and '.join(names)} {'are' if len(names) > 1 else 'is'} gone")
        return WorkerLost("a worker does not answer any more")

    def _names_of_lost(self) -> list[str]:
        """Wait a moment: TensorFlow's error can come before the connection ends."""
        until = time.monotonic() + NAMING_SECONDS
        while not any(link.is_gone for link in self.links.values()) and time.monotonic() < until:
            time.sleep(0.05)
        return [self.cluster.name(index) for index, link in self.links.items() if link.is_gone]

    def finish(self) -> None:
        """Let the other workers leave, but none before the chief: TensorFlow would take it for lost."""
        self.finished = True
        if not self.cluster.is_chief:
            self.links[0].wait()

    def close(self) -> None:
        """End all connections."""
        self.finished = True
        for link in self.links.values():
            link.close()

    def _checked(self, call: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return call(*arguments)
        except Gone:
            raise self.lost() from None

    def _notice(self) -> None:
        """Called in another thread when a connection ends: the main thread must notice too, or the process ends."""
        if not self.finished and self._alarm is None:
            self._alarm = threading.Timer(NOTICE_SECONDS, self._end)
            self._alarm.daemon = True
            self._alarm.start()

    def _end(self) -> None:
        """End a process whose main thread still waits for a lost worker, in TensorFlow."""
        if self.finished:
            return
        error = self.lost()
        self.save_state()
        sys.stderr.write(f"{error}\n")
        backend.end_process(error.exit_code)
