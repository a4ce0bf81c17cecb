"""Runs of a group that are trained at once, each in a worker process; their bits are those of one after another."""

from collections import deque
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import tensorflow as tf

from nntrain.config import plugin
from nntrain.errors import NNTrainError, Problem
from nntrain.processes.messages import Event
from nntrain.processes.process_pool import ProcessPool
from nntrain.processes.settings import WorkerSettings
from nntrain.runs import member_task
from nntrain.runs.group_config import GroupConfig
from nntrain.runs.member_runner import has_ended
from nntrain.runs.member_task import MemberTask
from nntrain.runs.parallel_view import ParallelView
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.run_context import RunContext
from nntrain.training.signals import StopRequest, watched

POLL_SECONDS = 0.25  # the longest time until a signal is noticed
MOST_LOSSES = 2  # of workers by one run, without a new epoch


@dataclass
class ParallelMembers:
    """Runs in the folder of a group, of which `workers` are trained at once.

    `summaries` are of the runs that ended well; `failed` says why others did not.
    """

    config: GroupConfig
    directory: RunDir
    terminal: Terminal
    context: RunContext
    workers: int
    allow_changed: bool = False
    summaries: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: dict[str, Problem] = field(default_factory=dict)
    running: dict[int, MemberTask] = field(default_factory=dict)
    losses: dict[int, int] = field(default_factory=dict)
    stopping: bool = False

    def train(self) -> None:
        """Train the runs that are not finished, and fill `summaries` and `failed`.

        Raises Stopped after the running ones wrote their checkpoints, and NNTrainError where no worker can start.
        """
        waiting = deque(self._tasks())
        noun = "member" if self.config.kind == "ensemble" else "run"
        self.view = ParallelView(self.terminal, len(self.config.members), len(self.summaries), noun)
        with (self.context.watch or watched)() as request:
            with ProcessPool(self._settings(len(waiting))) as pool, self.view:
                while (waiting and not request.signal) or self.running:
                    self._pass_on(request, pool)
                    while waiting and pool.free and not request.signal:
                        self._begin(waiting.popleft(), pool)
                    event = pool.next(POLL_SECONDS)
                    while event is not None:
                        if (task := self._take(event)) is not None:
                            waiting.appendleft(task)
                        event = pool.next(0.0) if pool.has_more else None
            if request.signal:
                self._raise_stopped(request)

    def _tasks(self) -> list[MemberTask]:
        """Return the runs that are not finished, and take the summaries of those that are."""
        found = []
        for number, (name, config) in enumerate(self.config.members.items(), start=1):
            run_dir = self.directory.member(name)
            if has_ended(run_dir):
                self.summaries[name] = run_dir.read_json(run_files.SUMMARY, "metrics")
                continue
            title = f"{name} ({number} of {len(self.config.members)})"
            context = replace(self.context, watch=None, workers=1)
            found.append(MemberTask(number, str(run_dir), title, config.document, self.allow_changed, context))
        return found

    def _settings(self, tasks: int) -> WorkerSettings:
        """Return how the workers start: as this process, so that the bits are the same."""
        return WorkerSettings(
            min(self.workers, tasks),
            "auto" if tf.config.get_visible_devices("GPU") else "cpu",
            threads=tf.config.threading.get_intra_op_parallelism_threads(),
            plugins=tuple(each.file for each in plugin.in_use()),
            runner=member_task.start,
        )

    @cached_property
    def _names(self) -> dict[int, str]:
        return dict(enumerate(self.config.members, start=1))

    def _pass_on(self, request: StopRequest, pool: ProcessPool) -> None:
        """Pass on to the workers what a signal has asked for."""
        if request.signal and not self.stopping:
            self.stopping = True
            pool.stop()
        if request.wants_checkpoint:
            request.wants_checkpoint = False
            pool.save()

    def _begin(self, task: MemberTask, pool: ProcessPool) -> None:
        self.directory.refuse_if_gone()
        self.running[task.number] = task
        self.view.begin(RunDir(self.directory.path / self._names[task.number]).path, task.title)
        pool.submit(task)

    def _take(self, event: Event) -> MemberTask | None:
        """Take what a worker reports; return the run, if it is to be trained again."""
        name = self._names[event.number]
        match event.kind:
            case "note":
                self.view.note(name, event.message)
            case "json":
                self.terminal.event(event.message, event.row)
            case "shown":
                self.view.piece(name, event.share, event.message)
            case "epoch":
                self.losses.pop(event.number, None)
                self.view.epoch(name, event.row)
            case _:
                return self._end(name, event)
        return None

    def _end(self, name: str, event: Event) -> MemberTask | None:
        task = self.running.pop(event.number)
        self.view.end(name, event.kind)
        if event.kind == "done":
            self.summaries[name] = event.summary
        elif event.kind == "failed":
            self._fail(name, event.faults[0] if event.faults else Problem(event.message))
        elif event.kind == "lost" and not self.stopping:
            self.losses[event.number] = self.losses.get(event.number, 0) + 1
            if self.losses[event.number] < MOST_LOSSES:
                self.terminal.note(f"warning: {name}: {event.message}; it goes on from its last checkpoint")
                return task
            self._fail(name, Problem(f"given up after {MOST_LOSSES} tries: {event.message}"))
        return None

    def _fail(self, name: str, problem: Problem) -> None:
        self.failed[name] = problem
        self.terminal.event("failed", {"run": str(self.directory.path / name), "message": problem.message})
        self.terminal.note(f"{name} failed: {problem.message}")

    def _raise_stopped(self, request: StopRequest) -> None:
        try:
            request.raise_if_asked()
        except NNTrainError as error:
            raise error.after(self.view.progress()) from None
