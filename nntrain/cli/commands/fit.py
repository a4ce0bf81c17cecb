"""`nntrain fit`: train a config once, or once for each seed or fold."""

from dataclasses import replace
from functools import partial

from nntrain.cli import summary
from nntrain.cli.requests import Fit
from nntrain.config.load import Config, load
from nntrain.runs.checked import checked, init_from_assignment, without_test
from nntrain.runs.group_config import GroupConfig
from nntrain.storage import run_files
from nntrain.terminal import Terminal
from nntrain.training.placement import Placement


def run(request: Fit, terminal: Terminal) -> None:
    """Train, write a run directory for each training, and print the metrics before plots are drawn."""
    config = checked(_config(request), terminal, request.runs_dir)
    name = run_files.new_name(request.name, request.config, request.runs_dir)
    group = GroupConfig.asked(config, request.seed, request.seeds, request.folds)
    several = group is not None or config.experiment.train.ensemble is not None
    place = Placement.of_several if several else Placement.of
    placement = place(request.device, request.devices, request.workers, request.worker)
    if group is not None:
        placement.refuse_group(help="leave `--seeds` and `--folds` out")
    elif several:
        placement.refuse_group(help="leave `--workers` or `train.ensemble` out")
    context = placement.start(config, request.verbose, terminal, "fit")
    context = replace(
        context,
        doctor=not request.no_doctor,
        plots=not request.no_plots,
        report=not request.no_report,
        stack=not request.no_stack,
        workers=context.workers or (1 if request.no_stack else None),
        show=partial(summary.show, terminal=terminal),
    )
    request.heavy().run(config, group, request.runs_dir, name, terminal, context)


def _config(request: Fit) -> Config:
    assignments = list(request.assignments or ())
    if request.init_from is not None:
        assignments.append(init_from_assignment(request.init_from))
    config = load(request.config, assignments, request.seed)
    return without_test(config) if request.no_test else config
