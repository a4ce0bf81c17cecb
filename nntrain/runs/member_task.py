"""A run of a group that a worker process trains. Light: a worker imports it before TensorFlow."""

import contextlib
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nntrain.config.load import from_document
from nntrain.document.yaml_file import Document
from nntrain.errors import NNTrainError, Stopped
from nntrain.processes.messages import Event
from nntrain.processes.reporting import SentTerminal
from nntrain.processes.settings import Say
from nntrain.storage.run_dir import RunDir
from nntrain.training.run_context import RunContext
from nntrain.training.signals import StopRequest

if TYPE_CHECKING:
    from nntrain.runs.member_runner import MemberRunner


@dataclass(frozen=True)
class MemberTask:
    """A run of a group. title: the first line of its log. allow_changed: as in `resume`."""

    number: int
    folder: str  # of the run; where it is a run directory already, the worker resumes that run
    title: str
    document: Document  # the config
    allow_changed: bool
    context: RunContext
    judged: bool = False

    @property
    def tasks(self) -> tuple["MemberTask", ...]:
        """The one task."""
        return (self,)


class MemberWorker:
    """Trains runs of a group in a worker process."""

    def __init__(self, runner: "MemberRunner") -> None:
        self.runner = runner

    def run(self, task: MemberTask, say: Say, request: StopRequest) -> list[Event]:
        """Train a run, or the rest of it, and return how it has ended."""
        terminal, place = SentTerminal(number=task.number, say=say), RunDir(Path(task.folder))
        terminal.log.append(task.title)
        try:
            config, context = from_document(task.document), replace(task.context, request=request)
            summary = self.runner.train(place, config, task.allow_changed, terminal, context)
            return [Event(task.number, "done", summary=summary)]
        except Stopped as error:
            return [Event(task.number, "stopped", message=error.problems[0].message)]
        except NNTrainError as error:
            return [Event(task.number, "failed", message=error.problems[0].message, faults=error.problems)]
        except Exception as error:  # noqa: BLE001  # of any type: it fails this run, and the next one is trained
            words = self.runner.after(error)
            terminal.log.append(traceback.format_exc())
            with contextlib.suppress(OSError, NNTrainError):
                place.write_log(terminal.log)
            return [Event(task.number, "failed", message=words)]


def start() -> MemberWorker:
    """Return what trains in a new worker, which has loaded TensorFlow."""
    from nntrain.runs.member_runner import MemberRunner

    return MemberWorker(MemberRunner())
