"""Trainings and searches that begin in Python, as `nntrain fit` and `nntrain tune` begin them."""

import contextlib
import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import overload

from nntrain import backend
from nntrain.api import arguments
from nntrain.api.arguments import Assignments, Config
from nntrain.api.results import Group, Run, Search
from nntrain.config.load import from_document
from nntrain.config.search.load import whole
from nntrain.errors import Stopped
from nntrain.plugins.load import Given, used
from nntrain.runs.checked import checked
from nntrain.runs.group_config import GroupConfig
from nntrain.storage import run_files
from nntrain.terminal import Terminal
from nntrain.training.run_context import RunContext
from nntrain.training.signals import interruptible

Folder = str | os.PathLike[str]


@overload
def fit(
    config: Config,
    *,
    set: Assignments | None = None,
    plugin: Given = None,
    name: str | None = None,
    seed: int | None = None,
    seeds: None = None,
    folds: None = None,
    runs_dir: Folder = "runs",
    device: backend.Device = "auto",
    quiet: bool = False,
) -> Run: ...


@overload
def fit(
    config: Config,
    *,
    set: Assignments | None = None,
    plugin: Given = None,
    name: str | None = None,
    seed: int | None = None,
    seeds: int | Iterable[int] | None = None,
    folds: int | None = None,
    runs_dir: Folder = "runs",
    device: backend.Device = "auto",
    quiet: bool = False,
) -> Run | Group: ...


def fit(
    config: Config,
    *,
    set: Assignments | None = None,
    plugin: Given = None,
    name: str | None = None,
    seed: int | None = None,
    seeds: int | Iterable[int] | None = None,
    folds: int | None = None,
    runs_dir: Folder = "runs",
    device: backend.Device = "auto",
    quiet: bool = False,
) -> Run | Group:
    """Train a config and write a run directory, as `nntrain fit` does, with the same results.

    config: the path of a YAML file, or its content as a dict. set: values by dotted path, such as
    `{"train.epochs": 20}`, or texts such as `"train.epochs=20"`. plugin: a file of own classes, or several. seeds,
    folds: train once for each, which gives a `Group`. quiet: no progress and no notes, which otherwise go to stderr.

    Raises the exceptions of `nntrain.errors`, with the text of the command, and KeyboardInterrupt at Ctrl-C, which
    leaves a run that `nntrain resume` continues.
    """
    terminal, runs = Terminal(quiet=quiet, results=False), Path(runs_dir)
    with used(plugin), _keyboard_interrupt():
        valid = checked(from_document(arguments.document(config, set, seed)), terminal, runs)
        new = run_files.new_name(name, arguments.name_of(config), runs)
        group = GroupConfig.asked(valid, seed, arguments.seeds_text(seeds), folds)
        backend.start(device)
        from nntrain.runs import groups, treatment

        context = RunContext(watch=interruptible)
        if group is not None:
            treatment.refuse_in_group(valid)
            return Group(groups.fit(group, runs, new, terminal, context).run_dir)
        result = treatment.fit(valid, runs, new, terminal, context)
        if result is None:  # only of several workers
            raise RuntimeError(f"another process writes `{new}`")
        return Run(result.run_dir)


def tune(
    config: Config,
    *,
    set: Assignments | None = None,
    plugin: Given = None,
    name: str | None = None,
    workers: int = 1,
    refit: int = 0,
    runs_dir: Folder = "runs",
    device: backend.Device = "auto",
    quiet: bool = False,
) -> Search:
    """Search the hyperparameters of a config as `nntrain tune` does; its section `tune` says how.

    workers: the trials at once, a process each. refit: the best trials that are trained again and scored on the test
    split. Raises as `fit` does.
    """
    terminal, runs = Terminal(quiet=quiet, results=False), Path(runs_dir)
    from nntrain.search.begin import Session, begin
    from nntrain.search.executor import Workers

    with used(plugin), _keyboard_interrupt():
        valid = checked(whole(arguments.document(config, set, None)), terminal, runs)
        new = run_files.new_name(name, arguments.name_of(config), runs)
        with Workers(workers).start(valid, device, verbose=False) as executor:
            session = Session(executor=executor, refit=refit, terminal=terminal, watch=interruptible)
            return Search(begin(valid, runs, new, session))


@contextlib.contextmanager
def _keyboard_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt, with the text of the error, where Ctrl-C has stopped what is inside."""
    try:
        yield
    except Stopped as error:
        if error.signal != signal.SIGINT:
            raise
        raise KeyboardInterrupt(str(error)) from None
