"""`nntrain eval`: the metrics of a trained run on one of its splits."""

from dataclasses import dataclass
from pathlib import Path

from nntrain import backend
from nntrain.storage.find_runs import find_run
from nntrain.terminal import Terminal


@dataclass(frozen=True, kw_only=True)
class Evaluate:
    """A request to score a run on a split, by default its last one: test, validation or train."""

    name: str
    runs_dir: Path
    split: str | None = None
    baselines: bool = False
    device: backend.Device = "auto"
    verbose: bool = False

    def run(self, terminal: Terminal) -> None:
        """Print metrics, interval, classes, confusion matrix and baselines."""
        run_dir = find_run(self.runs_dir, self.name)
        backend.start(self.device, self.verbose)
        from nntrain.evaluation import evaluate

        found = evaluate.evaluate(run_dir, self.split, self.baselines)
        terminal.event("eval", found.as_json())
        terminal.table("", ("split", "rows", *found.metrics), [[found.split, found.rows, *found.metrics.values()]])
        low, high = found.interval
        interval = f"95 % interval {low:.4f} to {high:.4f} (bootstrap over the rows)"
        terminal.line(f"{found.score} {found.value:.4f}, {interval}")
        for title, columns, rows in found.tables(run_dir.path.name):
            terminal.line("")
            terminal.table(title, columns, rows)
