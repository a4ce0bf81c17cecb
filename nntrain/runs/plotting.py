"""Which plots a run or a group has, and the file of one."""

from types import ModuleType
from typing import TYPE_CHECKING

from nntrain import extensions
from nntrain.subject import Subject

if TYPE_CHECKING:
    from nntrain.evaluation.scored_run import ScoredRun

FOLDER = "plots"


def kinds(subject: Subject) -> dict[str, ModuleType]:
    """Return the modules that draw a run, or a group, by the names of the plots."""
    modules = {name: extensions.load(FOLDER, name) for name in extensions.names(FOLDER)}
    return {name: module for name, module in modules.items() if subject.kind in getattr(module, "SUBJECTS", ())}


def fitting(subject: Subject) -> dict[str, ModuleType]:
    """Return those plots that this run or group allows, as far as its files say."""
    return {name: module for name, module in kinds(subject).items() if not module.lacks(subject)}


def draw(run: "ScoredRun", module: ModuleType, format: str = "png") -> bytes:
    """Return the file of a plot; raises NothingToDraw, and what reading the data and the model raises."""
    content: bytes = module.draw(module.of(run), format)
    return content
