"""A search that was stopped or killed, or has ended, resumed from its journal."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nntrain import backend
from nntrain.config import plugin
from nntrain.config.load import Config
from nntrain.config.loggers import refuse_missing
from nntrain.config.search.load import load_whole, search_of
from nntrain.errors import ConfigError, NNTrainError
from nntrain.search.begin import MAY_CHANGE, SearchContext, carry_out, identity, search_yaml
from nntrain.search.engine import SearchEngine, make_engine
from nntrain.search.executor import Workers
from nntrain.search.ledger import Ledger
from nntrain.search.replay import replayed
from nntrain.search.search_files import SearchDir
from nntrain.storage import run_files
from nntrain.storage.journal import Journal, latest
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.signals import Watch

EXTENDS = ("space", "engine", "pruner")
"""The options of `tune` that `--extend` may change too."""

Events = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ResumeSearch:
    """A search to resume. `refit` is None for the number that the search was begun with."""

    directory: RunDir
    assignments: tuple[str, ...]
    allow_changed: bool
    extend: bool
    refit: int | None
    workers: Workers
    device: backend.Device
    verbose: bool
    plots: bool
    report: bool
    watch: Watch

    def run(self, terminal: Terminal) -> None:
        """Resume the search; `--set tune.trials=…` gives it a larger budget.

        With `extend`, space and engine may change too: a new engine starts, and the trials that were trained count.
        Raises ConfigError for any other change and for a budget that is spent, and NNTrainError where the journal
        cannot be used.
        """
        _refuse_other_assignments(self.assignments, self.extend)
        with self.directory.locked():
            journal = Journal.open(self.directory)
            head, events, complaint = journal.read(mend=True)
            journal.check(head, events)
            if complaint:
                terminal.note(f"warning: {complaint}")
            plugin.refuse_others(head.get("plugins", ()), self.directory)
            file = _search_file(self.directory, head, events)
            before, config = load_whole(file), load_whole(file, self.assignments)
            refuse_missing(config.experiment.train.loggers)
            _refuse_less_than_is_done(before, config, events)
            terminal.log.extend(self.directory.read_log())
            with self.workers.start(config, self.device, self.verbose) as executor:
                search = search_of(config)
                engine = make_engine(search)
                if not self.allow_changed:
                    _refuse_changed(self.directory)
                events += self._record_changes(journal, before, config)
                refit = latest("refit", [head, *events], 0)
                context = SearchContext(
                    executor=executor,
                    refit=refit,
                    terminal=terminal,
                    stack=bool(head.get("stack")),  # a search of before has none
                    plots=self.plots,
                    report=self.report,
                    watch=self.watch,
                )
                self._run(config, engine, journal, events, context)

    def _record_changes(self, journal: Journal, before: Config, config: Config) -> Events:
        """Write what this command changes to the journal, for the next `resume`; return the new events."""
        events: Events = []
        if self.refit is not None:
            events.append({"event": "refit", "refit": self.refit})
        if self.extend and identity(config) != identity(before):
            events.append({"event": "extend", "search_sha256": identity(config), "search": search_yaml(config)})
        for event in events:
            journal.add(event)
        if self.assignments:
            self.directory.write(run_files.SEARCH, search_yaml(config))
        return events

    def _run(
        self, config: Config, engine: SearchEngine, journal: Journal, events: Events, context: SearchContext
    ) -> None:
        search = search_of(config)
        folder = SearchDir(config, search, self.directory, Ledger(search.direction))
        replay = replayed(engine, folder.ledger, events, folder.key)
        context.terminal.note(f"resuming {self.directory}: {folder.ledger.progress}")
        carry_out(folder, journal, replay, context, events)


def _refuse_other_assignments(assignments: Sequence[str], extend: bool) -> None:
    """Raise ConfigError for what a resumed search may not change."""
    for assignment in assignments:
        path = assignment.partition("=")[0].strip()
        name = path.split(".")[1] if path.startswith("tune.") else ""
        if name in EXTENDS and not extend:
            help = "add `--extend`: the trials that were trained count, and a new engine starts"
            raise ConfigError(f"this would change the search: `{path}`", help=help)
        if name not in (*MAY_CHANGE, *EXTENDS):
            listed = ", ".join(f"`tune.{name}`" for name in MAY_CHANGE)
            raise ConfigError(f"a search cannot be resumed with another `{path}`", help=f"only {listed} may change")


def _refuse_changed(directory: RunDir) -> None:
    """Raise NNTrainError where the versions, or the data of its fold, are not those of the first trial."""
    if first := min(directory.path.glob(f"trial-*/**/{run_files.RESOLVED}"), default=None):
        backend.start("cpu")
        from nntrain.runs import resume

        resume.refuse_changed_files(RunDir(first.parent))


def _refuse_less_than_is_done(before: Config, config: Config, events: Events) -> None:
    """Raise ConfigError for a new budget below what the search has spent."""
    then, now = search_of(before).tune, search_of(config).tune
    trials = 1 + max((event["trial"] for event in events if event["event"] in ("start", "tell")), default=-1)
    epochs = sum(event["trained"] for event in events if event["event"] == "tell")
    seconds = float(latest("spent", events, 0.0))
    for name, was, limit, done, words in (
        ("trials", then.budget, now.budget, trials, f"{trials:,} trials have begun"),
        ("max_epochs_total", then.max_epochs_total, now.max_epochs_total, epochs, f"{epochs:,} epochs are spent"),
        ("max_seconds", then.max_seconds, now.max_seconds, seconds, f"{seconds:.1f} s are spent"),
    ):
        if limit is not None and limit != was and limit < done:
            help = f"write `--set tune.{name}={math.ceil(done)}` or more, or keep the old value"
            raise ConfigError(f"`tune.{name}` cannot be {limit}: {words}", help=help)


def _search_file(directory: RunDir, head: dict[str, Any], events: Events) -> Path:
    """Return the file of the search; raises NNTrainError where it is not the one of the journal."""
    path = directory.file(run_files.SEARCH)
    before, now = [{}, head, *(event for event in events if event["event"] == "extend")][-2:]
    found, recorded = identity(load_whole(path)), now.get("search_sha256")
    if found == before.get("search_sha256") != recorded:  # a kill came between the journal and the file
        directory.write(run_files.SEARCH, now["search"])
    elif found != recorded:
        message = f"`{path}` is not the search of `{run_files.JOURNAL}`"
        raise NNTrainError(message, help="restore the file from a copy, or begin the search again")
    return path
