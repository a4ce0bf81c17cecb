"""A group of runs over seeds or folds: each is an ordinary run in the group's directory, and one summary covers all."""

import math
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from nntrain.config.loggers import refuse_missing
from nntrain.config.train import Train
from nntrain.errors import NNTrainError, Problem
from nntrain.evaluation.scores import summarize
from nntrain.report import writing
from nntrain.runs import ensembles, experiment, final_plots, stacks
from nntrain.runs.experiment import Result
from nntrain.runs.group_config import GroupConfig
from nntrain.runs.members import Members
from nntrain.storage import drafts, run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal, json_ready
from nntrain.training import side_by_side
from nntrain.training.prepare import Prepared, prepare
from nntrain.training.run_context import ALONE, RunContext


def fit(config: GroupConfig, runs_dir: Path, name: str, terminal: Terminal, context: RunContext = ALONE) -> Result:
    """Train each run of a group in a new directory, as one where they can be; raises as `run_all` does.

    Raises MissingPackage before anything is read where a logger is not installed.
    """
    refuse_missing(config.first.experiment.train.loggers)
    first = experiment.prepare_and_report(config.first, terminal)
    workers = _at_once(config, first, len(config.members), context)
    stacked = [] if _of_ensembles(config) else stacks.form(config, first, terminal, context, workers)
    if stacked:
        config = replace(config, stack=uuid.uuid4().hex)
    with drafts.draft(runs_dir, name) as draft:
        runs = members_of(config, draft, terminal, context)
        data = first.data if config.kind == "seeds" else None
        return run_all(replace(runs, stacked=stacked, workers=workers, data=data), context)


def run_all(members: Members, context: RunContext = ALONE) -> Result:
    """Train each run in a folder of the group's directory, and write the summary of all.

    A run that fails is reported and left out of the statistics. Raises NNTrainError where all fail, and Stopped.
    """
    directory = members.directory
    with directory.locked():
        members.config.write(directory)
        return _Group(replace(members, directory=drafts.published(directory)), context.show).run()


def _of_ensembles(config: GroupConfig) -> bool:
    return config.first.experiment.train.ensemble is not None


def _at_once(config: GroupConfig, first: Prepared, count: int, context: RunContext) -> int:
    """Return how many runs are trained at once; of ensembles it is their members that are."""
    return 1 if _of_ensembles(config) else side_by_side.at_once(first, count, context)


def resume_all(directory: RunDir, allow_changed: bool, terminal: Terminal, context: RunContext) -> Result | None:
    """Resume a stopped group; None where all runs are finished. Raises NNTrainError as `resume` and `run_all` do."""
    with directory.locked():
        members = members_of(GroupConfig.read(directory), directory, terminal, context)
        if _Group(members, context.show).is_finished:
            return None
        members = replace(members, allow_changed=allow_changed).to_resume()
        return _Group(replace(members, workers=_to_resume_at_once(members, context)), context.show).run()


def _to_resume_at_once(members: Members, context: RunContext) -> int:
    """Return how many of the runs that are not finished are trained at once."""
    left = members.unfinished
    if members.stacked or len(left) < 2 or context.workers == 1:
        return 1
    return _at_once(members.config, prepare(members.config.members[left[0]], initialize=False), len(left), context)


def members_of(config: GroupConfig, directory: RunDir, terminal: Terminal, context: RunContext = ALONE) -> Members:
    """Return the runs of a group in its directory."""
    runs = Members(config, directory, terminal, replace(context, show=None))
    return replace(runs, train_one=ensembles.train_one, resume_one=ensembles.resume_one)


@dataclass(frozen=True)
class _Group:
    members: Members
    show: Callable[[Result], None] | None

    @property
    def directory(self) -> RunDir:
        return self.members.directory

    @property
    def is_finished(self) -> bool:
        """Whether all runs ended well and the summary is written."""
        return self.members.have_ended and (self.directory.path / run_files.SUMMARY).is_file()

    def run(self) -> Result:
        """Train the runs that are not finished, write and show the summary of all, and write plots and report."""
        try:
            result = Result(self.directory, self._write_summary(*self.members.train()))
            if self.show is not None:
                self.show(result)
            return result
        finally:
            if self.members.context.plots:
                final_plots.draw_group(self.directory, self.members.terminal)
            if self.members.context.report:
                writing.write(self.directory, self.members.terminal)

    def _write_summary(self, summaries: dict[str, dict[str, Any]], failed: dict[str, Problem]) -> dict[str, Any]:
        if not summaries:
            what = f"all {len(failed)} runs failed, the first" if len(failed) > 1 else "the one run failed"
            first = next(iter(failed.values()))
            raise NNTrainError(f"{what}: {first.message}", help=first.help)
        config = self.members.config
        statistics = _statistics(summaries, config.first.experiment.train)
        messages = {name: problem.message for name, problem in failed.items()}
        summary = {"kind": config.kind, "runs": summaries, "failed": messages, "statistics": statistics}
        self.directory.write_json(run_files.SUMMARY, json_ready(summary))
        return summary


def _statistics(summaries: dict[str, dict[str, Any]], train: Train) -> dict[str, dict[str, Any]]:
    """Return mean, standard deviation and interval of every metric of every split."""
    every = [summary["metrics"] for summary in summaries.values()]
    return {
        split: {
            name: asdict(summarize([_number(each[split][name]) for each in every], train.bounds(name)))
            for name in every[0][split]
        }
        for split in every[0]
    }


def _number(value: float | None) -> float:
    """Return NaN for null, as which JSON holds it."""
    return math.nan if value is None else value
