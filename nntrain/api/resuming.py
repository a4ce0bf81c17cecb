"""A run, a group or a search that is resumed, as `nntrain resume` does it and from Python."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, Unpack, overload

from nntrain import backend
from nntrain.api import arguments, notebook
from nntrain.api.arguments import Assignments, Folder
from nntrain.api.results import Group, Search, load
from nntrain.api.run import Run
from nntrain.api.starting import Options, keyboard_interrupt
from nntrain.config.load import Config, load_run
from nntrain.errors import ConfigError
from nntrain.plugins.load import Given, used
from nntrain.runs import treated_runs
from nntrain.runs.group_config import GroupConfig
from nntrain.search import search_files
from nntrain.search.executor import Workers
from nntrain.search.resume import ResumeSearch
from nntrain.storage import find_runs
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.placement import Placement
from nntrain.training.run_context import RunContext
from nntrain.training.signals import Watch, interruptible, watched


@dataclass(frozen=True, kw_only=True)
class ResumeRequest:
    """The options of a resumed run, group or search. show: prints a `runs.experiment.Result` before its plots.

    watch: what asks to stop. The others are those of the command.
    """

    assignments: tuple[str, ...]
    allow_changed: bool
    extend: bool
    refit: int | None
    devices: int | None
    workers: str | None
    worker: int | None = None
    executor: str
    address: str | None
    show: Callable[[Any], None] | None = None
    doctor: bool
    plots: bool
    report: bool
    device: backend.Device
    verbose: bool
    watch: Watch = watched

    def run(self, found: RunDir, terminal: Terminal) -> str:
        """Train the rest; return in words that nothing is left, or nothing. Raises NNTrainError as the command does."""
        if isinstance(found, find_runs.Search):
            self._search(found, terminal)
            return ""
        is_group = isinstance(found, find_runs.Group)
        config, context = self._start_group(found, terminal) if is_group else self._start_run(found, terminal)
        from nntrain.api import rest

        rest.refuse_blind(config, context)
        if is_group:
            return rest.of_group(found, self.allow_changed, terminal, context)
        return rest.of_run(found, self.assignments, self.allow_changed, terminal, context)

    def _start_run(self, run_dir: RunDir, terminal: Terminal) -> tuple[Config, RunContext]:
        placement = self._placement(run_dir, several=run_dir.is_ensemble)
        if self.assignments:
            search_files.refuse_longer(run_dir)
        if run_dir.is_ensemble:
            placement.refuse_group(help="leave `--workers` out")
        if run_dir.is_ensemble and self.assignments:
            message = f"the length of an ensemble cannot be changed, and `{run_dir}` is one"
            raise ConfigError(message, help="leave `--set` out")
        terminal.log.extend(run_dir.read_log())
        config = load_run(run_dir)
        return config, self._with_parts(placement.start(config, self.verbose, terminal, "resume"))

    def _start_group(self, directory: RunDir, terminal: Terminal) -> tuple[Config, RunContext]:
        placement = self._placement(directory, several=True)
        help = f"resume one of its runs, such as `{directory}/{find_runs.first_member(directory.path)}`"
        if self.assignments:
            raise ConfigError(f"the length of a group cannot be changed, and `{directory}` is one", help=help)
        placement.refuse_group(help)
        config = GroupConfig.read(directory).first
        return config, self._with_parts(placement.start(config, self.verbose, terminal))

    def _search(self, directory: RunDir, terminal: Terminal) -> None:
        ResumeSearch(
            directory=directory,
            assignments=self.assignments,
            allow_changed=self.allow_changed,
            extend=self.extend,
            refit=self.refit,
            workers=self._trial_workers(),
            device=self.device,
            verbose=self.verbose,
            plots=self.plots,
            report=self.report,
            watch=self.watch,
        ).run(terminal)

    def _with_parts(self, context: RunContext) -> RunContext:
        """Return the context with what is written at the end, and whether the curves are shown."""
        watch = None if self.watch is watched else self.watch
        chosen = replace(context, doctor=self.doctor, plots=self.plots, report=self.report)
        return replace(chosen, show=self.show, watch=watch)

    def _placement(self, directory: RunDir, several: bool) -> Placement:
        """Return where a run or a group trains; raises ConfigError for the options of a search."""
        if self.extend or self.refit is not None or self.executor != "processes" or self.address is not None:
            options = "`--extend`, `--refit`, `--executor` and `--address`"
            message = f"`{directory.path.name}` is not a search, and {options} need one"
            raise ConfigError(message, help="leave them out")
        place = Placement.of_several if several else Placement.of
        return place(self.device, self.devices, self.workers, self.worker)

    def _trial_workers(self) -> Workers:
        """Return the workers of a search; raises ConfigError for the options of a run."""
        if self.devices is not None or self.worker is not None:
            help = "leave them out; `--workers 2` trains two trials at once"
            raise ConfigError("`--devices`, `--worker` and `launch` are for a run, not for a search", help=help)
        if self.workers is not None and not self.workers.isdecimal():
            message = f"`--workers` of a search is a number of trials, got `{self.workers}`"
            raise ConfigError(message, help="write `--workers 2`")
        return Workers(int(self.workers or 1), self.executor, self.address)


class ResumeOptions(Options, total=False):
    """The options of `resume`."""

    allow_changed: bool
    extend: bool
    refit: int | None
    devices: int | None
    workers: int | None
    executor: Literal["processes", "ray"]
    address: str | None
    watch: bool
    no_doctor: bool


@overload
def resume(run: Run, **options: Unpack[ResumeOptions]) -> Run: ...


@overload
def resume(run: Group, **options: Unpack[ResumeOptions]) -> Group: ...


@overload
def resume(run: Search, **options: Unpack[ResumeOptions]) -> Search: ...


@overload
def resume(run: Folder, **options: Unpack[ResumeOptions]) -> Any: ...


def resume(
    run: Folder,
    *,
    set: Assignments | None = None,
    plugin: Given = None,
    allow_changed: bool = False,
    extend: bool = False,
    refit: int | None = None,
    devices: int | None = None,
    workers: int | None = None,
    executor: Literal["processes", "ray"] = "processes",
    address: str | None = None,
    watch: bool = False,
    no_doctor: bool = False,
    no_plots: bool = False,
    no_report: bool = False,
    runs_dir: Folder | None = None,
    device: backend.Device = "auto",
    quiet: bool = False,
    verbose: bool = False,
) -> Any:
    """Train the rest of what was stopped or killed, as `nntrain resume` does, and return it.

    run: a `Run`, a `Group` or a `Search`, or the name or path of one. What has ended is returned as it is, unless
    `set` makes it longer, such as `{"train.epochs": 50}`. allow_changed: although data, versions or config have
    changed. For a search: extend, its space and engine may change; refit, workers, executor, address, as in `tune`.
    The others are as in `fit`. Raises as `fit` does.
    """
    terminal, runs = notebook.terminal(quiet, watch), arguments.folder(runs_dir)
    found = find_runs.find(runs, arguments.path_of("run", run, "a run, or the name or the path of one"))
    at_once = arguments.whole("workers", workers)
    several = isinstance(found, (find_runs.Search, find_runs.Group)) or found.is_ensemble
    if at_once is not None and not several:
        help = "leave it out; `nntrain launch --local 2 resume RUN` trains a run by several"
        raise ConfigError(f"`workers` are for a search or a group, and `{found}` is none", help=help)
    asked = ResumeRequest(
        assignments=arguments.assignments(set),
        allow_changed=allow_changed,
        extend=extend,
        refit=None if refit is None else arguments.count("refit", refit, 0),
        devices=arguments.whole("devices", devices),
        workers=None if at_once is None else str(arguments.count("workers", at_once, 1)),
        executor=executor,
        address=address,
        doctor=not no_doctor,
        plots=not no_plots,
        report=not no_report,
        device=device,
        verbose=verbose,
        watch=interruptible,
    )
    with used(plugin, verbose), keyboard_interrupt():
        if finished := asked.run(found, terminal):
            terminal.note(finished)
    return load(_result_of(found).path, plugin=plugin, device=device)


def _result_of(found: RunDir) -> RunDir:
    """Return the best run of a treatment that has ended; anything else as it is."""
    first = treated_runs.first_of(found) if find_runs.is_run(found.path) else None
    best = None if first is None else treated_runs.best_of(first)
    return found if best is None else best
