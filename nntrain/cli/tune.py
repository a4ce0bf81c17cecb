"""The command `tune`, and `resume` of a search: from a config to a directory of trials."""

import hashlib
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nntrain import backend
from nntrain.cli.checked_config import checked
from nntrain.config.base import to_tree
from nntrain.config.load import Config
from nntrain.config.search.load import Search, as_yaml, load_whole, search_of
from nntrain.errors import ConfigError, NNTrainError, Stopped
from nntrain.runs import environment
from nntrain.search import dry_run, results
from nntrain.search.choose_executor import Workers
from nntrain.search.ledger import Ledger
from nntrain.search.live_view import SearchView
from nntrain.search.replay import Replay, replayed
from nntrain.search.runner import Runner
from nntrain.search.search_files import SearchDir
from nntrain.storage import run_files
from nntrain.storage.journal import Journal
from nntrain.storage.run_files import RunDir
from nntrain.terminal import Terminal

EXTENDS = ("space", "engine", "pruner")
MAY_CHANGE = ("trials", "max_seconds", "max_epochs_total", "on_error", "keep")


@dataclass(frozen=True)
class Tune:
    """What `nntrain tune` was asked for."""

    config: str
    assignments: tuple[str, ...]
    workers: Workers
    refit: int
    name: str | None
    runs_dir: Path
    device: backend.Device
    verbose: bool

    def run(self, terminal: Terminal) -> None:
        """Searches from the beginning."""
        config = checked(self.config, self.assignments, None, terminal, whole=True)
        search = search_of(config)
        name = self.name or run_files.run_name(self.config)
        run_files.refuse_bad_name(name)
        with self.workers.start(config, self.device, self.verbose) as pool:
            engine = _engine(search)
            place = RunDir.create(self.runs_dir, name)
            with place.owned():
                place.write(run_files.CONFIG, config.document.data)
                place.write(run_files.SEARCH, _as_search(config))
                journal = Journal.create(
                    place,
                    {
                        "search_sha256": identity(config),
                        "start": environment.now(),
                        "command": sys.argv,
                        "refit": self.refit,
                    },
                )
                ledger = Ledger(search.direction)
                view = SearchView(terminal, search, ledger)
                replay = Replay(engine, ledger)
                runner = Runner(SearchDir(config, search, place, ledger), journal, replay, pool, view)
                _carry_out(runner, view, self.refit, terminal)

    def tell(self, terminal: Terminal) -> None:
        """Says what a search would do, after one short training to see how long an epoch takes."""
        config = checked(self.config, self.assignments, None, terminal, whole=True)
        search = search_of(config)
        with self.workers.only_one().start(config, self.device, self.verbose) as pool:
            dry_run.tell(config, search, _engine(search), pool, self.workers.count, terminal)


@dataclass(frozen=True)
class Resume:
    """What `nntrain resume` of a search was asked for. `refit` is None for what the search was begun with."""

    place: RunDir
    assignments: tuple[str, ...]
    allow_changed: bool
    extend: bool
    refit: int | None
    workers: Workers
    device: backend.Device
    verbose: bool

    def run(self, terminal: Terminal) -> None:
        """Goes on with a search that was stopped or killed, or has ended; `--set tune.trials=…` is a larger budget.

        With `extend`, space and engine may change too: the engine begins anew, and the trials that were trained count.
        Raises ConfigError for any other change and for a budget that is spent already, and NNTrainError where the
        journal cannot be used.
        """
        _refuse_other_assignments(self.assignments, self.extend)
        with self.place.owned():
            journal = Journal.open(self.place)
            head, events, complaint = journal.read(mend=True)
            if complaint:
                terminal.note(f"warning: {complaint}")
            file = _search_file(self.place, head, events)
            before, config = load_whole(file), load_whole(file, self.assignments)
            _refuse_less_than_is_done(before, config, events)
            terminal.log.extend(self.place.read_log())
            with self.workers.start(config, self.device, self.verbose) as pool:
                engine = _engine(search_of(config))
                if not self.allow_changed:
                    _refuse_changed(self.place, config)
                events += self._told(journal, before, config)
                self._go_on(config, engine, journal, head, events, pool, terminal)

    def _told(self, journal: Journal, before: Config, config: Config) -> list[dict[str, Any]]:
        """Writes down what is another from here on, so that the next `resume` knows it; returns the new events."""
        events: list[dict[str, Any]] = []
        if self.refit is not None:
            events.append({"event": "refit", "refit": self.refit})
        if self.extend and identity(config) != identity(before):
            events.append({"event": "extend", "search_sha256": identity(config), "search": _as_search(config)})
        for event in events:
            journal.add(event)
        if self.assignments:
            self.place.write(run_files.SEARCH, _as_search(config))
        return events

    def _go_on(
        self,
        config: Config,
        engine: Any,
        journal: Journal,
        head: dict[str, Any],
        events: Sequence[dict[str, Any]],
        pool: Any,
        terminal: Terminal,
    ) -> None:
        search = search_of(config)
        ledger = Ledger(search.direction)
        folder = SearchDir(config, search, self.place, ledger)
        replay = replayed(engine, ledger, events, folder.key)
        spent = _last("spent", events, 0.0)
        terminal.note(f"going on with {self.place}: {ledger.progress}")
        view = SearchView(terminal, search, ledger, spent)
        runner = Runner(folder, journal, replay, pool, view, spent)
        _carry_out(runner, view, _last("refit", [head, *events], 0), terminal)


def _last(name: str, events: Sequence[dict[str, Any]], default: Any) -> Any:
    """What the latest of the events that know it say."""
    return next((event[name] for event in reversed(events) if name in event), default)


def _refuse_changed(place: RunDir, config: Config) -> None:
    """Raises NNTrainError when the data or the versions are not those that the first trial began with."""
    first = next((RunDir(path.parent) for path in sorted(place.path.glob(f"trial-*/**/{run_files.RESOLVED}"))), None)
    if first is not None:
        backend.start("cpu")
        from nntrain.data import dataset
        from nntrain.runs import resume as runs

        runs.refuse_changed(first, dataset.load_data(config))


def _refuse_less_than_is_done(before: Config, config: Config, events: Sequence[dict[str, Any]]) -> None:
    """Raises ConfigError for a budget that is new and below what the search has taken already."""
    then, now = search_of(before).tune, search_of(config).tune
    trials = sum(event["event"] == "ask" for event in events)
    epochs = sum(event["trained"] for event in events if event["event"] == "tell")
    seconds = float(_last("spent", events, 0.0))
    for name, was, limit, done, words in (
        ("trials", then.budget, now.budget, trials, f"{trials:,} trials are there"),
        ("max_epochs_total", then.max_epochs_total, now.max_epochs_total, epochs, f"{epochs:,} epochs are spent"),
        ("max_seconds", then.max_seconds, now.max_seconds, seconds, f"{seconds:.1f} s are spent"),
    ):
        if limit is not None and limit != was and limit < done:
            help = f"give `--set tune.{name}={math.ceil(done)}` or more, or leave it as it was"
            raise ConfigError(f"`tune.{name}` cannot be {limit}: {words} already", help=help)


def _search_file(place: RunDir, head: dict[str, Any], events: Sequence[dict[str, Any]]) -> Path:
    """The file of the search as it is now; raises NNTrainError where it is not the one of the journal."""
    path = place.path / run_files.SEARCH
    before, now = [{}, head, *(event for event in events if event["event"] == "extend")][-2:]
    found, wanted = identity(load_whole(path)), now.get("search_sha256")
    if found == before.get("search_sha256") != wanted:  # a kill came between the two
        place.write(run_files.SEARCH, now["search"])
    elif found != wanted:
        message = f"`{path}` is not the search that `{run_files.JOURNAL}` is about"
        raise NNTrainError(message, help="restore the file from a copy, or begin the search again")
    return path


def _carry_out(runner: Runner, view: SearchView, refit: int, terminal: Terminal) -> None:
    """Runs the search and writes what it came to; raises when it was stopped, or ended for want of a score."""
    place = runner.folder.place
    try:
        with view:
            reason = runner.run()
        runner.folder.write()
        place.write_log(terminal.log)
        results.finish(runner, reason, refit, terminal)
    except Stopped as error:
        raise error.after(runner.ledger.progress, f"`nntrain resume {place}` goes on") from None
    except NNTrainError as error:
        terminal.log.append(str(error))
        raise
    finally:
        runner.folder.write()
        place.write_log(terminal.log)
    if runner.broken:
        help = "mend it, or let the search go on with `--set tune.on_error=continue`"
        raise NNTrainError(f"the search was stopped: {reason}", help=help)


def _engine(search: Search) -> Any:
    from nntrain.search.choose_engine import make_engine

    return make_engine(search.tune, search.space, search.direction)


def _as_search(config: Config) -> str:
    """The config with `--set` applied and absolute paths, its section `tune` included: what `resume` reads."""
    return f"# What `nntrain resume` goes on with; `config.yaml` is as it was given.\n{as_yaml(config)}"


def identity(config: Config) -> str:
    """What must not change in a search: all of its config but the budget. `null` is what was not written."""
    tree = to_tree(config.experiment)
    kept = {name: value for name, value in tree["tune"].items() if value is not None and name not in MAY_CHANGE}
    tree["tune"] = kept
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()


def _refuse_other_assignments(assignments: Sequence[str], extend: bool) -> None:
    for assignment in assignments:
        path = assignment.partition("=")[0].strip()
        name = path.split(".")[1] if path.startswith("tune.") else ""
        if name in EXTENDS and not extend:
            help = "give `--extend` too: the trials that were trained count, and the engine begins anew"
            raise ConfigError(f"this would change the search: `{path}`", help=help)
        if name not in (*MAY_CHANGE, *EXTENDS):
            listed = ", ".join(f"`tune.{name}`" for name in MAY_CHANGE)
            raise ConfigError(f"a search cannot go on with another `{path}`", help=f"only {listed} may change")
