"""The runs of a group, or the members of an ensemble: each is an ordinary run in the folder of all."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from nntrain.config.load import Config
from nntrain.config.messages import counted
from nntrain.data.dataset import Dataset, load_data
from nntrain.errors import NNTrainError, Problem, Stopped
from nntrain.processes.process_pool import NoWorker
from nntrain.runs import experiment, resume, stacks
from nntrain.runs.experiment import Result, Training
from nntrain.runs.group_config import GroupConfig
from nntrain.runs.member_runner import MemberRunner, has_ended
from nntrain.runs.parallel_members import ParallelMembers
from nntrain.runs.stacked_runs import StackedRuns
from nntrain.storage import run_files
from nntrain.storage.find_runs import is_run
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.checkpoint import Store
from nntrain.training.run_context import RunContext


@dataclass(frozen=True)
class Members:
    """Runs that are trained one after another, at once or in stacks, and the directory that their folders are in.

    workers: how many are trained at once, a process each, where they are not in stacks.
    """

    config: GroupConfig
    directory: RunDir
    terminal: Terminal
    context: RunContext
    allow_changed: bool = False
    stacked: stacks.Stacks = field(default_factory=list)
    workers: int = 1
    data: Dataset | None = None  # where all have the same, and one has read them
    train_one: Callable[[Training], Result] = experiment.run
    resume_one: Callable[[RunDir, bool, Terminal, RunContext], Result | None] = resume.resume_as_it_is

    def to_resume(self) -> "Members":
        """Return the runs in the stacks that they began in.

        Raises NNTrainError where data, versions or devices do not allow the rest, unless a change is allowed.
        """
        if not self.allow_changed:
            self._refuse_changed()
        self._warn_of_other_devices()
        if not self.config.stack:
            return self
        stacks.refuse_several_devices(self.context)
        return replace(self, stacked=stacks.form_again(self.config))

    def train(self) -> tuple[dict[str, dict[str, Any]], dict[str, Problem]]:
        """Train those that are not finished; return the summaries of all, and why others failed, by their names.

        Raises Stopped.
        """
        summaries: dict[str, dict[str, Any]] = {}
        failed: dict[str, Problem] = {}
        if self.stacked:
            self._train_stacks(summaries, failed)
            return summaries, failed
        if self.workers > 1 and self._train_at_once(summaries, failed):
            return self._in_order(summaries), self._in_order(failed)
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
        return summaries, failed

    def _in_order(self, found: dict[str, Any]) -> dict[str, Any]:
        return {name: found[name] for name in self.config.members if name in found}

    def _train_at_once(self, summaries: dict[str, dict[str, Any]], failed: dict[str, Problem]) -> bool:
        """Train several runs at once; return False where no process starts that nobody has asked for."""
        place = self.config, self.directory, self.terminal, self.context
        runs = ParallelMembers(*place, self.workers, self.allow_changed, summaries, failed)
        try:
            runs.train()
        except Stopped as error:
            raise self._stopped(error) from None
        except NoWorker as error:
            if self.context.workers is not None:
                raise error.after(runs.view.progress(), experiment.help_to_resume(self.directory)) from None
            summaries.clear()
            failed.clear()
            self.terminal.note(f"warning: the runs are trained one after another: {error.problems[0].message}")
            return False
        return True

    def _report_failed(self, name: str, message: str) -> None:
        self.terminal.event("failed", {"run": str(self.directory.path / name), "message": message})
        self.terminal.note(f"{name} failed: {message}")

    def _train_stacks(self, summaries: dict[str, dict[str, Any]], failed: dict[str, Problem]) -> None:
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
        return self._runner.train(self.directory.member(name), config, self.allow_changed, self.terminal, self.context)

    @cached_property
    def _runner(self) -> MemberRunner:
        return MemberRunner(self.data, self.train_one, self.resume_one)

    def _stopped(self, error: NNTrainError) -> NNTrainError:
        """Return the error with the help to resume all, not the run that was stopped."""
        first = replace(error.problems[0], help=experiment.help_to_resume(self.directory))
        error.problems = (first, *error.problems[1:])
        if isinstance(error, Stopped):
            error.run = self.directory.path
        return error

    @property
    def have_ended(self) -> bool:
        """Whether all runs ended well."""
        return not self.unfinished

    @property
    def unfinished(self) -> list[str]:
        """The names of the runs that have not ended well."""
        return [name for name in self.config.members if not has_ended(RunDir(self.directory.path / name))]

    def _refuse_changed(self) -> None:
        """Raise NNTrainError when the data or the versions are not those that the first run began with."""
        if (first := self._first_begun()) is not None:
            resume.refuse_changes(first, load_data(self.config.members[first.path.name]))

    def _warn_of_other_devices(self) -> None:
        """Print a warning where the remaining runs are trained on another number of devices."""
        first, now = self._first_begun(), experiment.devices_of(self.context)["devices"]
        if first is not None and (then := first.read_json(run_files.ENVIRONMENT).get("devices", 1)) != now:
            began = f"the {self._what} began on {counted(then, 'device')}, not {now}"
            self.terminal.note(f"warning: {began}, so the last bits may differ")

    @property
    def _what(self) -> str:
        return "ensemble" if self.config.kind == "ensemble" else "group"

    def _first_begun(self) -> RunDir | None:
        paths = [self.directory.path / name for name in self.config.members]
        return next((RunDir(path) for path in paths if is_run(path)), None)
