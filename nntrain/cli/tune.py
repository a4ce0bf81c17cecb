"""The command `tune`: from a config to a directory of trials."""

from dataclasses import dataclass
from pathlib import Path

from nntrain import backend
from nntrain.cli.checked_config import checked
from nntrain.config.search.load import search_of
from nntrain.search import dry_run
from nntrain.search.begin import Session, begin
from nntrain.search.engine import make_engine
from nntrain.search.executor import Workers
from nntrain.storage import run_files
from nntrain.terminal import Terminal


@dataclass(frozen=True, kw_only=True)
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
        name = self.name or run_files.run_name(self.config)
        run_files.refuse_bad_name(name)
        with self.workers.start(config, self.device, self.verbose) as executor:
            begin(config, self.runs_dir, name, Session(executor=executor, refit=self.refit, terminal=terminal))

    def tell(self, terminal: Terminal) -> None:
        """Says what a search would do, after one short training to see how long an epoch takes."""
        config = checked(self.config, self.assignments, None, terminal, whole=True)
        search = search_of(config)
        with self.workers.only_one().start(config, self.device, self.verbose) as executor:
            engine = make_engine(search)
            dry_run.tell(config, search, engine, executor, self.workers.count, terminal)
