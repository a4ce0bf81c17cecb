"""`nntrain resume`: train the rest of a run, a group or a search that was stopped or killed."""

from dataclasses import replace
from functools import partial

from nntrain.cli import summary
from nntrain.cli.requests import Resume
from nntrain.config.load import load_run
from nntrain.errors import ConfigError
from nntrain.runs.group_config import GroupConfig
from nntrain.search import search_files
from nntrain.search.executor import Workers
from nntrain.search.resume import ResumeSearch
from nntrain.storage.find_runs import Group, Search, find, first_member
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.placement import Placement
from nntrain.training.run_context import RunContext


def run(request: Resume, terminal: Terminal) -> None:
    """Resume what the name is, and print the metrics."""
    match find(request.runs_dir, request.name):
        case Search() as search:
            _search(request, search, terminal)
        case Group() as group:
            _group(request, group, terminal)
        case run_dir:
            _run(request, run_dir, terminal)


def _run(request: Resume, run_dir: RunDir, terminal: Terminal) -> None:
    placement, assignments = _placement(request), request.assignments or ()
    if assignments:
        search_files.refuse_longer(run_dir)
    if run_dir.is_ensemble:
        placement.refuse_group(help="leave `--workers` out")
    terminal.log.extend(run_dir.read_log())
    started = placement.start(load_run(run_dir), request.verbose, terminal, "resume")
    context = _with_parts(started, request, terminal)
    from nntrain.runs import resume

    if run_dir.is_ensemble:
        _ensemble(request, run_dir, terminal, context)
    elif not context.writes:
        resume.follow(run_dir, assignments, context)
    elif not resume.resume(run_dir, assignments, request.allow_changed, terminal, context):
        option = "" if search_files.is_trial(run_dir) else resume.option_to_lengthen(run_dir)
        terminal.line(f"{run_dir} is finished{option and f'; `--set {option}=...` trains it further'}")
        terminal.event("finished", {"run": str(run_dir)})


def _ensemble(request: Resume, run_dir: RunDir, terminal: Terminal, context: RunContext) -> None:
    from nntrain.runs import ensembles

    if request.assignments:
        help = "leave `--set` out"
        raise ConfigError(f"the length of an ensemble cannot be changed, and `{run_dir}` is one", help=help)
    if not ensembles.resume_run(run_dir, request.allow_changed, terminal, context):
        terminal.line(f"{run_dir} is finished")
        terminal.event("finished", {"run": str(run_dir)})


def _with_parts(context: RunContext, request: Resume, terminal: Terminal) -> RunContext:
    """Return the context with what is wanted at the end."""
    return replace(
        context,
        doctor=not request.no_doctor,
        show=partial(summary.show, terminal=terminal),
        plots=not request.no_plots,
        report=not request.no_report,
    )


def _group(request: Resume, directory: RunDir, terminal: Terminal) -> None:
    placement = _placement(request)
    help = f"resume one of its runs, such as `{directory}/{first_member(directory.path)}`"
    if request.assignments:
        raise ConfigError(f"the length of a group cannot be changed, and `{directory}` is one", help=help)
    placement.refuse_group(help)
    started = placement.start(GroupConfig.read(directory).first, request.verbose, terminal)
    context = _with_parts(started, request, terminal)
    from nntrain.runs import groups

    if not groups.resume_all(directory, request.allow_changed, terminal, context):
        terminal.line(f"all runs of {directory} are finished")
        terminal.event("finished", {"run": str(directory)})


def _placement(request: Resume) -> Placement:
    """Return where a run or a group trains; raises ConfigError for the options of a search."""
    if request.extend or request.refit is not None or request.executor != "processes" or request.address is not None:
        message = f"`{request.name}` is not a search, and `--extend`, `--refit`, `--executor` and `--address` need one"
        raise ConfigError(message, help="leave them out")
    return Placement.of(request.device, request.devices, request.workers, request.worker)


def _search(request: Resume, directory: RunDir, terminal: Terminal) -> None:
    ResumeSearch(
        directory=directory,
        assignments=tuple(request.assignments or ()),
        allow_changed=request.allow_changed,
        extend=request.extend,
        refit=request.refit,
        workers=_trial_workers(request),
        device=request.device,
        verbose=request.verbose,
        plots=not request.no_plots,
        report=not request.no_report,
    ).run(terminal)


def _trial_workers(request: Resume) -> Workers:
    """Return the workers of a search; raises ConfigError for the options of a run."""
    if request.devices is not None or request.worker is not None:
        help = "leave them out; `--workers 2` trains two trials at once"
        raise ConfigError("`--devices`, `--worker` and `launch` are for a run, not for a search", help=help)
    if request.workers is not None and not request.workers.isdecimal():
        message = f"`--workers` of a search is a number of trials, got `{request.workers}`"
        raise ConfigError(message, help="write `--workers 2`")
    return Workers(int(request.workers or 1), request.executor, request.address)
