"""`nntrain predict`: the predictions of a trained run for the rows of a file."""

import sys
from dataclasses import dataclass
from pathlib import Path

from nntrain import backend
from nntrain.storage.atomic import write_text
from nntrain.storage.find_runs import find_run
from nntrain.terminal import Terminal


@dataclass(frozen=True, kw_only=True)
class Predict:
    """A request to predict each row of a file, each image of a folder, or one image."""

    name: str
    runs_dir: Path
    file: Path
    output: Path | None = None
    device: backend.Device = "auto"
    verbose: bool = False

    def run(self, _: Terminal) -> None:
        """Write the predictions as CSV to stdout, or to a file."""
        run_dir = find_run(self.runs_dir, self.name)
        backend.start(self.device, self.verbose)
        from nntrain.evaluation.predict import predict

        text = predict(run_dir, self.file)
        if self.output is None:
            sys.stdout.write(text)
        else:
            write_text(self.output, text)
