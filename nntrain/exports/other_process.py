"""Runs an export in a process of its own, in which TensorFlow is not loaded."""

import subprocess
import sys
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from nntrain.errors import NNTrainError, one_line
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.formats import Answers

SECONDS = 600


class CannotRun(Exception):
    """The runtime does not load or run the model."""


def answers(exported: ExportedRun, runtime: str, model: Path) -> Answers:
    """Return what a model answers in the program `runtimes/<runtime>.py`; raises CannotRun."""
    found, name = outputs(runtime, model, np.asarray(exported.rows.x, "float32"))
    return Answers(exported.scores(found), exported.expected, name)


def outputs(runtime: str, model: Path, rows: np.ndarray) -> tuple[np.ndarray, str]:
    """Return the outputs of a model for float32 (n, *shape), and the name of the runtime; raises CannotRun."""
    with tempfile.TemporaryDirectory(prefix="nntrain-") as name:
        folder = Path(name)
        np.save(folder / "rows.npy", rows)
        with as_file(files("nntrain.exports.runtimes").joinpath(f"{runtime}.py")) as program:
            said = run([str(program), str(model), str(folder / "rows.npy"), str(folder / "outputs.npy")])
        return np.load(folder / "outputs.npy"), said.strip()


def run(words: list[str], folder: Path | None = None) -> str:
    """Run a program of Python, and return what it prints; raises CannotRun with the last line of its errors.

    Raises NNTrainError where a module cannot be imported, which is no fault of the model.
    """
    command = [sys.executable, "-I", "-W", "ignore", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, cwd=folder, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        fault = one_line(lines[-1] if lines else f"exit code {done.returncode}")[:500]
        if fault.startswith(("ImportError", "ModuleNotFoundError")):
            raise NNTrainError(
                f"the runtime of the export cannot be loaded: {fault}", help="install its packages again"
            )
        raise CannotRun(fault)
    return done.stdout
