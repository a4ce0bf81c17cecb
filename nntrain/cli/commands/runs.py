"""`nntrain runs`: the runs of a folder and their results."""

from dataclasses import dataclass
from pathlib import Path

from nntrain.runs import listing
from nntrain.terminal import Terminal


@dataclass(frozen=True, kw_only=True)
class Runs:
    """A request to list runs: the newest first, or the best in the metric `sort`."""

    runs_dir: Path
    sort: str | None = None

    def run(self, terminal: Terminal) -> None:
        """Print a line for each run."""
        listing.show(self.runs_dir, self.sort, terminal)
