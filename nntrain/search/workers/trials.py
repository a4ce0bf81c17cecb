"""What trains in a worker of a search. Light: a worker imports it before TensorFlow."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from nntrain.processes.messages import Event
from nntrain.processes.settings import Say
from nntrain.search.task import Stack, Task, Work
from nntrain.training.signals import StopRequest

if TYPE_CHECKING:
    from nntrain.search.trial_runner import TrialRunner


class Trials:
    """Trains tasks and stacks, one after another."""

    def __init__(self, runner: "TrialRunner", run_stack: Callable[..., list[Event]]) -> None:
        self.runner = runner
        self.run_stack = run_stack

    def run(self, work: Work, say: Say, request: StopRequest) -> list[Event]:
        """Train a task or a stack, and return how each task has ended."""

        def report(task: Task, row: dict[str, float]) -> bool:
            return say(Event(task.number, "epoch", row=dict(row)))

        if isinstance(work, Stack):
            return self.run_stack(work, self.runner, report, request)
        return [self.runner.run(work, lambda row: report(work, row), request)]


def start() -> Trials:
    """Return the runner of a new worker, which has loaded TensorFlow."""
    from nntrain.search import stack_runner, trial_runner

    return Trials(trial_runner.TrialRunner(), stack_runner.run)
