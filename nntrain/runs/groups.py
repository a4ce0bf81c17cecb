"""A group of runs over seeds or folds: each is an ordinary run in the group's directory, and one summary covers all."""

import math
import uuid
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from nntrain.config.load import Config
from nntrain.config.loggers import refuse_missing
from nntrain.config.messages import counted
from nntrain.config.train import Train
from nntrain.errors import NNTrainError, Problem, Stopped
from nntrain.evaluation.scores import summarize
from nntrain.report import writing
from nntrain.runs import experiment, plotting, resume, stacks
from nntrain.runs.experiment import Result, Training
from nntrain.runs.group_config import GroupConfig
from nntrain.runs.stacked_runs import StackedRuns
from nntrain.storage import drafts, run_files
from nntrain.storage.find_runs import is_run
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal, json_ready
from nntrain.training.checkpoint import Store
from nntrain.training.prepare import prepare
from nntrain.training.run_context import ALONE, RunContext


def fit(config: GroupConfig, runs_dir: Path, name: str, terminal: Terminal, context: RunContext = ALONE) -> Result:
    """Train each run of a group in a new directory, as one where they can be; raises as `run_all` does.

    Raises MissingPackage before anything is read where a logger is not installed.
    """
    refuse_missing(config.first.experiment.train.loggers)
    first = experiment.prepare_and_report(config.first, terminal)
    found = stacks.form(config, first, terminal, context)
    if found:
        config = replace(config, stack=uuid.uuid4().hex)
    with drafts.draft(runs_dir, name) as draft:
        return run_all(config, draft, terminal, context, found)


def run_all(
    config: GroupConfig,
    directory: RunDir,
    terminal: Terminal,
    context: RunContext = ALONE,
    stacked: stacks.Stacks | None = None,
) -> Result:
    """Train each run in a folder of the group's directory, and write the summary of all.

    A run that fails is reported and left out of the statistics. Raises NNTrainError where all fail, and Stopped.
    """
    with directory.locked():
        config.write(directory)
        return _Group(config, drafts.published(directory), terminal, context, stacked=stacked or []).run()


def resume_all(
    directory: RunDir, allow_changed: bool, terminal: Terminal, context: RunContext = ALONE
) -> Result | None:
    """Resume a stopped group; None where all runs are finished. Raises NNTrainError as `resume` and `run_all` do."""
    with directory.locked():
        group = _Group(GroupConfig.read(directory), directory, terminal, context, allow_changed)
        if group.is_finished:
            return None
        if not allow_changed:
            group.refuse_changed()
        group.warn_of_other_devices()
        if group.config.stack:
            stacks.refuse_several_devices(context)
            group = replace(group, stacked=stacks.form_again(group.config))
        return group.run()


@dataclass(frozen=True)
class _Group:
    config: GroupConfig
    directory: RunDir
    terminal: Terminal
    context: RunContext
    allow_changed: bool = False
    stacked: stacks.Stacks = field(default_factory=list)

    def run(self) -> Result:
        """Train the runs that are not finished, and write the summary and the report of all."""
        try:
            return self._run()
        finally:
            if self.context.plots:
                plotting.draw_group(self.directory, self.terminal)
            if self.context.report:
                writing.write(self.directory, self.terminal)

    def _run(self) -> Result:
        summaries: dict[str, dict[str, Any]] = {}
        failed: dict[str, Problem] = {}
        if self.stacked:
            self._run_stacks(summaries, failed)
            return Result(self.directory, self._write_summary(summaries, failed))
        for number, (name, config) in enumerate(self.config.members.items(), start=1):
            self.directory.refuse_if_gone()
            self.terminal.log.clear()
            self.terminal.note(f"{name} ({number} of {len(self.config.members)})")
            try:
                summaries[name] = self._summary_of(name, config)
            except NNTrainError as error:
                if error.exit_code >= 128:
                    raise self._stopped(error) from None
                failed[name] = error.problems[0]
                self._report_failed(name, failed[name].message)
        return Result(self.directory, self._write_summary(summaries, failed))

    def _report_failed(self, name: str, message: str) -> None:
        self.terminal.event("failed", {"run": str(self.directory.path / name), "message": message})
        self.terminal.note(f"{name} failed: {message}")

    def _run_stacks(self, summaries: dict[str, dict[str, Any]], failed: dict[str, Problem]) -> None:
        """Train the runs of each stack as one."""
        for number, members in enumerate(self.stacked, start=1):
            folder = run_files.CHECKPOINTS + (f"-{number}" if number > 1 else "")
            runs = StackedRuns(
                self.config.kind,
                {name: self.config.values[name] for name in members},
                members,
                {name: self.directory.member(name) for name in members},
                Store(self.directory.path / folder, f"{self.config.stack}-{number}"),
                self.terminal,
                self.context,
            )
            try:
                runs.train()
            except Stopped as error:
                raise self._stopped(error) from None
            for name, problem in runs.failed.items():
                self._report_failed(name, problem.message)
            summaries |= runs.summaries
            failed |= runs.failed

    def _summary_of(self, name: str, config: Config) -> dict[str, Any]:
        if not is_run(self.directory.path / name):
            prepared = prepare(config)
            training = Training(prepared, self.directory.member(name), self.terminal, self.context)
            return experiment.run(training).summary
        run_dir = self.directory.member(name)
        self.terminal.log[:0] = run_dir.read_log()
        result = resume.resume(run_dir, (), self.allow_changed, self.terminal, self.context)
        return run_dir.read_json(run_files.SUMMARY, "metrics") if result is None else result.summary

    def _write_summary(self, summaries: dict[str, dict[str, Any]], failed: dict[str, Problem]) -> dict[str, Any]:
        if not summaries:
            what = f"all {len(failed)} runs failed, the first" if len(failed) > 1 else "the one run failed"
            first = next(iter(failed.values()))
            raise NNTrainError(f"{what}: {first.message}", help=first.help)
        statistics = _statistics(summaries, self.config.first.experiment.train)
        messages = {name: problem.message for name, problem in failed.items()}
        summary = {"kind": self.config.kind, "runs": summaries, "failed": messages, "statistics": statistics}
        self.directory.write_json(run_files.SUMMARY, json_ready(summary))
        return summary

    def _stopped(self, error: NNTrainError) -> NNTrainError:
        """Return the error with the help to resume the group, not the run that was stopped."""
        first = replace(error.problems[0], help=experiment.help_to_resume(self.directory))
        error.problems = (first, *error.problems[1:])
        return error

    @property
    def is_finished(self) -> bool:
        """Whether all runs ended well and the summary is written."""
        paths = [self.directory.path / name for name in self.config.members]
        ended = all(is_run(p) and RunDir(p).read_json(run_files.ENVIRONMENT).get("exit_status") == 0 for p in paths)
        return ended and (self.directory.path / run_files.SUMMARY).is_file()

    def refuse_changed(self) -> None:
        """Raise NNTrainError when the data or the versions are not those that the first run began with."""
        if (first := self._first_begun()) is not None:
            resume.refuse_changed(first, self.config.members[first.path.name])

    def warn_of_other_devices(self) -> None:
        """Print a warning where the remaining runs are trained on another number of devices."""
        first, now = self._first_begun(), experiment.devices_of(self.context)["devices"]
        if first is not None and (then := first.read_json(run_files.ENVIRONMENT).get("devices", 1)) != now:
            began = f"the group began on {counted(then, 'device')}, not {now}"
            self.terminal.note(f"warning: {began}, so the last bits may differ")

    def _first_begun(self) -> RunDir | None:
        paths = [self.directory.path / name for name in self.config.members]
        return next((RunDir(path) for path in paths if is_run(path)), None)


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
