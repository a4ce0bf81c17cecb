"""`nntrain launch`: several workers on this machine that train one run."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from nntrain.cli import launch
from nntrain.terminal import Terminal


@dataclass(frozen=True, kw_only=True)
class Launch:
    """A request to start `local` workers of `fit` or `resume` with these words."""

    local: int
    words: Sequence[str]

    def run(self, _: Terminal) -> None:
        """Run the workers to their end, and end this process with the exit code of the chief."""
        sys.exit(launch.run(self.local, self.words))
