"""The plots that are drawn into the directory of a run or a group when its training ends."""

from types import ModuleType

from nntrain.data.dataset import Dataset
from nntrain.errors import one_line
from nntrain.evaluation.scored_run import ScoredRun, TrainedRun
from nntrain.plots import confused_pairs, confusion_matrix, learning_curves, predicted_against_true
from nntrain.runs import plotting
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.subject import read
from nntrain.terminal import Terminal
from nntrain.training.scorer import Scorer


def draw_trained(directory: RunDir, data: Dataset, scorer: Scorer, terminal: Terminal) -> None:
    """Draw the learning curves of a training in this process, and where it has ended the plot that fits its task.

    It comes after all results: a plot that fails is a warning.
    """
    if not directory.path.is_dir() or directory.is_member:
        return
    run = TrainedRun(read(directory), data, scorer)
    for module in (learning_curves, *([_of_task(data)] if run.subject.summary.get("metrics") else [])):
        if run.subject.rows:
            _write(run, module, terminal)


def draw_group(directory: RunDir, terminal: Terminal) -> None:
    """Draw what a group has: the curves of its runs, and the spread of their scores."""
    if not directory.path.is_dir():
        return
    from nntrain.evaluation.saved_run import SavedRun  # reads files of data, for which it imports pandas

    run = SavedRun(read(directory))
    for module in plotting.fitting(run.subject).values():
        _write(run, module, terminal)


def _of_task(data: Dataset) -> ModuleType:
    classes = len(data.schema.classes)
    if not classes:
        return predicted_against_true
    return confusion_matrix if classes <= confusion_matrix.MOST_CLASSES else confused_pairs


def _write(run: ScoredRun, module: ModuleType, terminal: Terminal) -> None:
    """Write a plot; one that fails is a warning, because the results are written already."""
    name = f"{run_files.PLOTS}/{module.__name__.rpartition('.')[2]}.png"
    try:
        run.subject.directory.write(name, plotting.draw(run, module))
    except Exception as error:  # noqa: BLE001  # matplotlib raises anything
        terminal.note(f"warning: cannot draw {name}: {one_line(str(error)) or type(error).__name__}")
