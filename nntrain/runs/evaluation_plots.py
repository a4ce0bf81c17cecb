"""The plots of the rows that `nntrain eval --plot` scores, drawn into the directory of the run."""

import re
from collections.abc import Iterator
from pathlib import Path

from nntrain.canvas import NothingToDraw
from nntrain.evaluation.column_importance import in_words_of_score
from nntrain.evaluation.evaluate import Evaluation
from nntrain.evaluation.saved_run import SavedRun
from nntrain.evaluation.scored_run import ScoredRun
from nntrain.plots import column_importance
from nntrain.runs import plotting
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.subject import read

_PLOTS = (
    "roc_curve",
    "precision_recall_curve",
    "calibration",
    "predicted_against_true",
    "confusion_matrix",
    "confused_pairs",
)


def of_split(run_dir: RunDir, found: Evaluation, split: str | None) -> list[Path]:
    """Draw what the rows of a split allow, and return the files; raises as `evaluate` does."""
    return list(_written(run_dir, _drawn(SavedRun(read(run_dir), split), found)))


def of_file(run_dir: RunDir, found: Evaluation, file: Path, name: str) -> list[Path]:
    """Draw what the rows of a file with labels allow; `name` is that of the rows, which is after that of each plot."""
    drawn = _drawn(SavedRun.of_file(read(run_dir), file, name), found)
    of = re.sub(r"[^\w.-]", "_", "stdin" if name == "-" else Path(name).stem)
    return list(_written(run_dir, drawn, f"-{of}"))


def _drawn(run: ScoredRun, found: Evaluation) -> dict[str, bytes]:
    """Return the plots of the rows that were scored, by their names; what these rows do not allow is left out."""
    drawn = {}
    known = plotting.kinds(run.subject)
    for name in (name for name in _PLOTS if not known[name].lacks(run.subject)):
        if name == "confused_pairs" and "confusion_matrix" in drawn:
            continue  # which shows all pairs
        try:
            drawn[name] = plotting.draw(run, known[name])
        except NothingToDraw:
            continue
    if found.importance:
        options = column_importance.Options(found.importance, in_words_of_score(bool(run.classes)), run.title)
        drawn["column_importance"] = column_importance.draw(options)
    return drawn


def _written(run_dir: RunDir, plots: dict[str, bytes], of: str = "") -> Iterator[Path]:
    for name, content in plots.items():
        path = f"{run_files.PLOTS}/{name}{of}.png"
        run_dir.write(path, content)
        yield run_dir.path / path
