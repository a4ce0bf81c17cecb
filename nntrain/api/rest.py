"""The rest of a training, which computes with TensorFlow: of a run, an ensemble, or the runs of a group."""

from nntrain.config.load import Config
from nntrain.runs import ensembles, groups, resume, treated_runs, treatment
from nntrain.search import search_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.run_context import RunContext


def refuse_blind(config: Config, context: RunContext) -> None:
    """Raise ConfigError where the config asks for what the doctor finds, and the doctor cannot look."""
    treatment.refuse_blind(config, context, "resume it on one device, and let the doctor look")


def of_group(directory: RunDir, allow_changed: bool, terminal: Terminal, context: RunContext) -> str:
    """Train the rest of the runs of a group; return in words that nothing is left, or nothing."""
    trained = groups.resume_all(directory, allow_changed, terminal, context)
    return "" if trained else f"all runs of {directory} are finished"


def of_run(
    run_dir: RunDir, assignments: tuple[str, ...], allow_changed: bool, terminal: Terminal, context: RunContext
) -> str:
    """Train the rest of a run, of an ensemble, or of what treats a run; return in words that nothing is left."""
    if run_dir.is_ensemble:
        trained = ensembles.resume_run(run_dir, allow_changed, terminal, context)
        return "" if trained else f"{run_dir} is finished"
    if not context.writes:
        resume.follow(run_dir, assignments, context)
        return ""
    if not assignments and (first := treated_runs.first_of(run_dir)) is not None:
        if treatment.resume(first, allow_changed, terminal, context):
            return ""
        if (best := treated_runs.best_of(first)) is not None and best.path.name != run_dir.path.name:
            return f"the treatment of {first} is finished; its best run is {best}"
    elif resume.resume(run_dir, assignments, allow_changed, terminal, context):
        return ""
    option = "" if search_files.is_trial(run_dir) else resume.option_to_lengthen(run_dir)
    return f"{run_dir} is finished{option and f'; `--set {option}=...` trains it further'}"
