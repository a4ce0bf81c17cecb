"""`nntrain resume`: train the rest of a run, a group or a search that was stopped or killed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nntrain.backend import Device
from nntrain.cli import summary
from nntrain.cli.placement import Placement
from nntrain.config.load import load
from nntrain.errors import ConfigError
from nntrain.runs.find import Group, Run, Search, find
from nntrain.runs.group_config import GroupConfig
from nntrain.search import search_files
from nntrain.search.executor import Workers
from nntrain.search.resume import ResumeSearch
from nntrain.storage import run_files
from nntrain.storage.find_runs import first_member
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal


@dataclass(frozen=True, kw_only=True)
class Resume:
    """A request to resume a run, a group or a search, or to train a finished run further.

    `workers` are the addresses of a run's processes, or the number of a search's trials at once.
    """

    name: str
    runs_dir: Path
    assignments: Sequence[str] = ()
    allow_changed: bool = False
    extend: bool = False
    refit: int | None = None
    device: Device = "auto"
    devices: int | None = None
    workers: str | None = None
    worker: int | None = None
    executor: str = "processes"
    address: str | None = None
    verbose: bool = False

    def run(self, terminal: Terminal) -> None:
        """Resume what the name is, and print the metrics."""
        match find(self.runs_dir, self.name):
            case Run(directory):
                self._run(directory, terminal)
            case Group(directory):
                self._group(directory, terminal)
            case Search(directory):
                self._search(directory, terminal)

    def _run(self, run_dir: RunDir, terminal: Terminal) -> None:
        placement = self._placement()
        if self.assignments:
            search_files.refuse_longer(run_dir)
        terminal.log.extend(run_dir.read_log())
        context = placement.start(load(run_dir.path / run_files.RESOLVED), self.verbose, terminal, "resume")
        from nntrain.runs import resume

        if not context.writes:
            resume.follow(run_dir, self.assignments, context)
        elif result := resume.resume(run_dir, self.assignments, self.allow_changed, terminal, context):
            summary.show_run(result.summary, run_dir, terminal)
        else:
            longer = "" if search_files.is_trial(run_dir) else f"`--set {resume.option_to_lengthen(run_dir)}=...`"
            terminal.line(f"{run_dir} is finished{longer and f'; {longer} trains it further'}")
            terminal.event("finished", {"run": str(run_dir)})

    def _group(self, directory: RunDir, terminal: Terminal) -> None:
        placement = self._placement()
        help = f"resume one of its runs, such as `{directory}/{first_member(directory.path)}`"
        if self.assignments:
            raise ConfigError(f"the length of a group cannot be changed, and `{directory}` is one", help=help)
        placement.refuse_group(help)
        context = placement.start(GroupConfig.read(directory).first, self.verbose, terminal)
        from nntrain.runs import groups

        if result := groups.resume_all(directory, self.allow_changed, terminal, context):
            summary.show_group(result.summary, directory, terminal)
        else:
            terminal.line(f"all runs of {directory} are finished")
            terminal.event("finished", {"run": str(directory)})

    def _placement(self) -> Placement:
        """Return where a run or a group trains; raises ConfigError for the options of a search."""
        if self.extend or self.refit is not None or self.executor != "processes" or self.address is not None:
            message = f"`{self.name}` is not a search, and `--extend`, `--refit`, `--executor` and `--address` need one"
            raise ConfigError(message, help="leave them out")
        return Placement.of(self.device, self.devices, self.workers, self.worker)

    def _search(self, directory: RunDir, terminal: Terminal) -> None:
        ResumeSearch(
            directory=directory,
            assignments=tuple(self.assignments),
            allow_changed=self.allow_changed,
            extend=self.extend,
            refit=self.refit,
            workers=self._trial_workers(),
            device=self.device,
            verbose=self.verbose,
        ).run(terminal)

    def _trial_workers(self) -> Workers:
        """Return the workers of a search; raises ConfigError for the options of a run."""
        if self.devices is not None or self.worker is not None:
            help = "leave them out; `--workers 2` trains two trials at once"
            raise ConfigError("`--devices`, `--worker` and `launch` are for a run, not for a search", help=help)
        if self.workers is not None and not self.workers.isdecimal():
            message = f"`--workers` of a search is a number of trials, got `{self.workers}`"
            raise ConfigError(message, help="write `--workers 2`")
        return Workers(int(self.workers or 1), self.executor, self.address)
