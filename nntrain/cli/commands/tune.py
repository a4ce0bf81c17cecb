"""`nntrain tune`: search the hyperparameters of a config."""

from nntrain.cli.requests import Tune
from nntrain.config.load import Config
from nntrain.config.search.load import load_whole, search_of
from nntrain.runs.checked import checked
from nntrain.search import dry_run
from nntrain.search.begin import SearchContext, begin
from nntrain.search.engine import make_engine
from nntrain.search.executor import Workers
from nntrain.storage import run_files
from nntrain.terminal import Terminal


def run(request: Tune, terminal: Terminal) -> None:
    """Search, write the directory of the search, and print the best trial; or print the estimate."""
    config = checked(load_whole(request.config, request.assignments or ()), terminal, request.runs_dir)
    workers = Workers(request.workers, request.executor, request.address)
    if workers.warning:
        terminal.note(workers.warning)
    if request.dry_run:
        _estimate(request, config, terminal)
        return
    name = run_files.new_name(request.name, request.config, request.runs_dir)
    with workers.start(config, request.device, request.verbose) as executor:
        context = SearchContext(
            executor=executor,
            refit=request.refit,
            terminal=terminal,
            stack=not request.no_stack,
            plots=not request.no_plots,
            report=not request.no_report,
        )
        begin(config, request.runs_dir, name, context)


def _estimate(request: Tune, config: Config, terminal: Terminal) -> None:
    """Print what the search would do, after short trainings to time epochs."""
    engine = make_engine(search_of(config))
    with Workers(1, request.executor, request.address).start(config, request.device, request.verbose) as executor:
        sample = dry_run.sample(config, executor, request.runs_dir, not request.no_stack)
    dry_run.estimate(config, engine, sample, request.workers, terminal)
