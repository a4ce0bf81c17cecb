"""`nntrain plot`, from what is drawn to the files."""

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType

from nntrain.canvas import NothingToDraw
from nntrain.cli.commands.plot import Destination
from nntrain.cli.requests import Plot
from nntrain.errors import NNTrainError
from nntrain.evaluation.saved_run import SavedRun
from nntrain.runs import plotting
from nntrain.search import plotting as of_search
from nntrain.subject import Subject
from nntrain.terminal import Terminal


def run(
    request: Plot,
    subjects: Sequence[Subject],
    modules: Mapping[str, ModuleType],
    place: Destination,
    terminal: Terminal,
) -> None:
    """Draw each plot of the first subject; the others are those beside it.

    What cannot be drawn is reported, and the first error is raised after the others are drawn.
    """
    drawn = SavedRun(subjects[0], request.split, tuple(subjects[1:]))
    errors: dict[str, NNTrainError] = {}
    for name, module in modules.items():
        try:
            path = place.write(f"{name}.{place.format}", _content(drawn, module, place)())
        except NothingToDraw as nothing:
            terminal.note(f"no plot `{name}`: {nothing}")
        except NNTrainError as error:
            errors.setdefault(str(error), error)
        else:
            terminal.event("plot", {"run": str(place.directory), "kind": name, "file": str(path)})
            terminal.line(f"{name} in {path}")
    for first in errors.values():
        raise first


def _content(run: SavedRun, module: ModuleType, place: Destination) -> Callable[[], bytes]:
    """Return what draws a plot."""
    if place.animate:
        return lambda: bytes(module.animate(run))
    if hasattr(module, "of"):
        return lambda: plotting.draw(run, module, place.format)
    return lambda: of_search.draw(of_search.read(place.directory), module, place.format)
