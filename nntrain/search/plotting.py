"""The plots of a search, drawn into its directory."""

from types import ModuleType

from nntrain import extensions
from nntrain.canvas import NothingToDraw
from nntrain.config.search.load import load_whole, search_of
from nntrain.errors import one_line
from nntrain.search.ledger import Ledger, rebuild_entry
from nntrain.search.search_files import SearchDir
from nntrain.storage import run_files
from nntrain.storage.journal import Journal, latest
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal

FOLDER = "search.plots"


def kinds() -> dict[str, ModuleType]:
    """Return the modules that draw a search, by the names of the plots."""
    return {name: extensions.load(FOLDER, name) for name in extensions.names(FOLDER)}


def read(directory: RunDir) -> SearchDir:
    """Return a search as its journal says; raises NNTrainError where that is damaged."""
    return read_with_time(directory)[0]


def read_with_time(directory: RunDir) -> tuple[SearchDir, float]:
    """Return a search as its journal says, and the seconds that it has spent; raises as `read`."""
    config = load_whole(directory.file(run_files.SEARCH))
    search = search_of(config)
    ledger = Ledger(search.direction)
    events = Journal.open(directory).read()[1]
    for event in events:
        rebuild_entry(ledger, event)
    return SearchDir(config, search, directory, ledger), float(latest("spent", events, 0.0))


def draw(folder: SearchDir, module: ModuleType, format: str = "png") -> bytes:
    """Return the file of a plot; raises NothingToDraw where the trials do not allow it."""
    search, title = folder.search, folder.directory.path.name
    drawn = {"trials": folder.trials(), "space": search.space, "metric": search.metric}
    drawn |= {"direction": search.direction, "title": title, "seed": search.tune.seed}
    content: bytes = module.draw(module.Options(**drawn), format)
    return content


def draw_all(folder: SearchDir, terminal: Terminal) -> None:
    """Draw what the trials allow. It comes after all results: a plot that fails is a warning."""
    if not folder.directory.path.is_dir():
        return
    for name, module in kinds().items():
        try:
            folder.directory.write(f"{run_files.PLOTS}/{name}.png", draw(folder, module))
        except NothingToDraw as error:
            terminal.note(f"no plot `{name}`: {error}")
        except Exception as error:  # noqa: BLE001  # matplotlib raises anything
            terminal.note(f"warning: cannot draw {run_files.PLOTS}/{name}.png: {one_line(str(error))}")
