"""Trainings and searches that begin in Python, as `nntrain fit` and `nntrain tune` begin them."""

import contextlib
import signal
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal, TypedDict, Unpack, overload

from nntrain import backend
from nntrain.api import arguments, notebook
from nntrain.api.arguments import Assignments, Config, Folder
from nntrain.api.results import Group, Search
from nntrain.api.run import Run
from nntrain.config import plugin as plugins
from nntrain.config.load import from_document
from nntrain.config.search.load import search_of, whole
from nntrain.errors import Stopped
from nntrain.plugins.load import Given, used
from nntrain.runs.checked import checked, init_from_assignment, without_test
from nntrain.runs.group_config import GroupConfig
from nntrain.search import dry_run as rehearsal
from nntrain.search.begin import SearchContext, begin
from nntrain.search.dry_run import Estimate
from nntrain.search.engine import make_engine
from nntrain.search.executor import Workers
from nntrain.storage import run_files
from nntrain.training.placement import Placement
from nntrain.training.signals import interruptible


class Options(TypedDict, total=False):
    """The options that `fit`, `tune` and `resume` share."""

    set: Assignments | None
    plugin: Given
    no_plots: bool
    no_report: bool
    runs_dir: Folder | None
    device: backend.Device
    quiet: bool
    verbose: bool


class FitOptions(Options, total=False):
    """The options of `fit`, except for those that decide whether it returns a `Run` or a `Group`."""

    name: str | None
    seed: int | None
    init_from: Folder | None
    no_stack: bool
    no_test: bool
    devices: int | None
    workers: int | None
    watch: bool
    no_doctor: bool


class TuneOptions(Options, total=False):
    """The options of `tune`, except for `dry_run`, which decides what it returns."""

    name: str | None
    workers: int
    executor: Literal["processes", "ray"]
    address: str | None
    refit: int
    no_stack: bool


@overload
def fit(config: Config, *, seeds: None = None, folds: None = None, **options: Unpack[FitOptions]) -> Run: ...


@overload
def fit(
    config: Config,
    *,
    seeds: int | Iterable[int] | None = None,
    folds: int | None = None,
    **options: Unpack[FitOptions],
) -> Run | Group: ...


def fit(
    config: Config,
    *,
    set: Assignments | None = None,
    plugin: Given = None,
    name: str | None = None,
    seed: int | None = None,
    init_from: Folder | None = None,
    seeds: int | Iterable[int] | None = None,
    folds: int | None = None,
    no_stack: bool = False,
    no_test: bool = False,
    devices: int | None = None,
    workers: int | None = None,
    watch: bool = False,
    no_doctor: bool = False,
    no_plots: bool = False,
    no_report: bool = False,
    runs_dir: Folder | None = None,
    device: backend.Device = "auto",
    quiet: bool = False,
    verbose: bool = False,
) -> Run | Group:
    """Train a config and write a run directory, as `nntrain fit` does, with the same results.

    config: the path of a YAML file, or its content as a dict. The others are the options of the command. set: values by
    dotted path, such as `{"train.epochs": 20}`, or texts such as `"train.epochs=20"`. plugin: a file of own classes, or
    several. init_from: a `Run`, or the name or path of a run or a file, whose weights it begins with. seeds, folds:
    train once for each, which gives a `Group`; workers: how many at once, a process each. runs_dir: by default
    NNTRAIN_RUNS_DIR, else `runs`. watch: show the curves while it trains. quiet: no progress and no notes, which
    otherwise go to stderr, or into the notebook.

    Raises the exceptions of `nntrain.errors`, with the text of the command, and KeyboardInterrupt at Ctrl-C, which
    leaves a run that `nntrain.resume` continues.
    """
    terminal, runs = notebook.terminal(quiet, watch), arguments.folder(runs_dir)
    with used(plugin, verbose), keyboard_interrupt():
        last = None
        if init_from is not None:
            last = init_from_assignment(arguments.path_of("init_from", init_from, "a run or a file"))
        given = from_document(arguments.document(config, set, seed, last))
        valid = checked(without_test(given) if no_test else given, terminal, runs)
        new = run_files.new_name(arguments.text_of("name", name), arguments.name_of(config), runs)
        parts = arguments.whole("folds", folds)
        group = GroupConfig.asked(valid, seed, arguments.seeds_text(seeds), parts)
        several = group is not None or valid.experiment.train.ensemble is not None
        at_once = arguments.at_once(workers, several)
        placement = Placement.of_several(device, arguments.whole("devices", devices), at_once, None)
        context = placement.start(valid, verbose, terminal)
        context = replace(
            context,
            workers=context.workers or (1 if no_stack else None),
            watch=interruptible,
            doctor=not no_doctor,
            plots=not no_plots,
            report=not no_report,
            stack=not no_stack,
        )
        from nntrain.runs import groups, treatment

        treatment.refuse_blind(valid, context)
        if group is not None:
            treatment.refuse_in_group(valid)
            return Group(groups.fit(group, runs, new, terminal, context).run_dir, device)
        result = treatment.fit(valid, runs, new, terminal, context)
        if result is None:  # only of several workers
            raise RuntimeError(f"another process writes `{new}`")
        return Run(result.run_dir, device)


@overload
def tune(config: Config, *, dry_run: Literal[False] = False, **options: Unpack[TuneOptions]) -> Search: ...


@overload
def tune(config: Config, *, dry_run: bool, **options: Unpack[TuneOptions]) -> Search | Estimate: ...


def tune(
    config: Config,
    *,
    set: Assignments | None = None,
    plugin: Given = None,
    name: str | None = None,
    workers: int = 1,
    executor: Literal["processes", "ray"] = "processes",
    address: str | None = None,
    refit: int = 0,
    dry_run: bool = False,
    no_stack: bool = False,
    no_plots: bool = False,
    no_report: bool = False,
    runs_dir: Folder | None = None,
    device: backend.Device = "auto",
    quiet: bool = False,
    verbose: bool = False,
) -> Search | Estimate:
    """Search the hyperparameters of a config as `nntrain tune` does; its section `tune` says how.

    workers: the trials at once, a process each. refit: the best trials that are trained again and scored on the test
    split. dry_run: return what it would do and how long it may take, without a search. The others are as in `fit`.
    Raises as `fit` does.
    """
    terminal, runs = notebook.terminal(quiet), arguments.folder(runs_dir)
    with used(plugin, verbose), keyboard_interrupt():
        valid = checked(whole(arguments.document(config, set, None)), terminal, runs)
        best, at_once = arguments.count("refit", refit, 0), arguments.whole("workers", workers) or 0
        several = Workers(at_once, executor, address)
        if several.warning:
            terminal.note(several.warning)
        if dry_run:
            engine = make_engine(search_of(valid))
            with replace(several, count=1).start(valid, device, verbose) as one:
                sample = rehearsal.sample(valid, one, runs, not no_stack)
            return rehearsal.estimate(valid, engine, sample, at_once, terminal)
        new = run_files.new_name(arguments.text_of("name", name), arguments.name_of(config), runs)
        with several.start(valid, device, verbose) as started:
            context = SearchContext(
                executor=started,
                refit=best,
                terminal=terminal,
                watch=interruptible,
                stack=not no_stack,
                plots=not no_plots,
                report=not no_report,
            )
            return Search(begin(valid, runs, new, context))


@contextlib.contextmanager
def keyboard_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt, with the text of the error, where Ctrl-C has stopped what is inside.

    Its help is the call that goes on, where the error has the command.
    One from inside is raised anew, without its frames, all of which a notebook would print.
    """
    try:
        yield
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt(*error.args) from None  # another one, without the frames of the first
    except Stopped as error:
        if error.signal != signal.SIGINT:
            raise
        if error.run is not None:
            files = [each.file.here for each in plugins.in_use()]
            own = f", plugin={(files[0] if len(files) == 1 else files)!r}" if files else ""
            help = f"resume it with `nntrain.resume({str(error.run)!r}{own})`"
            error.problems = (replace(error.problems[0], help=help), *error.problems[1:])
        raise KeyboardInterrupt(str(error)) from None
