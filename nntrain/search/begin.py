"""A search from its first trial, and what it shares with a resumed one: run the trials, write the results."""

import contextlib
import hashlib
import json
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nntrain.config import plugin
from nntrain.config.load import Config
from nntrain.config.loggers import refuse_missing
from nntrain.config.named import to_tree
from nntrain.config.search.load import search_of
from nntrain.config.search.trial_config import as_yaml
from nntrain.errors import ConfigError, DataError, NNTrainError, Stopped
from nntrain.processes.executor import Executor
from nntrain.report import writing
from nntrain.runs import environment
from nntrain.search import plotting, results
from nntrain.search.engine import make_engine
from nntrain.search.ledger import Ledger
from nntrain.search.live_view import SearchView
from nntrain.search.replay import Replay
from nntrain.search.runner import Runner
from nntrain.search.search_files import SearchDir
from nntrain.storage import drafts, removal, run_files
from nntrain.storage.journal import Journal, latest
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.signals import Watch, watched

MAY_CHANGE = ("trials", "max_seconds", "max_epochs_total", "on_error", "keep")
"""The options of `tune` that a resumed search may change."""


@dataclass(frozen=True, kw_only=True)
class SearchContext:
    """What a search runs with; `watch` for what asks to stop. At its end the best `refit` trials are trained again."""

    executor: Executor
    refit: int
    terminal: Terminal
    watch: Watch = watched
    stack: bool  # whether trials of one architecture may be trained as one program
    plots: bool  # whether plots are drawn
    report: bool  # whether report.html is written


def begin(config: Config, runs_dir: Path, name: str, context: SearchContext) -> RunDir:
    """Run a search in a new directory, which is returned.

    Raises as `carry_out`, and MissingPackage before anything is written. Nothing is left of a search that wrong data,
    or a config that does not fit them, ended before its first epoch, as nothing is left of such a `fit`.
    """
    refuse_missing(config.experiment.train.loggers)
    search = search_of(config)
    engine = make_engine(search)
    ledger = Ledger(search.direction)
    with contextlib.ExitStack() as after, drafts.draft(runs_dir, name) as draft, draft.locked():
        draft.write(run_files.CONFIG, config.document.data)
        draft.write(run_files.SEARCH, search_yaml(config))
        head = {"start": environment.now(), "command": sys.argv, "refit": context.refit, "stack": context.stack}
        Journal.create(draft, {"search_sha256": identity(config), **head, "plugins": plugin.record()})
        directory = drafts.published(draft)
        journal = Journal.open(directory)
        folder = SearchDir(config, search, directory, ledger)
        try:
            carry_out(folder, journal, Replay(engine, ledger), context)
        except (ConfigError, DataError):
            if not any(entry.reached for entry in ledger.entries):
                after.callback(removal.remove, directory)  # when its lock is released
            raise
    return directory


def carry_out(
    folder: SearchDir, journal: Journal, replay: Replay, context: SearchContext, events: Sequence[dict[str, Any]] = ()
) -> None:
    """Run a search and write its results. events: those of its journal before it was resumed.

    Raises Stopped at a signal, and NNTrainError where no trial has a score or too many failed.
    """
    directory, terminal = folder.directory, context.terminal
    spent = latest("spent", events, 0.0)
    view = SearchView(terminal, folder, spent)
    runner = Runner(folder, journal, replay, context.executor, view, context.stack, spent, watch=context.watch)
    runner.schedule.begin_again(events)
    try:
        with view:
            reason = runner.run()
        folder.write()
        directory.write_log(terminal.log)
        results.finish(runner, reason, context.refit, terminal)
        if context.plots:
            plotting.draw_all(folder, terminal)
        if runner.broken:
            help = "fix the cause, or keep searching with `--set tune.on_error=continue`"
            raise NNTrainError(f"the search was stopped: {reason}", help=help)
    except NNTrainError as error:
        if isinstance(error, Stopped):
            again = f"nntrain resume {shlex.quote(str(directory))}{plugin.options()}"
            error.run = directory.path
            error.after(folder.ledger.progress, f"resume it with `{again}`")
        terminal.log.append(str(error))
        raise
    finally:
        folder.write()
        if context.report:
            writing.write(directory, terminal)
        directory.write_log(terminal.log)


def search_yaml(config: Config) -> str:
    """Return what `resume` reads: the config with `--set` applied, absolute paths, and the section `tune`."""
    return f"# What `nntrain resume` reads; `config.yaml` is the file that was given.\n{as_yaml(config)}"


def identity(config: Config) -> str:
    """Return the SHA-256 of what must not change in a search: its config without the budget and without `null`."""
    tree = to_tree(config.experiment)
    tune = tree.get("tune") or {}  # a file that was cut has none
    tree["tune"] = {name: value for name, value in tune.items() if value is not None and name not in MAY_CHANGE}
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()
