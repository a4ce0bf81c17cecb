"""The runs of a group, or the members of an ensemble, one after another in one process."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from nntrain.config.load import Config
from nntrain.data.dataset import Dataset
from nntrain.runs import experiment, resume
from nntrain.runs.datasets import Datasets
from nntrain.runs.experiment import Result, Training
from nntrain.storage import run_files
from nntrain.storage.find_runs import is_run
from nntrain.storage.lock import wait_until_free
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.memory import words_of
from nntrain.training.prepare import Prepared, prepare
from nntrain.training.program_cache import Programs
from nntrain.training.run_context import RunContext

LOST_SECONDS = 5.0  # in which a worker whose parent was killed writes its last checkpoint
MOST_REUSED = 3_000_000  # weights of a network whose program is kept for the next run


def has_ended(run_dir: RunDir) -> bool:
    """Return whether a run has ended well."""
    return is_run(run_dir.path) and run_dir.has_succeeded


@dataclass
class MemberRunner:
    """Trains runs, or the rest of them; they share data and compiled programs.

    data: those of all, where all have the same and they are read already.
    """

    data: Dataset | None = None
    train_one: Callable[[Training], Result] = experiment.run
    resume_one: Callable[[RunDir, bool, Terminal, RunContext], Result | None] = resume.resume_as_it_is
    programs: Programs = field(default_factory=Programs)
    datasets: Datasets = field(default_factory=lambda: Datasets(most=1))

    def train(
        self, run_dir: RunDir, config: Config, allow_changed: bool, terminal: Terminal, context: RunContext
    ) -> dict[str, Any]:
        """Return the summary of a run that is trained now, or that had ended. Raises as `fit` and `resume` do."""
        look = (lambda: None) if context.request is None else context.request.raise_if_asked
        wait_until_free(run_dir.path, LOST_SECONDS, look)
        if not is_run(run_dir.path):
            prepared = prepare(config, data=self.datasets.of(config) if self.data is None else self.data)
            return self.train_one(Training(prepared, run_dir, terminal, self.context_of(prepared, context))).summary
        terminal.log[:0] = run_dir.read_log()
        result = self.resume_one(run_dir, allow_changed, terminal, context)
        return run_dir.read_json(run_files.SUMMARY, "metrics") if result is None else result.summary

    def after(self, error: Exception) -> str:
        """Forget the compiled programs, which a failed training may have spoilt; return in words why it failed."""
        self.programs.clear()
        return words_of(error)

    def context_of(self, prepared: Prepared, context: RunContext) -> RunContext:
        """Return the context of a run, which reuses the program of an earlier one with an equal graph.

        Of a large network the time to compile is nothing beside the training, and two of them would be in memory.
        """
        own = context.programs is not None or context.distribution is not None
        is_large = prepared.model.count_params() > MOST_REUSED
        return context if own or is_large else replace(context, programs=self.programs)
