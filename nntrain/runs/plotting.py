"""Which plots a run or a group has, and how they are drawn into its directory."""

from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING

from nntrain import extensions
from nntrain.errors import one_line
from nntrain.plots import confused_pairs, confusion_matrix, learning_curves, predicted_against_true
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.subject import Subject, read
from nntrain.terminal import Terminal

if TYPE_CHECKING:
    from nntrain.data.dataset import Dataset
    from nntrain.evaluation.scored_run import ScoredRun
    from nntrain.training.scorer import Scorer

FOLDER = "plots"


def kinds(subject: Subject) -> dict[str, ModuleType]:
    """Return the modules that draw a run, or a group, by the names of the plots."""
    modules = {name: extensions.load(FOLDER, name) for name in extensions.names(FOLDER)}
    return {name: module for name, module in modules.items() if subject.kind in getattr(module, "SUBJECTS", ())}


def fitting(subject: Subject) -> list[str]:
    """Return the names of the plots that this run or group allows, as far as its files say."""
    return [name for name, module in kinds(subject).items() if not module.lacks(subject)]


def draw(run: "ScoredRun", module: ModuleType, format: str = "png") -> bytes:
    """Return the file of a plot; raises NothingToDraw, and what reading the data and the model raises."""
    content: bytes = module.draw(module.of(run), format)
    return content


def draw_trained(directory: RunDir, data: "Dataset", scorer: "Scorer", terminal: Terminal) -> None:
    """Draw the learning curves of a training in this process, and where it has ended the plot that fits its task.

    It comes after all results: a plot that fails is a warning.
    """
    if not directory.path.is_dir() or directory.is_member:
        return
    from nntrain.evaluation.scored_run import TrainedRun

    run = TrainedRun(read(directory), data, scorer)
    for module in (learning_curves, *([_of_task(data)] if run.subject.summary.get("metrics") else [])):
        if run.subject.rows:
            _attempt(directory, module, partial(draw, run, module), terminal)


def draw_group(directory: RunDir, terminal: Terminal) -> None:
    """Draw what a group has: the curves of its runs, and the spread of their scores."""
    if not directory.path.is_dir():
        return
    from nntrain.evaluation.saved_run import SavedRun

    run = SavedRun(read(directory))
    for name in fitting(run.subject):
        module = extensions.load(FOLDER, name)
        _attempt(directory, module, partial(draw, run, module), terminal)


def _of_task(data: "Dataset") -> ModuleType:
    classes = len(data.schema.classes)
    if not classes:
        return predicted_against_true
    return confusion_matrix if classes <= confusion_matrix.MOST_CLASSES else confused_pairs


def _attempt(directory: RunDir, module: ModuleType, content: Callable[[], bytes], terminal: Terminal) -> None:
    """Write a plot; one that fails is a warning, because the results are written already."""
    name = f"{run_files.PLOTS}/{module.__name__.rpartition('.')[2]}.png"
    try:
        directory.write(name, content())
    except Exception as error:  # noqa: BLE001  # matplotlib raises anything
        terminal.note(f"warning: cannot draw {name}: {one_line(str(error)) or type(error).__name__}")
