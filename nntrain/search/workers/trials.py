"""What trains in a worker of a search. Light: a worker imports it before TensorFlow."""

from typing import TYPE_CHECKING

from nntrain.processes.messages import Event
from nntrain.processes.settings import Say
from nntrain.search.task import Stack, Task, Work
from nntrain.training.signals import StopRequest

if TYPE_CHECKING:
    from nntrain.search.trial_runner import TrialRunner


class Trials:
    """Trains tasks and stacks, one after another."""

    def __init__(self, runner: "TrialRunner") -> None:
        self.runner = runner

    def run(self, work: Work, say: Say, request: StopRequest) -> list[Event]:
        """Train a task or a stack, and return how each task has ended."""
        from nntrain.search import stack_runner

        def report(task: Task, row: dict[str, float]) -> bool:
            return say(Event(task.number, "epoch", row=dict(row)))

        if isinstance(work, Stack):
            return stack_runner.run(work, self.runner, report, request)
        return [self.runner.run(work, lambda row: report(work, row), request)]


def start() -> Trials:
    """Return the runner of a new worker, which has loaded TensorFlow."""
    from nntrain.search.trial_runner import TrialRunner

    return Trials(TrialRunner())
