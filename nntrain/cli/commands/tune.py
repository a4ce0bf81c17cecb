"""`nntrain tune`: search the hyperparameters of a config."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nntrain.backend import Device
from nntrain.cli.checked_config import checked
from nntrain.config.load import Config
from nntrain.config.search.load import load_whole, search_of
from nntrain.config.search.space import Search
from nntrain.search import dry_run
from nntrain.search.begin import Session, begin
from nntrain.search.engine import make_engine
from nntrain.search.executor import Workers
from nntrain.storage import run_files
from nntrain.terminal import Terminal


@dataclass(frozen=True, kw_only=True)
class Tune:
    """A request to search, or with `dry_run` to estimate how long the search takes."""

    config: str
    runs_dir: Path
    assignments: Sequence[str] = ()
    workers: int = 1
    executor: str = "processes"
    address: str | None = None
    refit: int = 0
    dry_run: bool = False
    name: str | None = None
    device: Device = "auto"
    verbose: bool = False

    def run(self, terminal: Terminal) -> None:
        """Search, write the directory of the search, and print the best trial; or print the estimate."""
        config = checked(load_whole(self.config, self.assignments), terminal)
        search = search_of(config)
        if self.dry_run:
            self._estimate(config, search, terminal)
            return
        name = self.name or run_files.run_name(self.config)
        run_files.refuse_bad_name(name)
        with self._workers(self.workers).start(config, self.device, self.verbose) as executor:
            begin(config, self.runs_dir, name, Session(executor=executor, refit=self.refit, terminal=terminal))

    def _estimate(self, config: Config, search: Search, terminal: Terminal) -> None:
        """Print what the search would do, after one short training to time an epoch."""
        engine = make_engine(search)
        with self._workers(1).start(config, self.device, self.verbose) as executor:
            rows = dry_run.sample(config, executor, self.runs_dir)
        dry_run.estimate(config, engine, rows, self.workers, terminal)

    def _workers(self, count: int) -> Workers:
        return Workers(count, self.executor, self.address)
