"""`nntrain repro`, from a run to the comparison."""

from nntrain.errors import NNTrainError
from nntrain.runs import reproduce
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.run_context import RunContext


def run(run_dir: RunDir, context: RunContext, terminal: Terminal) -> None:
    """Train again, and print `identical` or the first difference; raises NNTrainError where the two differ."""
    difference = reproduce.repeat(run_dir, context)
    terminal.event("repro", {"run": str(run_dir), "identical": not difference, "difference": difference})
    terminal.line(f"{run_dir}: {difference or 'identical'}")
    if difference:
        help = "compare versions and device with those in environment.json"
        raise NNTrainError(f"`{run_dir}` is not reproduced", help=help)
